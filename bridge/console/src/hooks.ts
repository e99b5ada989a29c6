// Hooks of pages over the connection: what is read and kept up to date, and what is done.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { Methods } from "../../client/src/types";
import { call, isOpen, on, useSession, type EventName, type Params, type Result } from "./session";

export interface Query<T> {
  /** The last answer; it stays while another is awaited and when that one fails. */
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  readonly reload: () => void;
}

const settle = 150; // ms: events come in bursts, one answer is enough

/**
 * useQuery reads, again after each event of one of the types, after a snapshot and once the
 * connection is back. With params null it reads nothing.
 */
export function useQuery<M extends keyof Methods>(method: M, params: Params<M> | null, events: readonly EventName[] = []): Query<Result<M>> {
  const [state, setState] = useState<Omit<Query<Result<M>>, "reload">>({ data: undefined, error: undefined, loading: params !== null });
  const [round, setRound] = useState(0);
  const open = useSession(isOpen);
  const text = JSON.stringify(params);
  const reload = useCallback(() => setRound((n) => n + 1), []);
  useReload(events, reload);
  useEffect(() => {
    if (!open || text === "null") return;
    const stop = new AbortController();
    setState((s) => ({ ...s, loading: true }));
    call(method, JSON.parse(text) as Params<M>, { signal: stop.signal }).then(
      (data) => setState({ data, error: undefined, loading: false }),
      (error: unknown) => stop.signal.aborted || setState((s) => ({ ...s, error, loading: false })),
    );
    return () => stop.abort();
  }, [method, text, open, round]);
  return { ...state, reload };
}

/** useReload calls reload a moment after events of those types, and after a snapshot. */
function useReload(events: readonly EventName[], reload: () => void): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      timer ??= setTimeout(() => {
        timer = undefined;
        reload();
      }, settle);
    };
    const ends = [...events, "snapshot" as const].map((name) => on(name, soon));
    return () => {
      clearTimeout(timer);
      for (const end of ends) end();
    };
  }, [events.join(), reload]);
}

export interface Action<A extends readonly unknown[], R> {
  /** run does it; undefined when it failed, or when it is under way already. */
  readonly run: (...args: A) => Promise<R | undefined>;
  readonly busy: boolean;
  readonly error: unknown;
  readonly clear: () => void;
}

/** useAction runs fn once at a time and keeps its failure for the screen. An abort is no failure. */
export function useAction<A extends readonly unknown[], R>(fn: (...args: A) => Promise<R>): Action<A, R> {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: undefined });
  const under = useRef(false);
  const run = async (...args: A): Promise<R | undefined> => {
    if (under.current) return undefined;
    under.current = true;
    setState({ busy: true, error: undefined });
    try {
      const result = await fn(...args);
      setState({ busy: false, error: undefined });
      return result;
    } catch (error) {
      setState({ busy: false, error: isAbort(error) ? undefined : error });
      return undefined;
    } finally {
      under.current = false;
    }
  };
  return { run, ...state, clear: () => setState((s) => ({ ...s, error: undefined })) };
}

const isAbort = (e: unknown): boolean => e instanceof DOMException && e.name === "AbortError";

/** useHeading gives the heading the focus where what had it went away as key changed, so that nobody who hears the page is lost. */
export function useHeading(key: string): void {
  useEffect(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>("#contenu h1")?.focus({ preventScroll: true });
  }, [key]);
}

/** useDebounced is value once it has stayed the same for so many ms. */
export function useDebounced<T>(value: T, ms: number): T {
  const [kept, setKept] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setKept(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return kept;
}
