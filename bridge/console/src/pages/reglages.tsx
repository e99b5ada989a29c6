// Réglages: the practice of each number, this browser, and what keeps the data.

import { useQuery } from "../hooks";
import { t } from "../i18n";
import { MailSettings } from "../reglages/mail";
import { Practice } from "../reglages/practice";
import { Safety } from "../reglages/safety";
import { ThisBrowser } from "../reglages/this-browser";
import { go, href } from "../route";
import { Card, Empty, LinkButton, Page, ProblemNote, Tabs, type Tab } from "../ui";
import type { Cabinet } from "../../../client/src/types";
import type { PageProps } from "./index";

export function Reglages({ id }: PageProps) {
  const practice = useQuery("practice.list", {});
  const cabinets = practice.data?.cabinets ?? [];
  const first = cabinets[0]?.numeroAM ?? "cabinet";
  const current = id === "" ? first : id;
  const tabs: readonly Tab[] = [
    ...(cabinets.length === 0 ? [{ id: "cabinet", label: t("reglages.cabinet") }] : cabinets.map((c) => ({ id: c.numeroAM, label: labelOf(c, cabinets.length) }))),
    { id: "transmission", label: t("envoi.reglages") },
    { id: "affichage", label: t("reglages.affichage") },
    { id: "securite", label: t("reglages.securite") },
  ];
  return (
    <Page title={t("nav.reglages")} actions={<LinkButton href={href("premiere-fois")} icon="card">{t("reglages.relire")}</LinkButton>}>
      <ProblemNote error={practice.error} onRetry={practice.reload} />
      <Tabs label={t("nav.reglages")} tabs={tabs} current={current} onChange={(tab) => go("reglages", tab, { replace: true })}>
        <Panel current={current} cabinets={cabinets} loaded={practice.data !== undefined} />
      </Tabs>
    </Page>
  );
}

const labelOf = (c: Cabinet, n: number): string => (n === 1 ? t("reglages.cabinet") : `${c.prenom} ${c.nom} · ${c.numeroAM}`);

function Panel({ current, cabinets, loaded }: { current: string; cabinets: readonly Cabinet[]; loaded: boolean }) {
  if (current === "transmission") return <MailSettings />;
  if (current === "affichage") return <ThisBrowser />;
  if (current === "securite") return <Safety />;
  const chosen = cabinets.find((c) => c.numeroAM === current);
  if (chosen !== undefined) return <Practice key={current} cabinet={chosen} kept />;
  if (!loaded) return null;
  return (
    <Card>
      <Empty icon="card" title={t("jour.cabinet")} actions={<LinkButton href={href("premiere-fois")} tone="primary">{t("jour.cabinet.faire")}</LinkButton>}>
        {t("jour.cabinet.texte")}
      </Empty>
    </Card>
  );
}
