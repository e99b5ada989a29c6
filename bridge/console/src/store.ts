// A value that tells of its changes, and the hook that shows it.

import { useLayoutEffect, useRef, useState } from "preact/hooks";

export class Store<T> {
  private readonly listeners = new Set<() => void>();

  constructor(private value: T) {}

  get(): T {
    return this.value;
  }

  set(next: T): void {
    if (Object.is(next, this.value)) return;
    this.value = next;
    for (const fn of [...this.listeners]) fn();
  }

  /** subscribe calls fn after each change, until the function that it returns is called. */
  subscribe(fn: () => void): () => void {
    this.listeners.add(fn);
    return () => void this.listeners.delete(fn);
  }
}

const itself = <T,>(value: T): T => value;

/** useStore shows what select takes of the store; it draws again when that is another value. */
export function useStore<T, S = T>(store: Store<T>, select: (value: T) => S = itself as (value: T) => S): S {
  const [, draw] = useState({});
  const now = select(store.get());
  const shown = useRef({ select, now });
  shown.current = { select, now };
  useLayoutEffect(() => {
    const changed = (): void => {
      const { select: take, now: before } = shown.current;
      if (!Object.is(take(store.get()), before)) draw({});
    };
    changed(); // a change between drawing and listening
    return store.subscribe(changed);
  }, [store]);
  return now;
}
