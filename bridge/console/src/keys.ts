// Idempotency keys, kept by the tab until their call is known to be over. What a call asks
// for is kept as a hash only: it may hold the data of a patient.

const prefix = "agrafe.cle.";

export interface ActKey {
  readonly value: string;
  /** spent forgets the key: the next call is another one. */
  readonly spent: () => void;
}

type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** keyFor is the key of that call: the one of before if it is not known how that ended. */
export function keyFor(method: string, params: object, shelf: Shelf = sessionStorage): ActKey {
  const name = `${prefix}${method}.${hash(JSON.stringify(params))}`;
  const value = shelf.getItem(name) ?? crypto.randomUUID();
  shelf.setItem(name, value);
  return { value, spent: () => shelf.removeItem(name) };
}

/** hash is cyrb53, of 53 bits: enough to tell the few open calls of a tab from one another. */
function hash(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 2654435761);
    b = Math.imul(b ^ c, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
