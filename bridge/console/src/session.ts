// The connection with the daemon: one for the page, which comes back by itself. What it shows
// is in the store; pages call with call(), act() and job(), and listen with on().

import { AgrafeError, connect, type Agrafe, type CallOptions, type EventOf, type Events, type Scope, type State } from "../../client/src/index";
import type { Hello, Methods, Snapshot } from "../../client/src/types";
import { keyFor } from "./keys";
import { Store, useStore } from "./store";
import { released, still } from "./ui/press";

const scopes: readonly Scope[] = ["readers", "cards", "fse", "lots", "admin"];
const firstTry = 3_000; // ms between attempts while there has been no connection yet

export interface Session {
  readonly link: State;
  /** undefined until the first connection. */
  readonly snapshot: Snapshot | undefined;
  /** Version, environment and methods of the daemon. */
  readonly hello: Omit<Hello, "snapshot"> | undefined;
}

export const session = new Store<Session>({ link: { status: "connecting" }, snapshot: undefined, hello: undefined });

/** useSession shows a part of the session. */
export const useSession = <S,>(select: (s: Session) => S): S => useStore(session, select);

/** useSnapshot shows a part of what the daemon tells; undefined before the first connection. */
export const useSnapshot = <S,>(select: (s: Snapshot) => S): S | undefined =>
  useStore(session, (s) => (s.snapshot === undefined ? undefined : select(s.snapshot)));

/** isOpen says whether calls can be made now. */
export const isOpen = (s: Session): boolean => s.link.status === "open";

type EventName = keyof Events;
type Listener = (event: Events[EventName]) => void;

export const eventNames: readonly EventName[] = ["service", "reader", "card", "queue", "fse", "lot", "lease", "job", "journal", "mail", "snapshot"];

const listeners = new Map<EventName, Set<Listener>>();
let agrafe: Agrafe | undefined;
let attempt = new AbortController();
let again: ReturnType<typeof setTimeout> | undefined;

/** on calls fn with each event of a type, whatever becomes of the connection, until the function that it returns is called. */
export function on<T extends EventName>(type: T, fn: (event: Events[T]) => void): () => void {
  const all = listeners.get(type) ?? new Set<Listener>();
  listeners.set(type, all.add(fn as Listener));
  return () => void all.delete(fn as Listener);
}

/** The daemon that served the page is the one to talk to. */
const url = (): string => `ws://${location.host}`;

/** start connects, in the place of what was before; launch is the token that came with the address, which pairs the page once. */
export async function start(launch?: string): Promise<void> {
  attempt.abort();
  clearTimeout(again);
  attempt = new AbortController();
  const { signal } = attempt;
  const onState = (link: State): void => void (signal.aborted || linked(link));
  try {
    agrafe = await connect({ url: url(), name: "Console d’Agrafe", scopes, onState, launch, signal });
    greet(agrafe);
  } catch (e) {
    if (signal.aborted) return;
    const error = e instanceof AgrafeError ? e : undefined;
    update({ link: { status: "closed", ...(error !== undefined && { error }) } });
    if (error?.retryable === true) again = setTimeout(() => void start(launch), firstTry);
  }
}

const update = (part: Partial<Session>): void => session.set({ ...session.get(), ...part });

function linked(link: State): void {
  update({ link });
  if (link.status === "open" && agrafe !== undefined) update({ hello: agrafe.hello });
}

function greet(a: Agrafe): void {
  update({ snapshot: a.state, hello: a.hello, link: { status: "open" } });
  a.subscribe(() => void released().then(() => a === agrafe && update({ snapshot: a.state }))); // as answers do; by then there may be a newer one
  for (const name of eventNames) a.on(name, (e) => listeners.get(name)?.forEach((fn) => fn(e)));
}

type Params<M extends keyof Methods> = Methods[M]["params"];
type Result<M extends keyof Methods> = Methods[M]["result"];

function here(): Agrafe {
  if (agrafe !== undefined) return agrafe;
  throw new AgrafeError({ kind: "offline", code: "LIAISON_PERDUE", message: "La liaison avec Agrafe est perdue. Réessayez quand elle sera revenue.", retryable: true });
}

/**
 * call reads, or does what need not be done once only. It fails with an AgrafeError or the reason
 * of the signal. What is answered moves the page: it waits for the end of a press.
 */
export async function call<M extends keyof Methods>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>> {
  const plain = here().call as (method: M, params: Params<M>, options?: CallOptions) => Promise<Result<M>>;
  return still(plain.call(agrafe, method, params, options));
}

/**
 * act changes something, once: after a failure that leaves it open whether it was done (the
 * connection was lost, the page reloaded) the same call of this tab has the same idempotency key.
 */
export async function act<M extends keyof Methods>(method: M, params: Params<M>, options?: CallOptions): Promise<Result<M>> {
  const key = keyFor(method, params);
  try {
    const result = await call(method, { ...params, idempotencyKey: key.value } as Params<M>, options);
    key.spent();
    return result;
  } catch (e) {
    if (e instanceof AgrafeError && !unsure(e)) key.spent();
    throw e;
  }
}

/** unsure says whether the daemon may have done what the call asked for all the same. */
const unsure = (e: AgrafeError): boolean => e.kind === "offline" || e.kind === "timeout";

/** job waits for the end of the work that a call began: job(act("fse.signMany", …), { onProgress, signal }). */
export const job: Agrafe["job"] = (begun, options) => here().job(begun, options);

export type { CallOptions, EventName, EventOf, Params, Result };
