// What a front end shows: a snapshot, kept up to date by the events after it.

import { Listeners } from "./report.js";
import type { Event, Snapshot } from "./types.js";

/**
 * reduce is s after e. Both are left as they are, and what did not change is shared.
 * Objects of which there is one, as service and queue, have the same name in both.
 */
export function reduce(s: Snapshot, e: Event): Snapshot {
  const next = { ...s, seq: e.seq };
  const { reader, card, lease } = e;
  const object = e[e.type];
  if (Object.hasOwn(s, e.type) && typeof object === "object" && object !== null) return { ...next, [e.type]: object };
  if (card !== undefined) {
    const { reader: slot } = card;
    return { ...next, cards: put(s.cards, card, (c) => c.reader === slot) };
  }
  if (lease !== undefined) {
    const mine = (l: { reader: string }): boolean => l.reader === lease.reader;
    return { ...next, leases: lease.expires === undefined ? s.leases.filter((l) => !mine(l)) : put(s.leases, lease, mine) };
  }
  if (reader === undefined) return next;
  if (reader.state !== "removed") return { ...next, readers: put(s.readers, reader, (r) => r.id === reader.id) };
  const others = (o: { reader: string }): boolean => o.reader !== reader.id;
  return {
    ...next,
    readers: s.readers.filter((r) => r.id !== reader.id),
    cards: s.cards.filter(others),
    leases: s.leases.filter(others),
  };
}

/** put replaces the item that is the same thing, or adds one. */
function put<T>(list: readonly T[], item: T, same: (other: T) => boolean): readonly T[] {
  const at = list.findIndex(same);
  return at < 0 ? [...list, item] : list.map((old, i) => (i === at ? item : old));
}

/** freeze makes value immutable, all the way down. */
export function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

/** View holds the current snapshot and tells of each change. */
export class View {
  private readonly listeners = new Listeners<Snapshot>();

  constructor(private now: Snapshot) {}

  get state(): Snapshot {
    return this.now;
  }

  set(next: Snapshot): void {
    this.now = freeze(next);
    this.listeners.tell(this.now);
  }

  subscribe(fn: (state: Snapshot) => void): () => void {
    return this.listeners.add(fn);
  }
}
