// The hook of the list of FSE.

import { useEffect, useMemo } from "preact/hooks";
import type { FSESummary, ListResult } from "../../../client/src/types";
import { call, isOpen, on, useSession, type Params } from "../session";
import { useStore } from "../store";
import { Pager, type Listed, type Wanted } from "./pager";

const settle = 300; // ms: what is told in one go is read once

export interface FSEList extends Listed {
  readonly more: () => void;
  readonly retry: () => void;
}

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

async function read(w: Wanted, after: string | undefined, limit: number): Promise<ListResult> {
  const page = await call("fse.list", asked(w, after, limit));
  return w.numero === "" ? page : { fse: await Promise.all(page.fse.map(named)) };
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
  const pager = useMemo(() => new Pager((after, limit) => read(wanted, after, limit), wanted), [key]);
  const open = useSession(isOpen);
  useEffect(() => () => pager.end(), [pager]);
  useEffect(() => void (open && (pager.list.get().rows.length === 0 ? pager.more() : pager.refresh())), [pager, open]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void pager.refresh(), settle);
    };
    const stops = [on("fse", (e) => pager.take(e.fse) && soon()), on("snapshot", soon)];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [pager]);
  const list = useStore(pager.list);
  return { ...list, more: () => void pager.more(), retry: () => void (list.rows.length === 0 ? pager.more() : pager.refresh()) };
}
