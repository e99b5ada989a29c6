// Events in order, each once, across connections.
//
// A connection is sent every event that is for it, in order, or is closed; a number
// that is missing inside a connection is an event for somebody else. So loss only
// happens between two connections: then events.resync gives what was missed or, when
// that is no longer kept or the daemon is another run, a snapshot replaces all.

import { report } from "./report.js";
import { freeze } from "./view.js";
import type { Event, Hello, Snapshot } from "./types.js";

export interface Missed {
  readonly events?: readonly Event[];
  readonly snapshot?: Snapshot;
}

export interface FeedOptions {
  readonly onEvent: (e: Event) => void;
  /** Everything is to be shown again from s. */
  readonly onSnapshot: (s: Snapshot) => void;
  readonly resync: (since: number, instance: string) => Promise<Missed>;
}

export class Feed {
  private instance = "";
  private last = 0;
  // Events that wait for those missed before them; null when none are awaited.
  // Another connection has another array, so that a late answer is known as such.
  private held: Event[] | null = null;

  constructor(private readonly options: FeedOptions) {}

  /** greet takes the hello of a new connection. */
  greet({ instance, snapshot }: Hello): void {
    this.held = null;
    if (instance !== this.instance || snapshot.seq < this.last) {
      this.instance = instance;
      this.restart(snapshot);
    } else if (snapshot.seq > this.last) {
      void this.catchUp(snapshot);
    }
  }

  /** take takes one event as it came. */
  take(params: unknown): void {
    const e = params as Event | null;
    if (typeof e !== "object" || e === null || typeof e.seq !== "number") return;
    if (this.held !== null) this.held.push(e);
    else this.deliver(e);
  }

  /** lost says that the connection is gone; what it held will be asked for again. */
  lost(): void {
    this.held = null;
  }

  private async catchUp(now: Snapshot): Promise<void> {
    const held: Event[] = (this.held = []);
    // Without the right to resync, or on any failure, the hello's own snapshot serves.
    const missed = await this.options.resync(this.last, this.instance).catch((): Missed => ({ snapshot: now }));
    if (this.held !== held) return;
    this.held = null;
    if (missed.snapshot !== undefined) this.restart(missed.snapshot);
    else for (const e of missed.events ?? []) this.deliver(e);
    this.last = Math.max(this.last, now.seq); // up to there nothing else was for this page
    for (const e of held) this.deliver(e);
  }

  private restart(s: Snapshot): void {
    this.last = s.seq;
    this.options.onSnapshot(freeze(s));
  }

  private deliver(e: Event): void {
    if (e.seq <= this.last) return;
    this.last = e.seq;
    try {
      this.options.onEvent(freeze(e));
    } catch (error) {
      report(error); // an event that makes no sense; those after it may
    }
  }
}
