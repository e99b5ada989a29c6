// Aide: the user guide, a chapter at a time.

import { chapters } from "../aide/chapters";
import { locale, t } from "../i18n";
import { href } from "../route";
import { Page } from "../ui";
import type { PageProps } from "./index";

export function Aide({ id }: PageProps) {
  const all = chapters[locale()];
  const at = Math.max(0, all.findIndex((c) => c.id === id));
  const chapter = all[at];
  const next = all[at + 1];
  if (chapter === undefined) return null;
  const { title, Body } = chapter;
  return (
    <Page title={title} lead={t("nav.aide")}>
      <div class="guide">
        <nav class="guide-list" aria-label={t("aide.chapitres")}>
          <ol>
            {all.map((c) => (
              <li key={c.id}><a href={href("aide", c.id)} aria-current={c === chapter ? "page" : undefined}>{c.title}</a></li>
            ))}
          </ol>
        </nav>
        <article class="card prose">
          <Body />
          {next !== undefined && <p class="guide-next"><a href={href("aide", next.id)}>{t("aide.suivant", { titre: next.title })}</a></p>}
        </article>
      </div>
    </Page>
  );
}
