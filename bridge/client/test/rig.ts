// A page to run the client in: a clock that only tests move, sockets in memory, a
// browser that answers what the test wants.

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { AgrafeError, connect, memoryStore, type Agrafe, type ConnectOptions, type Host, type Permission, type SocketLike, type State } from "../src/index.js";
import { Daemon } from "./daemon.js";

globalThis.crypto ??= webcrypto as Crypto; // Node 18

export const origin = "https://logiciel.example";

/** turn lets everything that is ready run, signatures included. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** until runs what is ready until done. What never happens fails after 20 s of real time, however slow the machine. */
export async function until(done: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + 20_000; !done(); await turn()) {
    if (performance.now() > end) assert.fail(`never happened: ${what}`);
  }
}

/** rest lets what is ready run, for tests that nothing happens. */
export async function rest(): Promise<void> {
  for (let i = 0; i < 30; i++) await turn();
}

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

export class Clock {
  time = 0;
  readonly timers = new Set<Timer>();

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.time + ms, fn };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  /** advance moves the time, running each timer at its own. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = [...this.timers].filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.timers.delete(due);
      this.time = due.at;
      due.fn();
    }
    this.time = end;
  }
}

/** Pipe is a socket in memory; the daemon holds its other end. */
export class Pipe implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  receive: (text: string) => void = () => {};
  closed: number | undefined;

  /** The page's end. */
  send(text: string): void {
    queueMicrotask(() => this.receive(text));
  }

  close(code = 1000): void {
    this.end(code);
  }

  /** The daemon's end. */
  open(): void {
    queueMicrotask(() => this.onopen?.());
  }

  deliver(data: unknown): void {
    queueMicrotask(() => {
      if (this.closed === undefined) this.onmessage?.({ data });
    });
  }

  end(code: number): void {
    queueMicrotask(() => {
      if (this.closed !== undefined) return;
      this.closed = code;
      this.onclose?.({ code });
    });
  }
}

/** Rig is a page, its browser and the daemon of its machine. */
export class Rig implements Host {
  readonly origin = origin;
  secure = true;
  permissions: Permission[] = ["granted"]; // the last one stays
  knocks = 0;
  wakers = new Set<() => void>();
  readonly clock = new Clock();
  readonly store = memoryStore();
  readonly states: State[] = [];
  readonly opened: string[] = [];

  private constructor(readonly daemon: Daemon) {}

  static async start(): Promise<Rig> {
    return new Rig(await Daemon.start(origin));
  }

  async permission(): Promise<Permission> {
    const [now] = this.permissions;
    if (this.permissions.length > 1) this.permissions.shift();
    return now ?? "granted";
  }

  /** answer is what the network does with a knock. */
  answer: (signal: AbortSignal) => Promise<boolean> = async () => {
    if (!this.daemon.up) throw new TypeError("Failed to fetch");
    return this.daemon.listed;
  };

  knock(_url: string, signal: AbortSignal): Promise<boolean> {
    this.knocks++;
    return this.answer(signal);
  }

  socket(url: string, subprotocol: string): SocketLike {
    const pipe = new Pipe();
    this.opened.push(new URL(url).pathname);
    this.daemon.accept(new URL(url).pathname, subprotocol, pipe);
    return pipe;
  }

  now(): number {
    return this.clock.time;
  }

  after(ms: number, fn: () => void): () => void {
    return this.clock.after(ms, fn);
  }

  random(): number {
    return 0.5;
  }

  onWake(fn: () => void): () => void {
    this.wakers.add(fn);
    return () => void this.wakers.delete(fn);
  }

  /** The locks that all pages of the origin share. */
  private readonly turns = new Map<string, Promise<unknown>>();

  alone<T>(name: string, _signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const mine = (this.turns.get(name) ?? Promise.resolve()).then(act, act);
    this.turns.set(name, mine);
    return mine;
  }

  wake(): void {
    for (const fn of this.wakers) fn();
  }

  connect(options: Partial<ConnectOptions> = {}): Promise<Agrafe> {
    return connect(
      { url: "ws://127.0.0.1:17373", name: "Logiciel", scopes: ["readers", "fse"], store: this.store, onState: (s) => this.states.push(s), ...options },
      this,
    );
  }

  /** paired connects, and has the user accept the page if it comes to that. */
  paired(): Promise<Agrafe> {
    return this.connect({ onCode: () => this.daemon.decide("accept") });
  }

  get status(): string | undefined {
    return this.states.at(-1)?.status;
  }

  private opens(): number {
    return this.states.filter((s) => s.status === "open").length;
  }

  /** reopened lets time pass until the connection is there again. */
  async reopened(): Promise<void> {
    await until(() => this.status === "waiting", "waiting");
    const before = this.opens();
    const now = this.states.at(-1);
    this.clock.advance(now?.status === "waiting" ? now.retryIn : 0);
    await until(() => this.opens() > before, "open again");
  }

  /** reconnect has the connection die and come back. */
  async reconnect(): Promise<void> {
    this.daemon.drop();
    await this.reopened();
  }
}

/** failure is the AgrafeError that p fails with. */
export async function failure(p: Promise<unknown>): Promise<AgrafeError> {
  const e = await p.then(
    () => assert.fail("it did not fail"),
    (reason: unknown) => reason,
  );
  assert.ok(e instanceof AgrafeError, String(e));
  return e;
}
