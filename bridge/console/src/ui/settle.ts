// Before anything is signed or kept for good, what is being typed is taken.

import { held, type Held } from "./typing";

/** settle leaves the field that has the focus and comes back to it. It gives the first one that holds its text back; undefined for none. */
export function settle(): Held | undefined {
  const field = document.activeElement;
  if (field instanceof HTMLInputElement) {
    field.blur();
    field.focus();
  }
  return [...held.get().values()][0];
}
