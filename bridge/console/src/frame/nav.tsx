// Navigation, with the counts of what waits.

import type { Queue } from "../../../client/src/types";
import { count } from "../format";
import { t } from "../i18n";
import { href, useRoute, type PageName } from "../route";
import { isOpen, useSession, useSnapshot } from "../session";
import { Icon, LinkButton, type IconName } from "../ui";

interface Entry {
  readonly page: PageName;
  readonly icon: IconName;
  readonly waiting?: (q: Queue) => number;
}

const work: readonly Entry[] = [
  { page: "jour", icon: "day" },
  { page: "fse", icon: "list", waiting: (q) => q.aSigner },
  { page: "lots", icon: "lot", waiting: (q) => q.lotsClos },
  { page: "papiers", icon: "paper", waiting: (q) => q.papiers },
  { page: "retours", icon: "inbox", waiting: (q) => q.aTraiter },
  { page: "rejets", icon: "reject", waiting: (q) => q.rejets },
  { page: "recettes", icon: "takings" },
];

const rest: readonly Entry[] = [
  { page: "reglages", icon: "settings" },
  { page: "aide", icon: "help" },
];

export function Nav({ onKeys }: { onKeys: () => void }) {
  const queue = useSnapshot((s) => s.queue);
  const version = useSession((s) => s.hello?.version);
  return (
    <nav class="nav" aria-label={t("nav.label")}>
      <a class="brand" href={href("jour")}>
        <svg class="brand-mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d="M11 22V12a5 5 0 0 1 10 0v9a3 3 0 0 1-6 0v-8" />
        </svg>
        <span>Agrafe</span>
      </a>
      <LinkButton href={href("facturer")} icon="plus" tone="primary">{t("nav.facturer")}</LinkButton>
      <ul>{work.map((e) => <Item key={e.page} entry={e} queue={queue} />)}</ul>
      <ul class="nav-rest">
        {rest.map((e) => <Item key={e.page} entry={e} queue={queue} />)}
        <li>
          <button type="button" onClick={onKeys} aria-keyshortcuts="?">
            <Icon name="keyboard" />
            <span>{t("cadre.raccourcis")}</span>
          </button>
        </li>
      </ul>
      {version !== undefined && <div class="version">{version}</div>}
    </nav>
  );
}

function Item({ entry, queue }: { entry: Entry; queue: Queue | undefined }) {
  const { page } = useRoute();
  const open = useSession(isOpen);
  const n = queue === undefined ? 0 : (entry.waiting?.(queue) ?? 0);
  return (
    <li>
      <a href={href(entry.page)} aria-current={page === entry.page ? "page" : undefined}>
        <Icon name={entry.icon} />
        <span>{t(`nav.${entry.page}`)}</span>
        {n > 0 && <span class={open ? "count" : "count stale"}>{count(n)}</span>}
      </a>
    </li>
  );
}
