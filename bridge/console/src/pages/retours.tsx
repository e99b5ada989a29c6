// Retours: what the payers have paid and answered, what somebody has to settle, and the files as they came.

import type { Return } from "../../../client/src/types";
import { count } from "../format";
import { t } from "../i18n";
import { readAll, useLoad } from "../listes/load";
import { useFetch } from "../retours/fetch";
import { Files } from "../retours/files";
import { Paid } from "../retours/paid";
import { toSettle } from "../retours/payments";
import { returnsPage } from "../retours/pages";
import { ReturnTable } from "../retours/return-table";
import { ToSettle } from "../retours/settle";
import { go } from "../route";
import { Card, Empty, Page, ProblemNote, Tabs } from "../ui";
import type { PageProps } from "./index";

const most = 2_000;
const tabs = ["paiements", "a-regler", "tous", "fichiers"] as const;
type Tab = (typeof tabs)[number];

interface Both {
  readonly all: readonly Return[];
  readonly open: readonly Return[];
}

/** read reads what waits by itself: it may be older than the last of all. */
async function read(): Promise<Both> {
  const [all, waiting] = await Promise.all([readAll((after) => returnsPage({}, after), most), readAll((after) => returnsPage({ etat: "a-rapprocher" }, after), most)]);
  return { all, open: waiting.filter(toSettle) };
}

export function Retours({ id }: PageProps) {
  const list = useLoad(read, ["fse", "lot", "queue", "mail"]);
  const fetching = useFetch(list.reload);
  const current = tabs.find((tab) => tab === id) ?? "paiements";
  const { all = [], open = [] } = list.data ?? {};
  const labelOf = (tab: Tab): string => (tab === "a-regler" && open.length > 0 ? `${t("retours.onglet.a-regler")} (${count(open.length)})` : t(`retours.onglet.${tab}`));
  return (
    <Page title={t("nav.retours")} lead={fetching.lead} actions={fetching.button}>
      {fetching.view}
      <ProblemNote error={list.error} onRetry={list.reload} />
      <Tabs label={t("nav.retours")} tabs={tabs.map((tab) => ({ id: tab, label: labelOf(tab) }))} current={current} onChange={(tab) => go("retours", tab, { replace: true })}>
        {current === "fichiers" && <Files onTaken={list.reload} />}
        {current !== "fichiers" && list.data === undefined && list.error === undefined && <p class="hint" role="status">{t("attente")}</p>}
        {current !== "fichiers" && list.data !== undefined && <Panel tab={current} all={all} open={open} onSettled={list.reload} />}
      </Tabs>
    </Page>
  );
}

function Panel({ tab, all, open, onSettled }: Both & { tab: Exclude<Tab, "fichiers">; onSettled: () => void }) {
  if (tab === "paiements") return <Paid list={all} />;
  if (tab === "a-regler") return <ToSettle list={open} onSettled={onSettled} />;
  return (
    <>
      <Card flush>
        <ReturnTable label={t("retours.onglet.tous")} list={all} empty={<Empty icon="info" title={t("retours.rien")}>{t("retours.rien.texte")}</Empty>} />
      </Card>
      {all.length >= most && <p class="hint">{t("retours.plafond", { n: most })}</p>}
    </>
  );
}
