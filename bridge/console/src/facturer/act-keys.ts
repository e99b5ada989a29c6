// Which act is which on the screen, where acts have no name of their own: a key follows an act
// through its changes, so that its row, the focus in it and what is half typed stay with it when
// another one goes away.

import type { Acte } from "../../../client/src/types";

const keys = new WeakMap<Acte, number>();
let last = 0;

/** keyOf is the key of an act: its own for as long as the page is open. */
export function keyOf(acte: Acte): number {
  const known = keys.get(acte);
  if (known !== undefined) return known;
  keys.set(acte, ++last);
  return last;
}

/** become gives the key of an act to what was made of it. */
export function become(acte: Acte, changed: Acte): Acte {
  keys.set(changed, keyOf(acte));
  return changed;
}

/** recognize gives the keys of acts to the same ones as the daemon tells them: of those with one code, in their order. */
export function recognize(known: readonly Acte[], told: readonly Acte[]): void {
  const left = [...known];
  for (const acte of told) {
    const at = left.findIndex((one) => one.code === acte.code);
    if (at >= 0) left.splice(at, 1).forEach((one) => become(one, acte));
  }
}
