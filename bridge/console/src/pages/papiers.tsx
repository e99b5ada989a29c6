// Papiers: what has to be printed, signed and posted, by lot. Nothing is forgotten here.

import { useMemo } from "preact/hooks";
import { t } from "../i18n";
import { readAll, useLoad } from "../listes/load";
import { usePaperActions } from "../listes/paper-actions";
import { PaperGroupCard } from "../listes/paper-group";
import { groupPapers } from "../listes/papers";
import { call } from "../session";
import { Card, Empty, Page, ProblemNote } from "../ui";

const most = 2_000; // papers on one page

const read = () =>
  readAll(async (after) => {
    const page = await call("print.list", after === undefined ? {} : { after });
    return { items: page.papiers, next: page.next };
  }, most);

export function Papiers() {
  const list = useLoad(read, ["fse", "lot", "queue"]);
  const actions = usePaperActions(list.reload);
  const groups = useMemo(() => groupPapers(list.data ?? []), [list.data]);
  return (
    <Page title={t("nav.papiers")} lead={t("papiers.lead")}>
      <ProblemNote error={list.error ?? actions.error} onRetry={list.reload} />
      {list.data === undefined && list.error === undefined && <p class="hint" role="status">{t("attente")}</p>}
      {list.data?.length === 0 && <Card><Empty icon="check" title={t("papiers.rien")}>{t("papiers.rien.texte")}</Empty></Card>}
      <div class="stack">{groups.map((g) => <PaperGroupCard key={g.key} group={g} actions={actions} />)}</div>
      {actions.dialogs}
    </Page>
  );
}
