// A long list of FSE, read page by page, the newest first, and kept up to date by events
// without being read again as a whole.

import type { FSESummary, ListResult } from "../../../client/src/types";
import { Store } from "../store";

/** Wanted is what a list holds. */
export interface Wanted {
  /** States of FSE; none for all. */
  readonly states: readonly string[];
  /** ISO day of care; "" for all. */
  readonly day: string;
  /** 9 digits; "" for all. */
  readonly numero: string;
}

export interface Listed {
  readonly rows: readonly FSESummary[];
  /** Cursor of the page after them. */
  readonly next: string | undefined;
  /** Whether the end of the list has been reached. */
  readonly whole: boolean;
  readonly loading: boolean;
  readonly error: unknown;
}

/** Read reads a page. */
export type Read = (after: string | undefined, limit: number) => Promise<ListResult>;

const pageSize = 200; // the most that the daemon gives
const headSize = 50; // read again when something new was told of

/** matches says whether f belongs in the list. */
export const matches = (f: FSESummary, w: Wanted): boolean =>
  (w.states.length === 0 || w.states.includes(f.etat)) && (w.day === "" || w.day === f.dateSoins) && (w.numero === "" || w.numero === f.numero);

/** append is rows and those of a page that are not among them. */
export function append(rows: readonly FSESummary[], page: readonly FSESummary[]): readonly FSESummary[] {
  const known = new Set(rows.map((r) => r.id));
  return [...rows, ...page.filter((f) => !known.has(f.id))];
}

/** patch is rows with what an event tells of one; events name nobody, so that the name stays. Undefined when it is none of them. */
export function patch(rows: readonly FSESummary[], f: FSESummary, w: Wanted): readonly FSESummary[] | undefined {
  const old = rows.find((r) => r.id === f.id);
  if (old === undefined) return undefined;
  if (!matches(f, w)) return rows.filter((r) => r !== old);
  const named = old.beneficiaire === undefined ? f : { ...f, beneficiaire: old.beneficiaire };
  return rows.map((r) => (r === old ? named : r));
}

/** putHead is a list whose beginning was read again: what was before the end of head and is not in it is gone. */
export function putHead(list: Listed, head: ListResult): Pick<Listed, "rows" | "next" | "whole"> {
  const last = head.fse.at(-1);
  const at = last === undefined ? -1 : list.rows.findIndex((r) => r.id === last.id);
  if (head.next === undefined || at < 0) return { rows: head.fse, next: head.next, whole: head.next === undefined };
  return { rows: [...head.fse, ...list.rows.slice(at + 1)], next: list.next, whole: list.whole };
}

/** Pager holds one list. What it reads after it was ended changes nothing. */
export class Pager {
  readonly list = new Store<Listed>({ rows: [], next: undefined, whole: false, loading: false, error: undefined });
  private ended = false;
  private again = false; // the beginning is to be read once what is under way has ended

  constructor(
    private readonly read: Read,
    private readonly wanted: Wanted,
  ) {}

  end(): void {
    this.ended = true;
  }

  /** more reads on until there are other rows or no more: a page of a filtered list may be empty. */
  async more(): Promise<void> {
    const before = this.list.get();
    if (before.whole) return;
    await this.work(async () => {
      let { rows, next } = before;
      do {
        const page = await this.read(next, pageSize);
        rows = append(rows, page.fse);
        next = page.next;
      } while (next !== undefined && rows.length === before.rows.length && !this.ended);
      return { rows, next, whole: next === undefined };
    });
  }

  /** refresh reads the beginning again. */
  async refresh(): Promise<void> {
    if (this.list.get().loading) this.again = true;
    else await this.work(async () => putHead(this.list.get(), await this.head()));
  }

  private async head(): Promise<ListResult> {
    let page = await this.read(undefined, headSize);
    while (page.fse.length === 0 && page.next !== undefined && !this.ended) page = await this.read(page.next, headSize);
    return page;
  }

  /** take shows an FSE as an event tells of it; true if the beginning is to be read too, for its name. */
  take(f: FSESummary): boolean {
    const list = this.list.get();
    const rows = patch(list.rows, f, this.wanted);
    if (rows !== undefined) this.set({ rows });
    return rows === undefined ? matches(f, this.wanted) : f.etat === "brouillon";
  }

  private async work(read: () => Promise<Partial<Listed>>): Promise<void> {
    if (this.list.get().loading) return;
    this.set({ loading: true });
    try {
      this.set({ ...(await read()), loading: false, error: undefined });
    } catch (error) {
      this.set({ loading: false, error });
    }
    if (!this.again || this.ended) return;
    this.again = false;
    await this.refresh();
  }

  private set(part: Partial<Listed>): void {
    if (!this.ended) this.list.set({ ...this.list.get(), ...part });
  }
}
