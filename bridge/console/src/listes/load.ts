// Lists that are read whole, over as many pages as they have.

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { isOpen, on, useSession, type EventName } from "../session";

export interface PageOf<T> {
  readonly items: readonly T[];
  readonly next?: string | undefined;
}

/** readAll reads pages until there are no more, or until it has most items. */
export async function readAll<T>(read: (after: string | undefined) => Promise<PageOf<T>>, most: number): Promise<readonly T[]> {
  const all: T[] = [];
  let next: string | undefined;
  do {
    const page = await read(next);
    all.push(...page.items);
    next = page.next;
  } while (next !== undefined && all.length < most);
  return all;
}

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly reload: () => void;
}

const settle = 200; // ms

/** useLoad reads with a function of several calls, again a moment after those events and when the connection is back. */
export function useLoad<T>(read: () => Promise<T>, events: readonly EventName[]): Loaded<T> {
  const [state, setState] = useState<Pick<Loaded<T>, "data" | "error">>({ data: undefined, error: undefined });
  const [round, setRound] = useState(0);
  const open = useSession(isOpen);
  const latest = useRef(read);
  latest.current = read;
  const reload = useCallback(() => setRound((n) => n + 1), []);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => void (timer ??= setTimeout(() => ((timer = undefined), reload()), settle));
    const stops = [...events, "snapshot" as const].map((name) => on(name, soon));
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [events.join()]);
  useEffect(() => {
    if (!open) return;
    let gone = false;
    latest.current().then(
      (data) => gone || setState({ data, error: undefined }),
      (error: unknown) => gone || setState((s) => ({ ...s, error })),
    );
    return () => void (gone = true);
  }, [open, round]);
  return { ...state, reload };
}
