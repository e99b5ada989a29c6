// What the mail server said of a lot, in its own words.

import type { Lot } from "../../../client/src/types";
import { t } from "../i18n";

export function ServerWords({ lot }: { lot: Lot }) {
  const words = lot.envoi?.reponse;
  return words === undefined ? null : <p class="hint">{t("envoi.reponse")} <q lang="en">{words}</q></p>;
}
