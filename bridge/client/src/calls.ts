// Calls under way: each ends once, with its answer, its time-out, an abort, or the
// death of the socket.

import { late } from "./deadline.js";
import { AgrafeError, fromWire, offline } from "./errors.js";
import type { Host } from "./host.js";
import { keyed, slow } from "./types.js";
import { maxFrame, type Wire } from "./wire.js";

export interface CallOptions {
  /** Milliseconds; 180 000 for what waits for a card or a user (who may be typing a code), else 30 000. */
  readonly timeout?: number | undefined;
  /** An abort ends the wait with the signal's reason. What the daemon has begun goes on. */
  readonly signal?: AbortSignal | undefined;
}

const slowTime = 180_000;
const quickTime = 30_000;

interface Call {
  readonly text: string;
  readonly key: string | undefined;
  /** The run of the daemon that alone remembers the key; undefined when the journal does. */
  readonly run: string | undefined;
  /** A held call waits for the next connection; it is repeated once. */
  state: "new" | "sent" | "held" | "repeated";
  /** settle ends the call's timer and leaves the table. */
  readonly settle: () => void;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export class Calls {
  private readonly pending = new Map<number, Call>();
  private last = 0;
  private wire: Wire | null = null;
  private run = "";
  private ended: AgrafeError | null = null;

  constructor(private readonly host: Host) {}

  async call(method: string, params: object, { timeout, signal }: CallOptions): Promise<unknown> {
    signal?.throwIfAborted();
    const key = keyed.has(method) ? ((params as { idempotencyKey?: string }).idempotencyKey ?? crypto.randomUUID()) : undefined;
    if (this.ended !== null) throw this.ended;
    if (this.wire === null) throw offline(key);
    const id = ++this.last;
    const all = key === undefined ? params : { ...params, idempotencyKey: key };
    const text = JSON.stringify({ jsonrpc: "2.0", id, method, params: all });
    if (new TextEncoder().encode(text).length > maxFrame) throw tooLong();
    return new Promise((resolve, reject) => {
      const abort = (): void => this.fail(id, signal?.reason);
      const cancel = this.host.after(timeout ?? (slow.has(method) ? slowTime : quickTime), () => this.fail(id, late(key)));
      const settle = (): void => {
        cancel();
        signal?.removeEventListener("abort", abort);
        this.pending.delete(id);
      };
      signal?.addEventListener("abort", abort);
      this.pending.set(id, { text, key, run: keyed.get(method) === "memory" ? this.run : undefined, state: "new", settle, resolve, reject });
      this.send();
    });
  }

  /** attach gives a connection to that run of the daemon; calls that may be repeated safely are sent once more. */
  attach(wire: Wire, run: string): void {
    this.wire = wire;
    this.run = run;
    for (const [id, c] of this.pending) if (c.run !== undefined && c.run !== run) this.fail(id, offline(c.key));
    this.send();
  }

  private send(): void {
    for (const c of this.pending.values()) {
      if (c.state !== "new" && c.state !== "held") continue;
      c.state = c.state === "new" ? "sent" : "repeated";
      this.wire?.send(c.text);
    }
  }

  /** detach says that the socket died. What may not be repeated, or has been, fails. */
  detach(): void {
    this.wire = null;
    for (const [id, c] of this.pending) {
      if (c.key !== undefined && c.state === "sent") c.state = "held";
      else this.fail(id, offline(c.key));
    }
  }

  /** end fails every call, also those to come. */
  end(error: AgrafeError): void {
    this.wire = null;
    this.ended = error;
    for (const id of this.pending.keys()) this.fail(id, error);
  }

  answer(id: number, result: unknown, error: unknown): void {
    const c = this.pending.get(id);
    if (c === undefined) return; // timed out, or aborted
    c.settle();
    if (error === undefined) c.resolve(result);
    else c.reject(fromWire(error, c.key));
  }

  private fail(id: number, reason: unknown): void {
    const c = this.pending.get(id);
    c?.settle();
    c?.reject(reason);
  }
}

const tooLong = (): AgrafeError =>
  new AgrafeError({ kind: "invalid", code: "TROP_LONG", message: "Cet appel est trop long : 256 Kio au plus." });
