// The client as a page sees it.

import { Calls, type CallOptions } from "./calls.js";
import type { AgrafeError } from "./errors.js";
import { Feed, type Missed } from "./feed.js";
import type { Greeting, Place } from "./handshake.js";
import { browser, type Host } from "./host.js";
import { Jobs, type Begun, type JobOptions, type JobRun } from "./jobs.js";
import { Link, type State } from "./link.js";
import { Nonces } from "./proof.js";
import { Listeners } from "./report.js";
import { indexedDBStore, type Store } from "./store.js";
import type { Event, Hello, Methods, Snapshot } from "./types.js";
import { reduce, View } from "./view.js";
import type { PairingCode } from "./way.js";
import type { Message, Wire } from "./wire.js";

/** Where the daemon listens unless its configuration says otherwise. */
export const defaultURL = "ws://127.0.0.1:17373";

/** Scope is a right that the user grants with the pairing. */
export type Scope = Methods["origins.me"]["result"]["scopes"][number];

export interface ConnectOptions {
  readonly url?: string | undefined;
  /** What the page calls itself when it asks to be paired, at most 64 characters. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** IndexedDB by default. */
  readonly store?: Store | undefined;
  /**
   * Shows the code that the user compares. Without it a page that is not paired
   * fails with NOT_PAIRED: give it only when the user has asked to connect, since
   * pairing opens a dialog on the machine.
   */
  readonly onCode?: ((code: PairingCode) => void) | undefined;
  /**
   * Of Agrafe's own console only: the token that it was opened with, which lets the
   * page in without a dialog. It is good once and used only by a page that is not
   * paired; one that is no longer good fails with LANCEMENT.
   */
  readonly launch?: string | undefined;
  readonly onState?: ((state: State) => void) | undefined;
  /** An abort gives up connecting, or closes the connection. */
  readonly signal?: AbortSignal | undefined;
}

type EventType = Event["type"];

/** EventOf is an event with the object that its type names. */
export type EventOf<T extends EventType> = Event & { readonly type: T } & Required<Pick<Event, T & keyof Event>>;

/** Events are what on() tells of; snapshot: state was replaced as a whole, so reload what is shown beside it. */
export type Events = { [T in EventType]: EventOf<T> } & { readonly snapshot: Snapshot };

type Params<M extends keyof Methods> = Methods[M]["params"];
type Args<M extends keyof Methods> = {} extends Params<M>
  ? [params?: Params<M>, options?: CallOptions]
  : [params: Params<M>, options?: CallOptions];

/** Agrafe is one page's connection, which comes back by itself until it is closed. */
export class Agrafe {
  private readonly calls: Calls;
  private readonly feed: Feed;
  private readonly jobs: Jobs;
  private readonly listeners = new Map<string, Listeners<unknown>>();
  private readonly view = new View({} as Snapshot); // replaced by the first hello, before anybody sees it
  private readonly link: Link;
  private greeting: Greeting | undefined;
  private unabort: (() => void) | undefined;

  /** Use connect. */
  constructor(place: Place, onState: (state: State) => void) {
    this.calls = new Calls(place.host);
    this.feed = new Feed({
      resync: (since, instance) => this.call("events.resync", { since, instance }) as Promise<Missed>,
      onSnapshot: (s) => {
        this.view.set(s);
        this.tell("snapshot", s);
      },
      onEvent: (e) => {
        this.view.set(reduce(this.view.state, e));
        if (e.job !== undefined) this.jobs.take(e.job);
        this.tell(e.type, e);
      },
    });
    this.jobs = new Jobs({
      get: (id) => this.call("jobs.get", { id }).then((r) => r.job),
      cancel: (id) => this.call("jobs.cancel", { id }),
      later: (fn) => place.host.after(1_000, fn),
    });
    const states = new Listeners<State>();
    states.add(onState);
    this.link = new Link(place, {
      onState: (s) => states.tell(s),
      onOpen: (wire, greeting) => this.open(wire, greeting),
      onLost: () => {
        this.feed.lost();
        this.calls.detach();
      },
      onEnd: (error) => this.end(error),
    });
  }

  /** What the daemon shows: immutable, another object after each change. */
  get state(): Snapshot {
    return this.view.state;
  }

  /** What was granted, which may be less than what was asked for. */
  get scopes(): readonly string[] {
    return this.greeting?.scopes ?? [];
  }

  /** Version, environment and methods of the daemon. */
  get hello(): Omit<Hello, "snapshot"> | undefined {
    return this.greeting?.hello;
  }

  /** call fails with an AgrafeError, or with the reason of its signal. */
  async call<M extends keyof Methods>(method: M, ...[params, options]: Args<M>): Promise<Methods[M]["result"]> {
    return (await this.calls.call(method, params ?? {}, options ?? {})) as Methods[M]["result"];
  }

  /** job waits for the end of the work that a call began, or of the job with that id. */
  job<R = unknown>(begun: Promise<Begun<R>> | string, options: JobOptions = {}): JobRun<R> {
    return this.jobs.run(begun, options);
  }

  /** on calls fn with each event of type, until the function that it returns is called. */
  on<T extends keyof Events>(type: T, fn: (event: Events[T]) => void): () => void {
    const all = this.listeners.get(type) ?? new Listeners();
    this.listeners.set(type, all);
    return all.add(fn as (event: unknown) => void);
  }

  /** subscribe calls fn with state after each change, until the function that it returns is called. */
  subscribe(fn: (state: Snapshot) => void): () => void {
    return this.view.subscribe(fn);
  }

  /** close ends the connection for good. */
  close(): void {
    this.link.close();
  }

  /** @internal */
  async start({ name, scopes, onCode, launch, signal }: ConnectOptions): Promise<void> {
    const abort = (): void => this.link.close(signal?.reason);
    signal?.addEventListener("abort", abort);
    this.unabort = () => signal?.removeEventListener("abort", abort);
    await this.link.start({ name, scopes, launch }, onCode ?? (launch === undefined ? undefined : () => {}));
  }

  private open(wire: Wire, greeting: Greeting): void {
    this.greeting = greeting;
    this.calls.attach(wire, greeting.hello.instance);
    this.feed.greet(greeting.hello);
    this.jobs.refresh();
    wire.listen((m) => this.take(m), (code) => this.link.lost(code));
  }

  private take(m: Message): void {
    if ("id" in m) this.calls.answer(m.id, m.result, m.error);
    else if (m.method === "event") this.feed.take(m.params);
  }

  private end(error: AgrafeError): void {
    this.unabort?.();
    this.feed.lost();
    this.calls.end(error);
    this.jobs.end(error);
  }

  private tell(type: string, value: unknown): void {
    this.listeners.get(type)?.tell(value);
  }
}

/**
 * connect ends with a connection that is open, or fails with a Diagnosis or another
 * AgrafeError: show its sentence. host stands in for a browser.
 */
export async function connect(options: ConnectOptions, host: Host = browser()): Promise<Agrafe> {
  options.signal?.throwIfAborted();
  const place = { host, store: options.store ?? indexedDBStore(), url: options.url ?? defaultURL, nonces: new Nonces() };
  const agrafe = new Agrafe(place, (s) => options.onState?.(s));
  await agrafe.start(options);
  return agrafe;
}

/** forget drops the page's key and the machine that it trusts. The daemon still lists the page until it is revoked there. */
export async function forget({ url = defaultURL, store = indexedDBStore() }: { url?: string; store?: Store } = {}): Promise<void> {
  await store.clear(url);
}
