// An FSE as fse.get gives it.

import type { FSE, FSESummary } from "../../../client/src/types";

/** isOurs says whether it was begun in this console: those of another front end may be signed here, and are changed there. */
export const isOurs = (f: Pick<FSE, "proprietaire">): boolean => f.proprietaire === "console";

/** numberOf writes the number of an FSE as lists have it; "" for none. */
export const numberOf = (f: Pick<FSE, "numero">): string => ((f.numero ?? 0) === 0 ? "" : String(f.numero).padStart(9, "0"));

/** summaryOf is an FSE as the row of a list, as far as menus ask. */
export function summaryOf(f: FSE): FSESummary {
  const numero = numberOf(f);
  const total = f.prix?.total;
  const { encaisse, remplaceePar, rejet, restored } = f;
  return {
    id: f.id,
    etat: f.etat,
    certification: f.certification,
    dateSoins: f.facture.dateSoins ?? "",
    honoraires: total?.honoraires ?? 0,
    amo: total?.amo ?? 0,
    amc: total?.amc ?? 0,
    patient: total?.patient ?? 0,
    ...(numero !== "" && { numero }),
    ...(encaisse !== undefined && { encaisse: encaisse.montant }),
    ...(remplaceePar !== undefined && { remplaceePar }),
    ...(restored !== undefined && { restored }),
    ...(rejet !== undefined && { rejet: rejet.libelle }),
  };
}
