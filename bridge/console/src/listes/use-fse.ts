// The hook of the list of FSE.

import { useMemo } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { call, on, type Params } from "../session";
import { FSEPager, type Wanted } from "./fse-pager";
import type { PageOf } from "./load";
import { usePager, type Paged } from "./use-pager";

export type FSEList = Paged<FSESummary>;

/** asked is the call for a page. A number is looked up by itself. */
function asked(w: Wanted, after: string | undefined, limit: number): Params<"fse.list"> {
  const base = { all: true, beneficiaires: true };
  if (w.numero !== "") return { ...base, numero: w.numero };
  return {
    ...base,
    limit,
    ...(after !== undefined && { after }),
    ...(w.states.length > 0 && { etats: w.states }),
    ...(w.day !== "" && { jour: w.day }),
  };
}

async function read(w: Wanted, after: string | undefined, limit: number): Promise<PageOf<FSESummary>> {
  const page = await call("fse.list", asked(w, after, limit));
  return w.numero === "" ? { items: page.fse, next: page.next } : { items: await Promise.all(page.fse.map(named)) };
}

/** named is an FSE with its name, which a look-up by number does not give. */
async function named(f: FSESummary): Promise<FSESummary> {
  if (f.beneficiaire !== undefined) return f;
  const { nom, prenom } = (await call("fse.get", { id: f.id })).facture.beneficiaire;
  const beneficiaire = `${nom} ${prenom}`.trim();
  return beneficiaire === "" ? f : { ...f, beneficiaire };
}

/** useFSE is the list of all FSE that are wanted, whichever front end made them. */
export function useFSE(wanted: Wanted): FSEList {
  const key = JSON.stringify(wanted);
  const pager = useMemo(() => new FSEPager((after, limit) => read(wanted, after, limit), wanted), [key]);
  return usePager(pager, (soon) => [on("fse", (e) => pager.take(e.fse) && soon())]);
}
