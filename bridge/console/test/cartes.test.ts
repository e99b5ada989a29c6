import assert from "node:assert/strict";
import { test } from "node:test";
import type { Card } from "../../client/src/types";
import { details, says } from "../src/frame/readers";

const cps: Card = { reader: "r", state: "cps", read: true, eventCounter: 1, holder: { nom: "ESSAI", prenom: "CLAIRE", nationalId: "899900000011" } };

test("the kind of a card is said once", () => {
  const rows = [
    { name: "the reader is called otherwise", reader: "Lecteur A", want: "CPS" },
    { name: "the reader is called after the card", reader: "CPS", want: "" },
    { name: "its name says so among other words", reader: "Lecteur CPS 00", want: "" },
    { name: "only a part of a word", reader: "CPSX", want: "CPS" },
  ];
  for (const { name, reader, want } of rows) assert.equal(details(cps, false, reader), want, name);
});

test("a reader is named where nothing names it yet", () => {
  assert.equal(says("CPS", "CPS"), true);
  assert.equal(says("Carte Vitale", "Vitale"), true);
  assert.equal(says("CLAIRE ESSAI", "CPS"), false);
  assert.equal(says("vide", "Lecteur B"), false);
});
