import assert from "node:assert/strict";
import { test } from "node:test";
import type { FSE, FSESummary, Return, SignOutcome } from "../../client/src/types";
import { canCancel, canCollect, canGoToPaper, canRemake, canSign, documentsOf, documentsOfLot, hasSeal, needsReason } from "../src/listes/can";
import { bytesOf } from "../src/listes/files";
import { asked, groups, isFiltered, noFilter, wantedOf } from "../src/listes/filters";
import { numberOf, summaryOf } from "../src/listes/full";
import { readAll } from "../src/listes/load";
import { batches, split } from "../src/listes/outcomes";
import { daysOf, faultOf, presetOf, presets, sharesOf } from "../src/listes/range";
import { isNumber, mayBeRejected, rejectRows } from "../src/listes/rejects";

const states = ["brouillon", "a-signer", "signee", "en-lot", "transmise", "acquittee", "sans-arl-attendu", "payee", "payee-partiellement", "rejetee", "remplacee", "annulee", "papier"];

const row = (part: Partial<FSESummary> = {}): FSESummary => ({ id: "f", etat: "en-lot", dateSoins: "2026-11-22", certification: "D", honoraires: 3000, amo: 2100, amc: 0, patient: 900, ...part });

test("what may be done in each state", () => {
  const may = (can: (f: FSESummary) => boolean): string => states.filter((etat) => can(row({ etat }))).join(" ");
  assert.equal(may(canSign), "brouillon a-signer");
  assert.equal(may(canGoToPaper), "brouillon a-signer");
  assert.equal(may(canCancel), "brouillon a-signer signee en-lot");
  assert.equal(may(canCollect), states.filter((s) => !["brouillon", "annulee", "remplacee"].includes(s)).join(" "));
  assert.equal(may(canRemake), "rejetee");
  assert.equal(may(hasSeal), states.filter((s) => !["brouillon", "a-signer", "annulee", "papier"].includes(s)).join(" "));
});

test("a rejected FSE is made again once, and a number is not given up without a reason", () => {
  assert.equal(canRemake(row({ etat: "rejetee", remplaceePar: "g" })), false);
  assert.equal(needsReason(row({ numero: "000000001" })), true);
  assert.equal(needsReason(row()), false);
});

test("documents, the one that is proposed first", () => {
  const rows = [
    { name: "a draft has none", got: documentsOf(row({ etat: "brouillon" })), want: [] },
    { name: "a signed FSE", got: documentsOf(row()), want: ["feuille"] },
    { name: "one that was paid has a receipt", got: documentsOf(row({ encaisse: 900 })), want: ["feuille", "quittance"] },
    { name: "a paper sheet", got: documentsOf(row({ etat: "papier", encaisse: 900 })), want: ["papier"] },
    { name: "a cancelled FSE has none", got: documentsOf(row({ etat: "annulee" })), want: [] },
    { name: "a degraded lot", got: documentsOfLot({ certification: "D", etat: "clos" }), want: ["liasse", "bordereau", "enveloppe", "a-la-main"] },
    { name: "an open lot has none yet", got: documentsOfLot({ certification: "D", etat: "ouvert" }), want: [] },
    { name: "a secured lot goes without paper", got: documentsOfLot({ certification: "S", etat: "clos" }), want: [] },
  ];
  for (const { name, got, want } of rows) assert.deepEqual(got, want, name);
});

test("what the address asks for", () => {
  const rows = [
    { word: "", filter: undefined, id: "" },
    { word: "a-signer", filter: { ...noFilter, group: "a-signer" }, id: "" },
    { word: "2026-11-22", filter: { ...noFilter, day: "2026-11-22" }, id: "" },
    { word: "01J8Z", filter: undefined, id: "01J8Z" },
  ];
  for (const { word, filter, id } of rows) assert.deepEqual(asked(word), { filter, id }, word);
});

test("each state is in one group of the filter", () => {
  assert.deepEqual(groups.flatMap((g) => g.states).sort(), [...states].sort());
});

