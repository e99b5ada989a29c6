// Which settings of the practice a new FSE is made with.

import type { Cabinet } from "../../../client/src/types";

/** A national identifier is the type of the number, 8 for an RPPS, and the number (ANS). */
const rppsOf = (nationalId: string): string => (/^8\d{11}$/.test(nationalId) ? nationalId.slice(1) : nationalId);

/** cabinetFor are the settings of the holder of the CPS, where there are but one; without a CPS, the only ones. */
export function cabinetFor(list: readonly Cabinet[], nationalId: string | undefined): Cabinet | undefined {
  const own = nationalId === undefined ? list : list.filter((c) => c.rpps === rppsOf(nationalId));
  const from = own.length > 0 ? own : list; // a remplaçant's card bills for the practice
  return from.length === 1 ? from[0] : undefined;
}
