import assert from "node:assert/strict";
import { test } from "node:test";
import type { Paper } from "../../client/src/types";
import { groupPapers, marks, papersOf, stepsOf } from "../src/listes/papers";

const sheet = (id: string, lot: string, etat = "a-imprimer"): Paper => ({ id, type: "feuille", etat, signePatient: false, numero: `00000000${id}`, lot, numeroLot: "012" });
const bordereau = (lot: string, etat = "a-imprimer"): Paper => ({ id: lot, type: "bordereau", etat, signePatient: false, numero: "012", feuilles: 2 });
const fsp = (id: string): Paper => ({ id, type: "papier", etat: "a-imprimer", signePatient: false, numero: "" });

test("papers are grouped by lot, the bordereau first", () => {
  const groups = groupPapers([sheet("1", "A"), fsp("9"), sheet("2", "B"), bordereau("A"), sheet("3", "A")]);
  assert.deepEqual(groups.map((g) => [g.key, g.numero, papersOf(g).map((p) => p.id)]), [
    ["A", "012", ["A", "1", "3"]],
    ["papier", "", ["9"]],
    ["B", "012", ["2"]],
  ]);
  assert.equal(groups[2]?.bordereau, undefined, "an open lot has none");
});

test("what is to be done comes in order, with the papers that it is about", () => {
  const [group] = groupPapers([bordereau("A", "signe"), sheet("1", "A", "a-imprimer"), sheet("2", "A", "signe"), sheet("3", "A", "imprime")]);
  assert.ok(group);
  assert.deepEqual(stepsOf(group).map((s) => [s.state, s.papers.map((p) => p.id)]), [["a-imprimer", ["1"]], ["imprime", ["3"]], ["signe", ["A", "2"]]]);
});

test("what is on its way needs nothing more", () => {
  const [group] = groupPapers([sheet("1", "A", "poste"), sheet("2", "A", "scanne")]);
  assert.ok(group);
  assert.deepEqual(stepsOf(group), []);
});

test("the calls that move papers on", () => {
  const papers = [bordereau("A"), sheet("1", "A"), sheet("2", "A")];
  const rows = [
    { name: "printed: the bordereau takes its sheets along", got: marks(papers, "imprime"), want: [{ ids: ["A"], etat: "imprime" }] },
    { name: "posted: with the day", got: marks(papers, "poste", { date: "2026-11-22" }), want: [{ ids: ["A"], etat: "poste", date: "2026-11-22" }] },
    { name: "sheets of an open lot", got: marks(papers.slice(1), "imprime"), want: [{ ids: ["1", "2"], etat: "imprime" }] },
    {
      name: "signed: those of the patient apart, the bordereau last",
      got: marks(papers, "signe", { signed: new Set(["2"]) }),
      want: [{ ids: ["2"], etat: "signe", signePatient: true }, { ids: ["1"], etat: "signe" }, { ids: ["A"], etat: "signe" }],
    },
    { name: "signed: all patients", got: marks(papers.slice(1), "signe", { signed: new Set(["1", "2"]) }), want: [{ ids: ["1", "2"], etat: "signe", signePatient: true }] },
    { name: "back from the post: who has signed is not said anew", got: marks([sheet("1", "A", "poste")], "signe"), want: [{ ids: ["1"], etat: "signe" }] },
  ];
  for (const { name, got, want } of rows) assert.deepEqual(got, want, name);
});

test("many papers go in as many calls as it takes", () => {
  const many = Array.from({ length: 401 }, (_, i) => sheet(String(i), "A"));
  const got = marks(many, "signe", { signed: new Set(many.slice(0, 201).map((p) => p.id)) });
  assert.deepEqual(got.map((c) => [c.ids.length, c.signePatient === true]), [[200, true], [1, true], [200, false]]);
});