test("a filter as a list", () => {
  const rows = [
    { name: "all", filter: noFilter, want: { states: [], day: "", numero: "" }, filtered: false },
    { name: "state and day", filter: { group: "en-lot", day: "2026-11-22", number: "" }, want: { states: ["signee", "en-lot"], day: "2026-11-22", numero: "" }, filtered: true },
    { name: "a number is looked up everywhere", filter: { group: "papier", day: "2026-11-22", number: "12" }, want: { states: [], day: "", numero: "000000012" }, filtered: true },
    { name: "with spaces", filter: { ...noFilter, number: "000 000 012" }, want: { states: [], day: "", numero: "000000012" }, filtered: true },
  ];
  for (const { name, filter, want, filtered } of rows) {
    assert.deepEqual(wantedOf(filter), want, name);
    assert.equal(isFiltered(filter), filtered, name);
  }
});

test("signing in as many calls as it takes", () => {
  const sizes = (n: number): readonly number[] => batches(Array.from({ length: n }, (_, i) => String(i))).map((b) => b.length);
  assert.deepEqual(sizes(0), []);
  assert.deepEqual(sizes(200), [200]);
  assert.deepEqual(sizes(401), [200, 200, 1]);
  assert.equal(new Set(batches(Array.from({ length: 401 }, (_, i) => String(i))).flat()).size, 401);
});

test("outcomes: signed, refused, and not reached", () => {
  const erreur = { kind: "invalid", code: "FSE_REFUSEE", message: "Refusée.", retryable: false } as const;
  const outcomes: readonly SignOutcome[] = [{ id: "a", fse: row({ id: "a" }) }, { id: "b", erreur }, { id: "c" }];
  assert.deepEqual(split(outcomes), { signed: ["a"], refused: [{ id: "b", erreur }] });
});

const retour = (id: string, part: Partial<Return>): Return => ({ id, type: "main", recu: "2026-11-20T08:00:00Z", aRapprocher: false, ...part });

test("rejects of ours and of another software, the newest first", () => {
  const fse = [row({ id: "a", etat: "rejetee", numero: "000000001" }), row({ id: "b", etat: "rejetee", numero: "000000002", rejet: "4015", remplaceePar: "c" })];
  const returns = [
    retour("r3", { externe: true, numero: "123456789", date: "2026-11-18", libelle: "0201" }),
    retour("r2", { fse: ["a"], date: "2026-11-19", libelle: "le dernier" }),
    retour("r1", { fse: ["a"], date: "2026-11-02", libelle: "le premier" }),
  ];
  const got = rejectRows(fse, returns).map((r) => [r.key, r.date, r.label, r.remade, r.retour]);
  assert.deepEqual(got, [
    ["a", "2026-11-19", "le dernier", "", "r2"],
    ["r3", "2026-11-18", "0201", "", "r3"],
    ["b", "", "4015", "c", ""],
  ]);
});

test("a reject that was withdrawn is none, and only one that was noted here may be", () => {
  const fse = [row({ id: "a", etat: "rejetee", numero: "000000001" }), row({ id: "b", etat: "rejetee", numero: "000000002" })];
  const returns = [
    retour("r4", { type: "noemie", sens: "paye", fse: ["b"], date: "2026-11-21" }),
    retour("r3", { type: "noemie", sens: "rejete", fse: ["b"], date: "2026-11-20", libelle: "4015" }),
    retour("r2", { externe: true, numero: "123456789", date: "2026-11-18", retire: "autre cabinet" }),
    retour("r1", { fse: ["a"], date: "2026-11-17", libelle: "lu sur Espace Pro" }),
    retour("r0", { fse: ["a"], date: "2026-11-16", retire: "autre patient" }),
  ];
  assert.deepEqual(rejectRows(fse, returns).map((r) => [r.key, r.retour, r.byHand]), [["b", "r3", false], ["a", "r1", true]]);
});

