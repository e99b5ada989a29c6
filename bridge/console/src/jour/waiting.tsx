// What waits for somebody, as counts that lead to it.

import type { Queue } from "../../../client/src/types";
import { count } from "../format";
import { t } from "../i18n";
import { href, type PageName } from "../route";
import { isOpen, useSession, useSnapshot } from "../session";
import { Icon, type IconName } from "../ui";

interface Tile {
  readonly count: keyof Queue;
  readonly label: "brouillons" | "a-signer" | "lots-ouverts" | "lots-clos" | "indecis" | "sans-arl" | "papiers" | "a-rapprocher" | "rejets";
  readonly icon: IconName;
  readonly page: PageName;
  /** Of the page: a tab. */
  readonly id?: string;
  /** Most days there is none, and nothing to say then. */
  readonly rare?: boolean;
  /** Where it is late or wrong as soon as there is one. */
  readonly bad?: boolean;
}

const tiles: readonly Tile[] = [
  { count: "brouillons", label: "brouillons", icon: "pen", page: "fse" },
  { count: "aSigner", label: "a-signer", icon: "key", page: "fse" },
  { count: "lotsOuverts", label: "lots-ouverts", icon: "lot", page: "lots" },
  { count: "lotsClos", label: "lots-clos", icon: "send", page: "lots" },
  { count: "indecis", label: "indecis", icon: "warning", page: "lots", rare: true, bad: true },
  { count: "transmis", label: "sans-arl", icon: "clock", page: "lots", rare: true },
  { count: "papiers", label: "papiers", icon: "paper", page: "papiers" },
  { count: "aTraiter", label: "a-rapprocher", icon: "inbox", page: "retours", id: "a-regler", rare: true, bad: true },
  { count: "rejets", label: "rejets", icon: "reject", page: "rejets", bad: true },
];

export function Waiting() {
  const queue = useSnapshot((s) => s.queue);
  const open = useSession(isOpen);
  if (queue === undefined) return null;
  return (
    <ul class={open ? "tiles" : "tiles stale"} aria-label={t("jour.attend")}>
      {tiles.map((tile) => {
        const n = queue[tile.count];
        if (tile.rare === true && n === 0) return null;
        return (
          <li key={tile.count}>
            <a href={href(tile.page, tile.id)} class={`tile${n === 0 ? " calm" : tile.bad === true ? " bad" : ""}`}>
              <Icon name={tile.icon} size={20} />
              <span class="tile-count">{count(n)}</span>
              <span class="tile-label">{t(`jour.${tile.label}`, { n })}</span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
