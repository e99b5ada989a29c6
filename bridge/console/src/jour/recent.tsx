// The last FSE, whichever front end made them.

import type { FSESummary } from "../../../client/src/types";
import { day } from "../format";
import { useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { go, href } from "../route";
import { Badge, Card, Empty, LinkButton, Money, ProblemNote, Table, type BadgeTone, type Column } from "../ui";

const columns = (): readonly Column<FSESummary>[] => [
  { id: "numero", title: t("jour.col.numero"), cell: (f) => <span class="num">{f.numero ?? "—"}</span>, width: "110px" },
  { id: "date", title: t("jour.col.date"), cell: (f) => <span class="num">{day(f.dateSoins)}</span>, width: "110px" },
  { id: "beneficiaire", title: t("jour.col.beneficiaire"), cell: (f) => f.beneficiaire ?? "—" },
  { id: "actes", title: t("jour.col.actes"), cell: (f) => f.actes ?? "—" },
  { id: "honoraires", title: t("jour.col.honoraires"), cell: (f) => <Money cents={f.honoraires} faintZero />, align: "end", width: "110px" },
  { id: "patient", title: t("jour.col.patient"), cell: (f) => <Money cents={f.patient} faintZero />, align: "end", width: "110px" },
  { id: "etat", title: t("jour.col.etat"), cell: (f) => <Badge tone={tones[f.etat] ?? "neutral"}>{tOr(`etat.${f.etat}`, f.etat)}</Badge>, width: "150px" },
];

const tones: Readonly<Record<string, BadgeTone>> = {
  brouillon: "neutral",
  "a-signer": "warn",
  signee: "accent",
  "en-lot": "accent",
  acquittee: "good",
  payee: "good",
  "payee-partiellement": "warn",
  rejetee: "bad",
};

export function Recent() {
  const list = useQuery("fse.list", { limit: 8, all: true, beneficiaires: true }, ["fse"]);
  return (
    <Card title={t("jour.recentes")} flush actions={<LinkButton href={href("fse")} small tone="quiet">{t("action.tout-voir")}</LinkButton>}>
      <ProblemNote error={list.error} onRetry={list.reload} />
      <Table label={t("jour.recentes")} columns={columns()} rows={list.data?.fse ?? []} rowKey={(f) => f.id} onOpen={open} empty={list.data !== undefined && <Nothing />} />
    </Card>
  );
}

/** open shows what may still be changed where it is changed, the rest in the list. */
const open = (f: FSESummary): void => go(f.etat === "brouillon" || f.etat === "a-signer" ? "facturer" : "fse", f.id);

const Nothing = () => (
  <Empty icon="invoice" title={t("jour.recentes.rien")} actions={<LinkButton href={href("facturer")} icon="plus" tone="primary">{t("nav.facturer")}</LinkButton>} />
);
