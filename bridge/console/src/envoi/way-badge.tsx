// Where a lot is on its way, in a word or two; its state where that says more.

import type { Lot } from "../../../client/src/types";
import { t, tOr } from "../i18n";
import { toneOf } from "../listes/can";
import { Badge } from "../ui";
import { wayOf, wayTone } from "./way";

export function WayBadge({ lot }: { lot: Lot }) {
  const way = wayOf(lot);
  if (way === "") return <Badge tone={toneOf(lot.etat)}>{tOr(`lot.${lot.etat}`, lot.etat)}</Badge>;
  return <span title={lot.envoi?.probleme}><Badge tone={wayTone(way)}>{t(`envoi.${way}`)}</Badge></span>;
}
