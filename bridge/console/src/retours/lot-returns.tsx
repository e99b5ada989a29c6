// What the payer has answered about a lot, and what each of its FSE has been paid.

import type { FSESummary, Return } from "../../../client/src/types";
import { t, tOr } from "../i18n";
import { readAll, useLoad } from "../listes/load";
import { toneOf } from "../listes/can";
import { go } from "../route";
import { Badge, Card, Empty, Money, ProblemNote, Table, type Column } from "../ui";
import { balanceOf, type Balance } from "./payments";
import { returnsPage } from "./pages";
import { ReturnTable } from "./return-table";

const most = 2_000;

export function LotReturns({ lot, rows }: { lot: string; rows: readonly FSESummary[] }) {
  const list = useLoad(() => readAll((after) => returnsPage({ lot }, after), most), ["lot", "fse"]);
  return (
    <>
      <Card title={t("retours.comptes")} flush>
        <Table label={t("retours.comptes")} columns={columns()} rows={rows.map(balanceOf)} rowKey={(b) => b.row.id} onOpen={(b) => go("fse", b.row.id)} empty={<Empty icon="invoice" title={t("lots.lignes.rien")} />} />
      </Card>
      <ProblemNote error={list.error} onRetry={list.reload} />
      {list.data !== undefined && <Answers list={list.data} />}
    </>
  );
}

const Answers = ({ list }: { list: readonly Return[] }) => (
  <Card title={t("retours.du-lot")} flush>
    <ReturnTable label={t("retours.du-lot")} list={list} empty={<Empty icon="clock" title={t("retours.du-lot.rien")}>{t("retours.du-lot.rien.texte")}</Empty>} />
  </Card>
);

const columns = (): readonly Column<Balance>[] => [
  { id: "numero", title: t("fse.col.numero"), cell: (b) => <span class="num">{b.row.numero ?? "—"}</span>, width: "110px" },
  { id: "actes", title: t("fse.col.actes"), cell: (b) => b.row.actes ?? "—" },
  { id: "du", title: t("retours.col.du"), cell: (b) => <Money cents={b.owed} faintZero />, align: "end", width: "120px" },
  { id: "paye", title: t("retours.col.paye"), cell: (b) => <Money cents={b.paid} faintZero />, align: "end", width: "120px" },
  { id: "difference", title: t("retours.col.difference"), cell: (b) => <Difference cents={b.difference} />, align: "end", width: "120px" },
  { id: "etat", title: t("fse.col.etat"), cell: (b) => <Badge tone={toneOf(b.row.etat)}>{tOr(`etat.${b.row.etat}`, b.row.etat)}</Badge>, width: "150px" },
];

/** Difference is what is missing, or too much: an amount with its sign, and marked; nothing where all was paid. */
export function Difference({ cents }: { cents: number }) {
  if (cents === 0) return <span class="faint">—</span>;
  return <Badge tone={cents < 0 ? "bad" : "warn"}>{cents > 0 && "+"}<Money cents={cents} /></Badge>;
}
