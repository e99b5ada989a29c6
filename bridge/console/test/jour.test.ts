import assert from "node:assert/strict";
import { test } from "node:test";
import type { FSESummary, Late, LateFSE, LateLot, Lot } from "../../client/src/types";
import { bars } from "../src/jour/bars";
import { urgents } from "../src/jour/urgent";
import { window } from "../src/ui/window";

const lot = (id: string): Lot => ({ id, amo: 0, caisse: "", centre: "", certification: "S", environnement: "", etat: "clos", fse: 1, numero: id, numeroAM: "", regime: "", total: 0 });
const fse = (id: string, lotID?: string): FSESummary => ({
  id, amc: 0, amo: 0, certification: "S", dateSoins: "2026-11-22", etat: "en-lot", honoraires: 0, patient: 0, ...(lotID !== undefined && { lot: lotID }),
});
const lateFSE = (id: string, joursOuvres: number, lotID?: string): LateFSE => ({ fse: fse(id, lotID), joursOuvres, pourquoi: "", raison: "delai-proche" });
const lateLot = (id: string, joursOuvres: number): LateLot => ({ lot: lot(id), joursOuvres, pourquoi: "", raison: "delai-depasse", dateLimite: "2026-11-20" });

const late: Late = {
  date: "2026-11-22",
  aSigner: [lateFSE("s1", 2)],
  aTransmettre: [lateFSE("t1", -3, "l1"), lateFSE("t2", 1, "l9")],
  lotsClos: [lateLot("l1", -3)],
  lotsOuverts: [lateLot("l2", 0)],
  sansReponse: [],
  nombres: { aSigner: 1, aTransmettre: 2, lotsClos: 1, lotsOuverts: 1, sansReponse: 0 },
};

test("what is urgent comes by deadline, a lot for its FSE", () => {
  assert.deepEqual(urgents(late).map((u) => [u.what, u.id]), [["envoyer", "l1"], ["clore", "l2"], ["transmettre", "t2"], ["signer", "s1"]]);
  assert.deepEqual(urgents(late).map((u) => u.overdue), [true, true, false, false]);
});

test("a lot is told with its payer, an FSE by its number alone", () => {
  const mine = { ...lot("001"), regime: "01", caisse: "349", centre: "9881" };
  const [one] = urgents({ ...late, aSigner: [], aTransmettre: [], lotsOuverts: [], lotsClos: [{ ...lateLot("l1", 1), lot: mine }] });
  assert.deepEqual([one?.name, one?.payer?.regime, one?.payer?.caisse, one?.payer?.centre], ["001", "01", "349", "9881"]);
  assert.equal(urgents(late).find((u) => u.what === "signer")?.payer, undefined);
});

test("a lot that a payer leaves without answer is urgent too", () => {
  const silent = urgents({ ...late, sansReponse: [{ ...lateLot("l7", -1), raison: "sans-reponse" }] }).filter((u) => u.what === "relancer");
  assert.deepEqual(silent.map((u) => [u.page, u.id, u.silent]), [["lots", "l7", true]]);
});

test("bars stand on the ground, one for each day, the highest at the top", () => {
  const all = bars(["a", "b", "c"], new Map([["a", 100], ["c", 50]]), 300, 80);
  assert.deepEqual(all.map((b) => b.height), [80, 0, 40]);
  for (const b of all) assert.equal(b.y + b.height, 80);
  assert.deepEqual(bars(["a"], new Map(), 300, 80).map((b) => b.height), [0]);
});

test("a long table draws what is on the screen", () => {
  const rows = [
    { name: "few rows are drawn all", args: [0, 400, 38, 80], want: [0, 80] },
    { name: "the top", args: [0, 380, 38, 10_000], want: [0, 22] },
    { name: "the middle", args: [38_000, 380, 38, 10_000], want: [988, 1_022] },
    { name: "the end", args: [379_620, 380, 38, 10_000], want: [9_978, 10_000] },
    { name: "scrolled beyond a list that became shorter", args: [379_620, 380, 38, 100], want: [88, 100] },
  ] as const;
  for (const { name, args, want } of rows) assert.deepEqual(window(args[0], args[1], args[2], args[3]), want, name);
});
