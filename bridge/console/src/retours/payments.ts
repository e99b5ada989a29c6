// What the payers have paid, as sums: by day and transfer, and for each FSE.

import type { FSESummary, Lot, Return } from "../../../client/src/types";

/** amountOf is what a return says was paid, cents; the nothing of an ARL and of a reject is no payment. */
export const amountOf = (r: Return): number | undefined => (r.montant === 0 && r.sens?.startsWith("paye") !== true ? undefined : r.montant);

/** isPayment: it tells of an amount, and counts. */
export const isPayment = (r: Return): boolean => amountOf(r) !== undefined && r.effet === "applique";

/** Transfer is what one transfer of a payer holds. */
export interface Transfer {
  readonly key: string;
  /** ISO; "" where none was told. */
  readonly date: string;
  /** Its reference, and who paid; "" where none was told. */
  readonly reference: string;
  readonly organisme: string;
  readonly lines: readonly Return[];
  /** Cents. */
  readonly asked: number;
  readonly paid: number;
}

const sum = (list: readonly Return[], of: (r: Return) => number | undefined): number => list.reduce((n, r) => n + (of(r) ?? 0), 0);

/** differs: paid is not what was asked for. Where nothing is told of what was asked for, nothing differs. */
export const differs = (r: Return): boolean => r.demande !== undefined && r.montant !== undefined && r.demande !== r.montant;

/** transfersOf are the payments by day, payer and transfer, the newest day first. */
export function transfersOf(returns: readonly Return[]): readonly Transfer[] {
  const groups = new Map<string, Return[]>();
  for (const r of returns.filter(isPayment)) {
    const key = [r.date ?? "", r.organisme ?? "", r.virement ?? ""].join("|");
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  const all = [...groups].map(([key, lines]): Transfer => {
    const [date = "", organisme = "", reference = ""] = key.split("|");
    return { key, date, organisme, reference, lines, asked: sum(lines, (r) => r.demande ?? r.montant), paid: sum(lines, (r) => r.montant) };
  });
  return all.sort((a, b) => b.date.localeCompare(a.date) || a.key.localeCompare(b.key));
}

/** Balance is what is owed and paid for an FSE, cents. */
export interface Balance {
  readonly row: FSESummary;
  readonly paid: number;
  readonly owed: number;
  /** Paid beyond what is owed; below zero what is missing. */
  readonly difference: number;
}

/** balanceOf is the account of an FSE. */
export function balanceOf(row: FSESummary): Balance {
  const { du: owed = 0, paye: paid = 0 } = row;
  return { row, paid, owed, difference: paid - owed };
}

/** lotsOf are the IDs of the lots that returns are about, each once. */
export const lotsOf = (list: readonly Return[]): readonly string[] => [...new Set(list.flatMap((r) => r.lot ?? []))];

/** lotNumber is the number of the lot that a return names: 001; "" for none. */
export const lotNumber = (r: Return): string => ((r.lotNumero ?? 0) > 0 ? String(r.lotNumero).padStart(3, "0") : "");

const saysOfLots: readonly string[] = ["accepte", "refuse", "rejete"];

/** isOfLot: it names no FSE and acknowledges or refuses, so that it is about a lot as a whole. */
export const isOfLot = (r: Return): boolean => (r.numero ?? "") === "" && saysOfLots.includes(r.sens ?? "");

/** lotsFor are the lots with a number ("" for any) that r may be about: those that have left, or may have, under the same conditions. */
export const lotsFor = (r: Return, lots: readonly Lot[], numero: string): readonly Lot[] =>
  lots.filter(
    (l) =>
      ((l.envoi !== undefined && l.envoi.etat !== "en-attente") || (l.etat !== "ouvert" && l.etat !== "clos")) &&
      (l.environnement === "demonstration") === (r.demonstration === true) &&
      (numero === "" || l.numero === numero.padStart(3, "0")),
  );

/** toSettle are the returns that wait for somebody. */
export const toSettle = (r: Return): boolean => r.effet === "a-rapprocher" || r.effet === "a-examiner";
