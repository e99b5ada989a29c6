// A field is never rewritten while one types, and what is not in the draft keeps it from being signed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { centsOf, dayOf } from "../src/format";
import { faultsOf, heldIssues } from "../src/facturer/issues";
import { ranked } from "../src/facturer/tables";
import { births, coefficients, hours, wholes } from "../src/facturer/scripts";
import { days } from "../src/ui/days";
import { atRest, leave, standing, typed, type Held, type Script } from "../src/ui/typing";

const cents: Script<number | null> = { read: centsOf, whole: () => true };

/** keys types a text one character after the other: what the field shows, and what it gives, each time. */
function keys<V>(script: Script<V>, none: V, text: string) {
  const shown: (string | null)[] = [];
  const given: V[] = [];
  let typing = atRest;
  for (let n = 1; n <= text.length; n++) {
    const step = typed(script, none, text.slice(0, n));
    typing = step.typing;
    shown.push(typing.text);
    if ("give" in step) given.push(step.give as V);
  }
  return { shown, given, typing };
}

test("a date stays as it is typed, and no year of two digits is taken on the way", () => {
  for (const text of ["22/11/2026", "22-11-2026", "22112026", "2/1/2026"]) {
    const { shown, given } = keys(days, "", text);
    assert.deepEqual(shown, [...text].map((_, i) => text.slice(0, i + 1)), text);
    assert.deepEqual(given, [dayOf(text)], text);
  }
});

test("a year of two digits is taken when the field is left", () => {
  const { typing, given } = keys(days, "", "22/11/26");
  assert.deepEqual(given, []);
  assert.equal(standing(days, typing), "open");
  assert.deepEqual(leave(days, "", typing), { typing: atRest, give: "2026-11-22" });
});

test("what cannot be read stays in the field and is wrong once it is left", () => {
  const cases: [name: string, script: Script<unknown>, text: string][] = [
    ["date", days, "22/11/202026"],
    ["no such day", days, "31/02/2026"],
    ["year 202", days, "22/11/0202"],
    ["amount", cents, "abc"],
    ["negative amount", cents, "-5"],
    ["coefficient", coefficients, "1,"],
    ["kilometres", wholes, "12a"],
    ["hour", hours, "25:00"],
    ["birth", births, "31/02/1950"],
  ];
  for (const [name, script, text] of cases) {
    const { typing } = keys(script, null as unknown, text);
    assert.equal(standing(script, typing), "open", name);
    const left = leave(script, null as unknown, typing);
    assert.deepEqual(left, { typing: { text, left: true } }, name);
    assert.equal(standing(script, left.typing), "wrong", name);
  }
});

test("amounts and numbers are taken at each key", () => {
  assert.deepEqual(keys(cents, null, "12,5").given, [100, 1200, 1200, 1250]);
  assert.deepEqual(keys(coefficients, "", "1,5").given, ["1", "1.5"]);
  assert.deepEqual(keys(wholes, 0, "12").given, [1, 12]);
});

test("an empty field gives none", () => {
  assert.deepEqual(typed(cents, null, " "), { typing: { text: " ", left: false }, give: null });
  assert.deepEqual(leave(days, "", { text: "", left: true }), { typing: atRest, give: "" });
  assert.deepEqual(leave(days, "", atRest), { typing: atRest });
});

test("a field that holds something back stands first in what is left to do, and forbids to sign", () => {
  const one = (state: Held["state"], path = "dateSoins"): Held => ({ path, label: "Date des soins", state, message: "Date à écrire comme 22/11/2026." });
  const wrong = faultsOf(heldIssues(new Map([["a", one("wrong")]]), "Saisie à finir."), [], false);
  assert.deepEqual(wrong.errors.map((i) => [i.chemin, i.message]), [["dateSoins", "Date des soins : Date à écrire comme 22/11/2026."]]);
  assert.equal(wrong.blocks("facturation"), true);
  const open = faultsOf(heldIssues(new Map([["a", one("open")]]), "Saisie à finir."), [], false);
  assert.equal(open.errors.length, 1);
  assert.equal(open.at("dateSoins"), "", "nothing is wrong with it while it is typed");
  assert.deepEqual(heldIssues(new Map([["a", one("wrong", "")]]), ""), [], "a field of a dialog is its dialog's");
});

test("acts are proposed by their very words, the shorter code first", () => {
  const row = (code: string, libelle: string) => ({ code, libelle });
  const rows = [row("CCX", "CONSULTATIONS COMPLEXES"), row("APC", "Avis ponctuel de consultation"), row("G", "Consultation du généraliste"), row("C", "libre")];
  assert.deepEqual(ranked(rows, "consultation").map((r) => r.code), ["G", "APC", "CCX", "C"]);
  assert.deepEqual(ranked(rows, "c").map((r) => r.code)[0], "C");
});
