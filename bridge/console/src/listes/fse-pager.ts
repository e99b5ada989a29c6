// A long list of FSE: what it holds, and what an event about one of them changes in it.

import type { FSESummary } from "../../../client/src/types";
import { Pager, type Read } from "./pager";

/** Wanted is what a list holds. */
export interface Wanted {
  /** States of FSE; none for all. */
  readonly states: readonly string[];
  /** ISO day of care; "" for all. */
  readonly day: string;
  /** 9 digits; "" for all. */
  readonly numero: string;
}

/** matches says whether f belongs in the list. */
export const matches = (f: FSESummary, w: Wanted): boolean =>
  (w.states.length === 0 || w.states.includes(f.etat)) && (w.day === "" || w.day === f.dateSoins) && (w.numero === "" || w.numero === f.numero);

/** patch is rows with what an event tells of one; events name nobody, so that the name stays. Undefined when it is none of them. */
export function patch(rows: readonly FSESummary[], f: FSESummary, w: Wanted): readonly FSESummary[] | undefined {
  const old = rows.find((r) => r.id === f.id);
  if (old === undefined) return undefined;
  if (!matches(f, w)) return rows.filter((r) => r !== old);
  const named = old.beneficiaire === undefined ? f : { ...f, beneficiaire: old.beneficiaire };
  return rows.map((r) => (r === old ? named : r));
}

/** FSEPager is a Pager that events keep up to date without reading. */
export class FSEPager extends Pager<FSESummary> {
  constructor(
    read: Read<FSESummary>,
    private readonly wanted: Wanted,
  ) {
    super(read, "head");
  }

  /** take shows an FSE as an event tells of it; true if the beginning is to be read too, for its name. */
  take(f: FSESummary): boolean {
    const list = this.list.get();
    const rows = patch(list.rows, f, this.wanted);
    if (rows !== undefined) this.set({ rows });
    return rows === undefined ? matches(f, this.wanted) : f.etat === "brouillon";
  }
}
