import assert from "node:assert/strict";
import { test } from "node:test";
import type { Fetched, FSESummary, Lot, Return } from "../../client/src/types";
import { ageOf } from "../src/facturer/age";
import { linesOf } from "../src/retours/fetch";
import { textOf } from "../src/retours/fse-answers";
import { balanceOf, differs, isOfLot, isPayment, lotNumber, lotsFor, lotsOf, toSettle, transfersOf } from "../src/retours/payments";
import { labelOf, senseOf } from "../src/retours/return-table";

const retour = (id: string, part: Partial<Return> = {}): Return => ({ id, type: "noemie", recu: "2026-11-22T08:00:00Z", aRapprocher: false, ...part });
const paid = (id: string, date: string, virement: string, demande: number, montant: number): Return =>
  retour(id, { effet: "applique", sens: "paye", date, virement, demande, montant, part: "AMO" });

test("payments by day and transfer, the newest day first", () => {
  const all = transfersOf([
    paid("a", "2026-11-18", "V1", 2100, 2100), paid("b", "2026-11-20", "V2", 2100, 2100), paid("c", "2026-11-20", "V2", 2100, 1400), paid("d", "2026-11-20", "V3", 900, 900),
    retour("e", { effet: "a-rapprocher", date: "2026-11-20", virement: "V2", montant: 500 }), retour("f", { effet: "applique", sens: "rejete" }),
  ]);
  assert.deepEqual(all.map((x) => [x.date, x.reference, x.lines.map((r) => r.id).join(""), x.asked, x.paid]), [
    ["2026-11-20", "V2", "bc", 4200, 3500],
    ["2026-11-20", "V3", "d", 900, 900],
    ["2026-11-18", "V1", "a", 2100, 2100],
  ]);
});

test("what was taken back is below zero, and sums with the rest", () => {
  const [one] = transfersOf([paid("a", "2026-11-18", "V1", 2100, 2100), paid("b", "2026-11-18", "V1", 0, -700)]);
  assert.equal(one?.paid, 1400);
});

test("only what counts is a payment", () => {
  assert.equal(isPayment(paid("a", "", "", 1, 1)), true);
  assert.equal(isPayment(retour("a", { effet: "classe", montant: 1 })), false);
  assert.equal(isPayment(retour("a", { effet: "applique" })), false);
  assert.equal(isPayment(retour("a", { effet: "applique", type: "arl", sens: "accepte", montant: 0 })), false);
  assert.equal(isPayment(retour("a", { effet: "applique", sens: "rejete", demande: 2100, montant: 0 })), false);
  assert.equal(isPayment(paid("a", "", "", 0, 0)), true);
});

test("a difference is between two amounts that are told", () => {
  assert.equal(differs(paid("a", "", "", 2100, 1400)), true);
  assert.equal(differs(paid("a", "", "", 2100, 2100)), false);
  assert.equal(differs(retour("a", { montant: 1400 })), false);
});

test("what is owed and paid for an FSE", () => {
  const row = (part: Partial<FSESummary>): FSESummary => ({ id: "f", etat: "transmise", dateSoins: "2026-11-22", certification: "S", honoraires: 3000, amo: 2100, amc: 900, patient: 0, ...part });
  const rows = [
    { name: "all was paid", row: row({ du: 2100, paye: 2100 }), want: [2100, 2100, 0] },
    { name: "a part is missing", row: row({ du: 3000, paye: 2100 }), want: [3000, 2100, -900] },
    { name: "too much was paid", row: row({ du: 2100, paye: 4200 }), want: [2100, 4200, 2100] },
    { name: "nothing yet", row: row({ du: 3000 }), want: [3000, 0, -3000] },
    { name: "the patient has paid everything", row: row({}), want: [0, 0, 0] },
  ];
  for (const { name, row: r, want } of rows) {
    const b = balanceOf(r);
    assert.deepEqual([b.owed, b.paid, b.difference], want, name);
  }
});

test("a return that says nothing has its sense for a word", () => {
  assert.equal(senseOf(retour("a", { sens: "paye-partiellement" })), "Payé en partie");
  assert.equal(senseOf(retour("a", { sens: "autre" })), "—");
  assert.equal(senseOf(retour("a")), "—");
});

test("what waits for somebody", () => {
  const effects = ["applique", "repetition", "sans-effet", "a-rapprocher", "a-examiner", "classe"] as const;
  assert.deepEqual(effects.filter((effet) => toSettle(retour("a", { effet }))), ["a-rapprocher", "a-examiner"]);
});

test("a return about a whole lot acknowledges or refuses, and names no FSE", () => {
  const rows = [
    { name: "refused", r: retour("a", { type: "arl", sens: "refuse" }), want: true },
    { name: "accepted", r: retour("a", { type: "arl", sens: "accepte", numero: "" }), want: true },
    { name: "rejected", r: retour("a", { sens: "rejete" }), want: true },
    { name: "a reject of an FSE", r: retour("a", { sens: "rejete", numero: "000000777" }), want: false },
    { name: "a payment", r: retour("a", { sens: "paye" }), want: false },
    { name: "without a sense", r: retour("a"), want: false },
  ];
  for (const { name, r, want } of rows) assert.equal(isOfLot(r), want, name);
});

