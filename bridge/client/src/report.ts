// What to do with an exception of the page's own handlers: tell the console as the
// browser would, and go on.

export function report(error: unknown): void {
  if (typeof globalThis.reportError === "function") globalThis.reportError(error);
  else console.error(error);
}

/** Listeners calls each of its functions; one that throws stops no other. */
export class Listeners<T> {
  private readonly all = new Set<{ fn: (value: T) => void }>();

  /** add returns the function that takes fn away again. */
  add(fn: (value: T) => void): () => void {
    const entry = { fn };
    this.all.add(entry);
    return () => void this.all.delete(entry);
  }

  tell(value: T): void {
    for (const { fn } of [...this.all]) {
      try {
        fn(value);
      } catch (e) {
        report(e);
      }
    }
  }
}
