// A long list that is read page by page, the newest first, and whose beginning is read again
// when something has changed.

import { Store } from "../store";
import type { PageOf } from "./load";

/** Row is what a list holds. */
export interface Row {
  readonly id: string;
}

export interface Listed<R> {
  readonly rows: readonly R[];
  /** Cursor of the page after them. */
  readonly next: string | undefined;
  /** Whether the end of the list has been reached. */
  readonly whole: boolean;
  readonly loading: boolean;
  readonly error: unknown;
}

/** Read reads a page. */
export type Read<R> = (after: string | undefined, limit: number) => Promise<PageOf<R>>;

/**
 * Anew is what is read again when something has changed: the head of a list whose rows events
 * tell of one by one, or all rows that are there of one whose rows change unsaid.
 */
export type Anew = "head" | "all";

const pageSize = 200; // the most that the daemon gives
const headSize = 50;

/** append is rows and those of a page that are not among them. */
export function append<R extends Row>(rows: readonly R[], page: readonly R[]): readonly R[] {
  const known = new Set(rows.map((r) => r.id));
  return [...rows, ...page.filter((r) => !known.has(r.id))];
}

/** putHead is a list whose beginning was read again: what was before the end of head and is not in it is gone. */
export function putHead<R extends Row>(list: Listed<R>, head: PageOf<R>): Pick<Listed<R>, "rows" | "next" | "whole"> {
  const last = head.items.at(-1);
  const at = last === undefined ? -1 : list.rows.findIndex((r) => r.id === last.id);
  if (head.next === undefined || at < 0) return { rows: head.items, next: head.next, whole: head.next === undefined };
  return { rows: [...head.items, ...list.rows.slice(at + 1)], next: list.next, whole: list.whole };
}

/** Pager holds one list. What it reads after it was ended changes nothing. */
export class Pager<R extends Row> {
  readonly list = new Store<Listed<R>>({ rows: [], next: undefined, whole: false, loading: false, error: undefined });
  private ended = false;
  private again = false; // the beginning is to be read once what is under way has ended

  constructor(
    private readonly read: Read<R>,
    private readonly anew: Anew,
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
        rows = append(rows, page.items);
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

  private async head(): Promise<PageOf<R>> {
    const [limit, least] = this.anew === "head" ? [headSize, 1] : [pageSize, Math.max(1, this.list.get().rows.length)];
    let head = await this.read(undefined, limit);
    while (head.next !== undefined && head.items.length < least && !this.ended) {
      const page = await this.read(head.next, limit);
      head = { items: append(head.items, page.items), next: page.next };
    }
    return head;
  }

  private async work(read: () => Promise<Partial<Listed<R>>>): Promise<void> {
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

  protected set(part: Partial<Listed<R>>): void {
    if (!this.ended) this.list.set({ ...this.list.get(), ...part });
  }
}
