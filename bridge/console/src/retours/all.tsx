// All returns, the newest first, as far back as one scrolls.

import { useMemo } from "preact/hooks";
import { t } from "../i18n";
import { Pager } from "../listes/pager";
import { usePager } from "../listes/use-pager";
import { on } from "../session";
import { Card, Empty, ProblemNote } from "../ui";
import { returnsPage } from "./pages";
import { ReturnTable } from "./return-table";

export function AllReturns() {
  const pager = useMemo(() => new Pager((after) => returnsPage({}, after), "all"), []);
  const list = usePager(pager, (soon) => (["fse", "lot", "queue", "mail"] as const).map((name) => on(name, soon)));
  const empty = list.whole ? <Empty icon="info" title={t("retours.rien")}>{t("retours.rien.texte")}</Empty> : list.error === undefined && <p class="waiting hint" role="status">{t("attente")}</p>;
  return (
    <>
      <ProblemNote error={list.error} onRetry={list.retry} />
      <Card flush>
        <ReturnTable label={t("retours.onglet.tous")} list={list.rows} mixed onEnd={list.more} empty={empty} />
      </Card>
    </>
  );
}
