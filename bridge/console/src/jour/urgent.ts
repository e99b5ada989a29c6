// What is to be done first, from what the daemon says is late: one list, the nearest deadline first.

import type { Late, Lot } from "../../../client/src/types";
import type { Payer } from "../organismes/names";
import type { PageName } from "../route";

export interface Urgent {
  readonly key: string;
  readonly what: "signer" | "transmettre" | "clore" | "envoyer" | "relancer";
  /** What names it: the number of an FSE or a lot; "" for a draft without one. */
  readonly name: string;
  /** Of a lot, whose number another payer may have too. */
  readonly payer?: Payer;
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

type Row = Pick<Urgent, "what" | "name" | "payer" | "page" | "id">;
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

const aboutLot = (what: Row["what"], lot: Lot): Row => ({ what, name: lot.numero, payer: lot, page: "lots", id: lot.id });

/** urgents are all that is late, most urgent first; a lot stands for its FSE. */
export function urgents(late: Late): readonly Urgent[] {
  const lots = new Set([...late.lotsOuverts, ...late.lotsClos].map((l) => l.lot.id));
  const all = [
    ...late.aSigner.map((l) => urgent({ what: "signer", name: l.fse.numero ?? "", page: "facturer", id: l.fse.id }, l)),
    ...late.aTransmettre
      .filter((l) => l.fse.lot === undefined || !lots.has(l.fse.lot))
      .map((l) => urgent({ what: "transmettre", name: l.fse.numero ?? "", page: "fse", id: l.fse.id }, l)),
    ...late.lotsOuverts.map((l) => urgent(aboutLot("clore", l.lot), l)),
    ...late.lotsClos.map((l) => urgent(aboutLot("envoyer", l.lot), l)),
    ...late.sansReponse.map((l) => urgent(aboutLot("relancer", l.lot), l)),
  ];
  return all.sort((a, b) => a.days - b.days || a.key.localeCompare(b.key));
}
