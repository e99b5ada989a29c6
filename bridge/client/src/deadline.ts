// A signal that ends with another, or after a time.

import { AgrafeError } from "./errors.js";
import type { Host } from "./host.js";

export const late = (idempotencyKey?: string): AgrafeError =>
  new AgrafeError({
    kind: "timeout",
    code: "DELAI",
    message: "Agrafe n'a pas répondu à temps.",
    retryable: true,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });

/** within runs act with a signal that aborts when outer does, or with late() after ms. */
export async function within<T>(host: Host, ms: number, outer: AbortSignal, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  outer.throwIfAborted();
  const inner = new AbortController();
  const abort = (): void => inner.abort(outer.reason);
  const cancel = host.after(ms, () => inner.abort(late()));
  outer.addEventListener("abort", abort);
  try {
    return await act(inner.signal);
  } finally {
    cancel();
    outer.removeEventListener("abort", abort);
  }
}
