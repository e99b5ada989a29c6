// What is to be done first, from what the daemon says is late: one list, the nearest deadline first.

import type { Late, Lot } from "../../../client/src/types";
import type { PageName } from "../route";

export interface Urgent {
  readonly key: string;
  readonly what: "signer" | "transmettre" | "clore" | "envoyer" | "relancer";
  /** What names it: the number of an FSE or a lot; "" for a draft without one. */
  readonly name: string;
  readonly page: PageName;
  readonly id: string;
  readonly reason: string;
  /** ISO; "" where there is no legal deadline. */
  readonly limit: string;
  readonly days: number;
  readonly overdue: boolean;
  /** An answer should have come by then. */
  readonly silent: boolean;
}

type Row = Pick<Urgent, "what" | "name" | "page" | "id">;
interface Why {
  readonly dateLimite?: string;
  readonly joursOuvres: number;
  readonly pourquoi: string;
  readonly raison: string;
}

const urgent = (row: Row, w: Why): Urgent => ({
  ...row,
  key: `${row.what} ${row.id}`,
  reason: w.pourquoi,
  limit: w.dateLimite ?? "",
  days: w.joursOuvres,
  overdue: w.raison === "delai-depasse",
  silent: w.raison === "sans-reponse",
});

/** lotName tells a lot from those that another payer has under the same number. */
const lotName = (l: Lot): string => `${l.numero} (${l.regime} ${l.caisse} ${l.centre})`;

/** urgents are all that is late, most urgent first; a lot stands for its FSE. */
export function urgents(late: Late): readonly Urgent[] {
  const lots = new Set([...late.lotsOuverts, ...late.lotsClos].map((l) => l.lot.id));
  const all = [
    ...late.aSigner.map((l) => urgent({ what: "signer", name: l.fse.numero ?? "", page: "facturer", id: l.fse.id }, l)),
    ...late.aTransmettre
      .filter((l) => l.fse.lot === undefined || !lots.has(l.fse.lot))
      .map((l) => urgent({ what: "transmettre", name: l.fse.numero ?? "", page: "fse", id: l.fse.id }, l)),
    ...late.lotsOuverts.map((l) => urgent({ what: "clore", name: lotName(l.lot), page: "lots", id: l.lot.id }, l)),
    ...late.lotsClos.map((l) => urgent({ what: "envoyer", name: lotName(l.lot), page: "lots", id: l.lot.id }, l)),
    ...late.sansReponse.map((l) => urgent({ what: "relancer", name: lotName(l.lot), page: "lots", id: l.lot.id }, l)),
  ];
  return all.sort((a, b) => a.days - b.days || a.key.localeCompare(b.key));
}