test("the lots that a return may be about", () => {
  const lot = (id: string, etat: string, part: Partial<Lot> = {}): Lot => ({
    id, etat, numero: "001", amo: 0, caisse: "349", centre: "9881", certification: "S", environnement: "demonstration", fse: 1, numeroAM: "", regime: "01", total: 2100, ...part,
  });
  const lots = [
    lot("open", "ouvert"), lot("closed", "clos"), lot("begun", "clos", { envoi: { essais: 1, etat: "indecis" } }), lot("sent", "transmis"),
    lot("other", "transmis", { numero: "002" }), lot("real", "transmis", { environnement: "production" }),
  ];
  const rows = [
    { name: "any number", demonstration: true, numero: "", want: ["begun", "sent", "other"] },
    { name: "its number", demonstration: true, numero: "001", want: ["begun", "sent"] },
    { name: "a number without its zeros", demonstration: true, numero: "2", want: ["other"] },
    { name: "no such number", demonstration: true, numero: "077", want: [] },
    { name: "of real payers", demonstration: false, numero: "", want: ["real"] },
  ];
  for (const { name, demonstration, numero, want } of rows) assert.deepEqual(lotsFor(retour("a", { demonstration }), lots, numero).map((l) => l.id), want, name);
});

test("the lots of returns, and their numbers", () => {
  assert.deepEqual(lotsOf([retour("a", { lot: "l1" }), retour("b"), retour("c", { lot: "l2" }), retour("d", { lot: "l1" })]), ["l1", "l2"]);
  assert.equal(lotNumber(retour("a", { lotNumero: 7 })), "007");
  assert.equal(lotNumber(retour("a", { lotNumero: 0 })), "");
  assert.equal(lotNumber(retour("a")), "");
});

test("what a payer says, as it came", () => {
  assert.equal(labelOf(retour("a", { libelles: [{ code: "4015", texte: "CLE PERIMEE" }, { texte: "VOIR CAISSE" }] })), "4015 CLE PERIMEE ; VOIR CAISSE");
  assert.equal(labelOf(retour("a", { libelle: "Droits non ouverts" })), "Droits non ouverts");
  assert.equal(labelOf(retour("a")), "—");
});

test("an answer in the history of an FSE", () => {
  const rows = [
    { name: "a payment", r: paid("a", "2026-11-20", "V1", 2100, 2100), want: "20/11/2026 · 21,00\u202f€ AMO" },
    { name: "a reject", r: retour("a", { date: "2026-11-20", effet: "applique", libelles: [{ code: "4015", texte: "CLE PERIMEE" }] }), want: "20/11/2026 · 4015 CLE PERIMEE" },
    { name: "one without effect says so", r: retour("a", { date: "2026-11-20", effet: "sans-effet", libelle: "ACCEPTE" }), want: "20/11/2026 · ACCEPTE · sans effet" },
    { name: "one that was withdrawn", r: retour("a", { type: "main", date: "2026-11-20", libelle: "Erreur", retire: "autre patient" }), want: "20/11/2026 · Erreur · retiré" },
  ];
  for (const { name, r, want } of rows) assert.equal(textOf(r), want, name);
});

test("what a round of the mailbox has brought: nothing is told of what is none", () => {
  const nothing: Fetched = {
    recus: 0, connus: 0, rapproches: 0, aRapprocher: 0, problemes: 0, etrangers: 0, retours: 0, paiements: 0, rejets: 0, accuses: 0, doublons: 0, autres: 0, inconnus: 0, copies: 0,
  };
  assert.deepEqual(linesOf(nothing), []);
  const said = linesOf({ ...nothing, recus: 3, connus: 1, rapproches: 12, aRapprocher: 2, problemes: 1, retours: 14, paiements: 12, rejets: 1, doublons: 1 });
  assert.equal(said.length, 5);
  assert.equal(said[0], "14 retours\u00a0: 12 paiements, 1 rejet, 1 doublon.");
  assert.match(said[2] ?? "", /^12 retours/);
});

test("ages in the greatest unit that fits", () => {
  const rows = [
    { seconds: 0, want: "à l’instant" },
    { seconds: 59, want: "à l’instant" },
    { seconds: 60, want: "il y a 1 min" },
    { seconds: 3_599, want: "il y a 59 min" },
    { seconds: 7_200, want: "il y a 2 h" },
    { seconds: 86_400, want: "il y a 1 jour" },
    { seconds: 259_200, want: "il y a 3 jours" },
  ];
  for (const { seconds, want } of rows) assert.equal(ageOf(seconds), want, String(seconds));
});
