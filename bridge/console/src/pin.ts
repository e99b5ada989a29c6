// Waiting for the code of the CPS, which is typed in a window of Agrafe and never in a page.

import type { PlainKey } from "./i18n";
import { Store } from "./store";

export interface PinWait {
  /** What the code is for. */
  readonly what: PlainKey;
  readonly cancel: () => void;
}

export const pinWait = new Store<PinWait | null>(null);

const patience = 500; // ms: with a code that is still known nothing is asked, and nothing shown

/** withPin shows the panel of the code while work goes on. Cancelled, it fails with an AbortError. */
export async function withPin<R>(what: PlainKey, work: (signal: AbortSignal) => Promise<R>): Promise<R> {
  const stop = new AbortController();
  const timer = setTimeout(() => pinWait.set({ what, cancel: () => stop.abort() }), patience);
  try {
    return await work(stop.signal);
  } finally {
    clearTimeout(timer);
    pinWait.set(null);
  }
}
