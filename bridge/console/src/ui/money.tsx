// An amount in a text: in tabular figures, with the sign of the currency.

import { euros } from "../format";

/** Money shows cents. Strong for a total, faint for zero in a list. */
export function Money({ cents, strong, faintZero }: { readonly cents: number; readonly strong?: boolean; readonly faintZero?: boolean }) {
  const classes = ["money", strong === true && "strong", faintZero === true && cents === 0 && "faint"].filter(Boolean).join(" ");
  return <span class={classes}>{euros(cents)}</span>;
}
