// Retours: what the payers have paid and answered, what somebody has to settle, and the files as they came.

import { count } from "../format";
import { t } from "../i18n";
import { readAll, useLoad } from "../listes/load";
import { AllReturns } from "../retours/all";
import { useFetch } from "../retours/fetch";
import { Files } from "../retours/files";
import { Payments } from "../retours/paid";
import { toSettle } from "../retours/payments";
import { returnsPage } from "../retours/pages";
import { ToSettle } from "../retours/settle";
import { go } from "../route";
import { Page, ProblemNote, Tabs } from "../ui";
import type { PageProps } from "./index";

const most = 2_000; // that wait: nobody lets so many gather
const tabs = ["paiements", "a-regler", "tous", "fichiers"] as const;
type Tab = (typeof tabs)[number];

const readOpen = () => readAll((after) => returnsPage({ etat: "a-rapprocher" }, after), most);

export function Retours({ id }: PageProps) {
  const list = useLoad(readOpen, ["fse", "lot", "queue", "mail"]);
  const fetching = useFetch(list.reload);
  const current = tabs.find((tab) => tab === id) ?? "paiements";
  const open = list.data?.filter(toSettle);
  const waiting = open?.length ?? 0;
  const labelOf = (tab: Tab): string => (tab === "a-regler" && waiting > 0 ? `${t("retours.onglet.a-regler")} (${count(waiting)})` : t(`retours.onglet.${tab}`));
  return (
    <Page title={t("nav.retours")} lead={fetching.lead} actions={fetching.button}>
      {fetching.view}
      <ProblemNote error={list.error} onRetry={list.reload} />
      <Tabs label={t("nav.retours")} tabs={tabs.map((tab) => ({ id: tab, label: labelOf(tab) }))} current={current} onChange={(tab) => go("retours", tab, { replace: true })}>
        {current === "paiements" && <Payments />}
        {current === "a-regler" && open === undefined && list.error === undefined && <p class="hint" role="status">{t("attente")}</p>}
        {current === "a-regler" && open !== undefined && <ToSettle list={open} onSettled={list.reload} />}
        {current === "tous" && <AllReturns />}
        {current === "fichiers" && <Files onTaken={list.reload} />}
      </Tabs>
    </Page>
  );
}
