// FSE that a backup brought back as drafts: they may have been signed after it, so that signing
// them again is asked about.

import { moment } from "../format";
import { t } from "../i18n";
import { confirm } from "../ui";

interface Brought {
  /** End of the backup; absent for an FSE that none brought back. */
  readonly restored?: string;
}

export const isRestored = (f: Brought): boolean => f.restored !== undefined;

/** restoredText says what may have become of f since; nothing for one that no backup brought back. */
export const restoredText = (f: Brought): string => (f.restored === undefined ? "" : t("fse.restauree.texte", { quand: moment(f.restored) }));

/** confirmRestored asks whether they are to be signed all the same; true at once where there is none. */
export async function confirmRestored(list: readonly Brought[]): Promise<boolean> {
  const some = list.filter(isRestored);
  const first = some.map((f) => f.restored ?? "").sort()[0]; // since then each of them may have been signed
  if (first === undefined) return true;
  return confirm({ title: t("fse.restauree.titre", { n: some.length }), text: t("fse.restauree.texte", { quand: moment(first) }), action: t("action.signer"), danger: true });
}