test("only what was sent and is not paid may be rejected", () => {
  assert.equal(states.filter((etat) => mayBeRejected({ etat })).join(" "), "transmise acquittee sans-arl-attendu");
});

test("numbers of FSE", () => {
  assert.equal(isNumber("000000012"), true);
  assert.equal(isNumber("12"), false);
  assert.equal(isNumber("0000000123"), false);
  assert.equal(numberOf({ numero: 12 }), "000000012");
  assert.equal(numberOf({}), "");
});

test("an FSE as a row of a list", () => {
  const full = { id: "f", etat: "rejetee", certification: "D", facture: { dateSoins: null }, numero: 7, rejet: { date: "2026-11-19", libelle: "4015" }, encaisse: { montant: 900, moyen: "carte", date: "2026-11-20" } } as unknown as FSE;
  assert.deepEqual(summaryOf(full), { id: "f", etat: "rejetee", certification: "D", dateSoins: "", honoraires: 0, amo: 0, amc: 0, patient: 0, numero: "000000007", encaisse: 900, rejet: "4015" });
});

test("pages are read to their end, and not for ever", async () => {
  const read = async (after: string | undefined) => ({ items: [after ?? "0"], next: String(Number(after ?? "0") + 1) });
  assert.deepEqual(await readAll(read, 3), ["0", "1", "2"]);
  assert.deepEqual(await readAll(async () => ({ items: ["a", "b"] }), 100), ["a", "b"]);
});

test("files come as base64", () => {
  assert.deepEqual([...bytesOf("AAH/")], [0, 1, 255]);
});

test("times of takings", () => {
  const rows = [
    { now: "2026-11-22", mois: "2026-11-01 2026-11-22", dernier: "2026-10-01 2026-10-31" },
    { now: "2026-03-01", mois: "2026-03-01 2026-03-01", dernier: "2026-02-01 2026-02-28" },
    { now: "2026-01-05", mois: "2026-01-01 2026-01-05", dernier: "2025-12-01 2025-12-31" },
  ];
  for (const { now, mois, dernier } of rows) {
    const of = (id: string): string => presets(now).filter((p) => p.id === id).map((p) => `${p.from} ${p.to}`).join();
    assert.equal(of("mois"), mois, now);
    assert.equal(of("mois-dernier"), dernier, now);
    for (const p of presets(now)) assert.equal(faultOf(p), undefined, `${now} ${p.id}`);
  }
  assert.equal(presetOf({ from: "2026-11-16", to: "2026-11-22" }, "2026-11-22"), "semaine");
  assert.equal(presetOf({ from: "2026-11-15", to: "2026-11-22" }, "2026-11-22"), "");
});

test("a time that the daemon would refuse", () => {
  const rows = [
    { name: "no day", range: { from: "", to: "2026-11-22" }, want: "recettes.dates.manquent" },
    { name: "backwards", range: { from: "2026-11-22", to: "2026-11-21" }, want: "recettes.dates.ordre" },
    { name: "92 days", range: { from: "2026-08-23", to: "2026-11-22" }, want: undefined },
    { name: "93 days", range: { from: "2026-08-22", to: "2026-11-22" }, want: "recettes.dates.long" },
  ];
  for (const { name, range, want } of rows) assert.equal(faultOf(range), want, name);
  assert.equal(daysOf({ from: "2026-08-23", to: "2026-11-22" }).length, 92);
  assert.deepEqual(daysOf({ from: "2026-02-27", to: "2026-03-01" }), ["2026-02-27", "2026-02-28", "2026-03-01"]);
});

test("shares of the means of payment", () => {
  assert.deepEqual(sharesOf({ especes: 1_000, carte: 3_000, cheque: 0 }), [{ mean: "carte", cents: 3_000, part: 0.75 }, { mean: "especes", cents: 1_000, part: 0.25 }]);
  assert.deepEqual(sharesOf(undefined), []);
});
