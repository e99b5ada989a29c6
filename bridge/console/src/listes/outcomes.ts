// What became of FSE that were signed together.

import type { SignOutcome } from "../../../client/src/types";

const most = 200; // of one call, as the daemon has it

/** batches are ids in as many calls as it takes. */
export function batches(ids: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(ids.length / most) }, (_, i) => ids.slice(i * most, (i + 1) * most));
}

/** split tells the signed from the refused. One without an FSE and without an error was not reached: it is neither. */
export function split(outcomes: readonly SignOutcome[]): { readonly signed: readonly string[]; readonly refused: readonly SignOutcome[] } {
  return {
    signed: outcomes.filter((o) => o.fse !== undefined).map((o) => o.id),
    refused: outcomes.filter((o) => o.erreur !== undefined),
  };
}
