// The connection that comes back: back-off with jitter, at most one attempt at a
// time, and at once when the page wakes.

import { unpaired, type Diagnosis } from "./diagnosis.js";
import { AgrafeError } from "./errors.js";
import { failureOf, type Greeting, type Place } from "./handshake.js";
import { pair, reach, type PairingCode, type Wish } from "./way.js";
import type { Wire } from "./wire.js";

/** State is where the connection is. */
export type State =
  /** On the way. With a diagnosis: the browser is asking the user. */
  | { readonly status: "connecting"; readonly error?: Diagnosis }
  | { readonly status: "pairing" }
  | { readonly status: "open" }
  /** Tries again in so many milliseconds, or when the page wakes. */
  | { readonly status: "waiting"; readonly error: AgrafeError; readonly retryIn: number }
  /** For good. Without an error: the page closed it. */
  | { readonly status: "closed"; readonly error?: AgrafeError };

export interface LinkOptions {
  readonly onState: (state: State) => void;
  readonly onOpen: (wire: Wire, greeting: Greeting) => void;
  readonly onLost: () => void;
  readonly onEnd: (error: AgrafeError) => void;
}

const firstDelay = 500;
const longestDelay = 30_000;
const steadyTime = 10_000; // a connection that lasted so long was a good one
const wakeTime = 1_000; // between two attempts, however often the page wakes

/** lasting failures are not mended by trying again: the page, or its user, must do something. */
const lasting = (e: AgrafeError): boolean => e.code === "NOT_PAIRED" || e.code === "IMPOSTOR" || e.kind === "unsupported";

/**
 * slow failures may be mended by the user elsewhere; asking often would not help. A
 * page that was let in before and now is refused may have come while the list of
 * sites was being written: that is tried as a lost connection is.
 */
const slow = (e: AgrafeError): boolean => e.code === "LNA_PROMPT" || (e.kind === "denied" && e.code !== "ORIGIN_REFUSED");

const closedByPage = (): AgrafeError =>
  new AgrafeError({ kind: "offline", code: "FERME", message: "Cette page a fermé sa liaison avec Agrafe." });

export class Link {
  private readonly life = new AbortController();
  private wire: Wire | null = null;
  private failures = 0;
  private opened = false; // once
  private openedAt = 0;
  private triedAt = -Infinity;
  private cancel: (() => void) | null = null; // of the next attempt; null when none is planned
  private readonly unwake: () => void;

  constructor(
    private readonly place: Place,
    private readonly options: LinkOptions,
  ) {
    this.unwake = place.host.onWake(() => this.wake());
  }

  /** start connects for the first time, pairing when show is given and it is needed. */
  async start(wish: Wish, show: ((code: PairingCode) => void) | undefined): Promise<void> {
    try {
      await this.attempt().catch((e: unknown) => {
        if (!unpaired(e) || show === undefined) throw e;
        this.options.onState({ status: "pairing" });
        const { host, url } = this.place;
        return host.alone(`agrafe pair ${url}`, this.life.signal, () => this.pair(wish, show));
      });
    } catch (e) {
      if (!this.life.signal.aborted) this.end(known(e));
      throw e;
    }
  }

  /** pair has no other tab pairing meanwhile. One that did while this one waited has got a key for both. */
  private async pair(wish: Wish, show: (code: PairingCode) => void): Promise<void> {
    if ((await this.place.store.load(this.place.url)) !== undefined) {
      try {
        return await this.attempt();
      } catch (e) {
        if (!unpaired(e)) throw e;
        this.options.onState({ status: "pairing" });
      }
    }
    await pair(this.place, wish, this.life.signal, show);
    await this.attempt();
  }

  /** close is the page's; reason is what calls under way fail with, when it is an abort. */
  close(reason?: unknown): void {
    if (this.life.signal.aborted) return;
    this.end(closedByPage(), reason);
  }

  private async attempt(): Promise<void> {
    this.triedAt = this.place.host.now();
    this.options.onState({ status: "connecting" });
    const { signal } = this.life;
    const [wire, greeting] = await reach(this.place, {
      signal,
      again: this.opened,
      asking: (error) => this.options.onState({ status: "connecting", error }),
    });
    if (signal.aborted) {
      wire.close();
      throw signal.reason;
    }
    this.wire = wire;
    this.opened = true;
    this.openedAt = this.place.host.now();
    this.options.onOpen(wire, greeting);
    this.options.onState({ status: "open" });
  }

  /** lost is called when the open socket closed. */
  lost(code: number): void {
    if (this.life.signal.aborted) return;
    this.wire = null;
    this.options.onLost();
    if (this.place.host.now() - this.openedAt >= steadyTime) this.failures = 0;
    this.failed(failureOf(code));
  }

  private failed(e: AgrafeError): void {
    if (this.life.signal.aborted) return;
    if (lasting(e)) return this.end(e);
    const ceiling = slow(e) ? longestDelay : Math.min(longestDelay, firstDelay * 2 ** this.failures++);
    this.plan(ceiling * (0.5 + this.place.host.random() / 2), e);
  }

  private plan(delay: number, error: AgrafeError): void {
    this.cancel = this.place.host.after(delay, () => this.again());
    this.options.onState({ status: "waiting", error, retryIn: delay });
  }

  private again(): void {
    this.cancel = null;
    this.attempt().catch((e: unknown) => this.failed(known(e)));
  }

  private wake(): void {
    if (this.cancel === null) return;
    this.cancel();
    const rest = this.triedAt + wakeTime - this.place.host.now();
    this.cancel = this.place.host.after(Math.max(0, rest), () => this.again());
  }

  private end(error: AgrafeError, reason?: unknown): void {
    this.unwake();
    this.cancel?.();
    this.cancel = null;
    this.life.abort(reason ?? error);
    this.wire?.close();
    this.wire = null;
    this.options.onEnd(error);
    this.options.onState(error.code === "FERME" ? { status: "closed" } : { status: "closed", error });
  }
}

/** known makes an AgrafeError of whatever a store or a browser threw. */
function known(e: unknown): AgrafeError {
  if (e instanceof AgrafeError) return e;
  return Object.assign(new AgrafeError({ kind: "internal", code: "CLIENT", message: "Cette page n'a pas pu se connecter à Agrafe.", retryable: true }), { cause: e });
}
