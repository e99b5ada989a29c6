// Patients of the FSE that are kept, the latest first.

import type { FSESummary } from "../../../client/src/types";

const most = 6;

const fold = (s: string): string => s.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();

/** recentPatients are the latest FSE of each name that has all the words. Their order is that of the list. */
export function recentPatients(list: readonly FSESummary[], words: string): readonly FSESummary[] {
  const wanted = fold(words).split(/\s+/).filter((w) => w !== "");
  const seen = new Set<string>();
  return list
    .filter((f) => {
      const name = fold(f.beneficiaire ?? "");
      if (name === "" || seen.has(name) || !wanted.every((w) => name.includes(w) || f.numero === w)) return false;
      seen.add(name);
      return true;
    })
    .slice(0, most);
}
