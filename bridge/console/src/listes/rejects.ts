// Rejects, from both sides: FSE of ours that are rejected, and those of another software that somebody has noted.

import type { FSESummary, Return } from "../../../client/src/types";

export interface RejectRow {
  readonly key: string;
  /** Ours; undefined for another software's. */
  readonly fse: FSESummary | undefined;
  /** ID of the return that tells of it; "" when none is kept. */
  readonly retour: string;
  /** Of the rejected FSE, 9 digits. */
  readonly numero: string;
  /** ISO; "" when it is not known. */
  readonly date: string;
  readonly label: string;
  /** ID of the FSE that makes it again; "" for none. */
  readonly remade: string;
  /** Noted by somebody here, who may have been wrong. */
  readonly byHand: boolean;
}

/** isReject: an FSE has other returns too. */
const isReject = (r: Return): boolean => r.type === "main" || r.sens === "rejete" || r.sens === "refuse";

/** rejectRows are the rejects that stand, the newest first. returns begin with the newest. */
export function rejectRows(fse: readonly FSESummary[], returns: readonly Return[]): readonly RejectRow[] {
  const ours = fse.map((f): RejectRow => {
    const told = returns.find((r) => r.retire === undefined && isReject(r) && r.fse?.includes(f.id) === true);
    return { key: f.id, fse: f, retour: told?.id ?? "", numero: f.numero ?? "", date: told?.date ?? "", label: f.rejet ?? told?.libelle ?? "", remade: f.remplaceePar ?? "", byHand: told?.type === "main" };
  });
  const others = returns
    .filter((r) => r.externe === true && r.retire === undefined)
    .map((r): RejectRow => ({ key: r.id, fse: undefined, retour: r.id, numero: r.numero ?? "", date: r.date ?? "", label: r.libelle ?? "", remade: r.refaite ?? "", byHand: true }));
  return [...ours, ...others].sort((a, b) => b.date.localeCompare(a.date) || b.numero.localeCompare(a.numero));
}

const sent: ReadonlySet<string> = new Set(["transmise", "acquittee", "sans-arl-attendu"]);

/** mayBeRejected: a payer refuses only what it was sent and has not paid. */
export const mayBeRejected = (f: Pick<FSESummary, "etat">): boolean => sent.has(f.etat);

/** isNumber says whether text is the number of an FSE. */
export const isNumber = (text: string): boolean => /^\d{9}$/.test(text);
