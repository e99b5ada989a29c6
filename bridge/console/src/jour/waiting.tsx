// What waits for somebody, as counts that lead to it.

import type { Queue } from "../../../client/src/types";
import { count } from "../format";
import { t } from "../i18n";
import { href, type PageName } from "../route";
import { isOpen, useSession, useSnapshot } from "../session";
import { Icon, type IconName } from "../ui";

interface Tile {
  readonly count: keyof Queue;
  readonly label: "brouillons" | "a-signer" | "lots-ouverts" | "lots-clos" | "papiers" | "rejets";
  readonly icon: IconName;
  readonly page: PageName;
  /** Where it is late or wrong as soon as there is one. */
  readonly bad?: boolean;
}

const tiles: readonly Tile[] = [
  { count: "brouillons", label: "brouillons", icon: "pen", page: "fse" },
  { count: "aSigner", label: "a-signer", icon: "key", page: "fse" },
  { count: "lotsOuverts", label: "lots-ouverts", icon: "lot", page: "lots" },
  { count: "lotsClos", label: "lots-clos", icon: "send", page: "lots" },
  { count: "papiers", label: "papiers", icon: "paper", page: "papiers" },
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
        return (
          <li key={tile.count}>
            <a href={href(tile.page)} class={`tile${n === 0 ? " calm" : tile.bad === true ? " bad" : ""}`}>
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
