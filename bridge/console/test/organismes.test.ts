import assert from "node:assert/strict";
import { test } from "node:test";
import { rowOf } from "../src/facturer/tables";
import { distinct, nameOf, namesOf, textOf, type Payer } from "../src/organismes/names";

const columns = ["regime", "caisse_health_fund", "centre", "name"];
const row = (...cells: readonly string[]) => rowOf(columns, cells);
const payer = (regime: string, caisse: string, centre: string): Payer => ({ regime, caisse, centre });

const published = [row("01", "349", "9881", "CAISSE PUBLIÉE"), row("08", "756", "0100", "AUTRE CAISSE"), row("02", "000", "0001", "")];
const own = [row("01", "349", "9881", "Caisse du cabinet")];

test("a payer by its name", () => {
  const rows = [
    { name: "of the published list", of: payer("08", "756", "0100"), want: "AUTRE CAISSE", text: "AUTRE CAISSE (08-756-0100)" },
    { name: "the practice's own before it", of: payer("01", "349", "9881"), want: "Caisse du cabinet", text: "Caisse du cabinet (01-349-9881)" },
    { name: "another centre of a known caisse", of: payer("01", "349", "9882"), want: "", text: "01-349-9882" },
    { name: "a row without a name", of: payer("02", "000", "0001"), want: "", text: "02-000-0001" },
  ];
  const names = namesOf(published, own);
  for (const { name, of, want, text } of rows) {
    assert.equal(nameOf(names, of), want, name);
    assert.equal(textOf(names, of), text, name);
  }
});

test("before the table is there, a payer has its number", () => {
  assert.equal(textOf(namesOf(), payer("01", "349", "9881")), "01-349-9881");
});

test("the payers of several lots, each once", () => {
  const list = [payer("01", "349", "9881"), payer("08", "756", "0100"), payer("01", "349", "9881")];
  assert.deepEqual(distinct(list).map((o) => o.caisse), ["349", "756"]);
});
