// The table of FSE. Beside an FSE that is looked at it has only what tells one from another.

import type { FSESummary } from "../../../client/src/types";
import { day } from "../format";
import { t, tOr } from "../i18n";
import { href } from "../route";
import { Badge, Button, Empty, LinkButton, MenuButton, Money, Table, type Column, type MenuItem } from "../ui";
import { toneOf } from "./can";
import { useMedia } from "./media";
import type { FSEList } from "./use-fse";

export interface FSETableProps {
  readonly list: FSEList;
  /** The FSE that is shown beside it; "" for none. */
  readonly current: string;
  readonly narrow: boolean;
  readonly menu: (f: FSESummary) => readonly MenuItem[];
  readonly onOpen: (f: FSESummary) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  readonly filtered: boolean;
  readonly onAll: () => void;
}

export function FSETable({ list, current, narrow, menu, onOpen, selected, onSelect, filtered, onAll }: FSETableProps) {
  const small = useMedia("screen and (max-width: 1180px)");
  const all = columns(current, menu);
  const without = narrow ? detail : small ? shares : none;
  return (
    <Table
      label={t("nav.fse")}
      columns={all.filter((c) => !without.has(c.id))}
      rows={list.rows}
      rowKey={(f) => f.id}
      onOpen={onOpen}
      menu={menu}
      selected={selected}
      onSelect={onSelect}
      onEnd={list.more}
      empty={list.whole ? <Nothing filtered={filtered} onAll={onAll} /> : list.error === undefined && <p class="waiting hint" role="status">{t("attente")}</p>}
    />
  );
}

const detail: ReadonlySet<string> = new Set(["actes", "exoneration", "amo", "amc", "patient"]); // in the panel
const shares: ReadonlySet<string> = new Set(["actes", "exoneration", "amo", "amc"]); // what a small window has no room for
const none: ReadonlySet<string> = new Set();

const columns = (current: string, menu: (f: FSESummary) => readonly MenuItem[]): readonly Column<FSESummary>[] => [
  { id: "numero", title: t("fse.col.numero"), cell: (f) => <Number f={f} current={f.id === current} />, width: "108px" },
  { id: "date", title: t("fse.col.date"), cell: (f) => <span class="num">{f.dateSoins === "" ? "—" : day(f.dateSoins)}</span>, width: "100px" },
  { id: "beneficiaire", title: t("fse.col.beneficiaire"), cell: (f) => f.beneficiaire ?? "—" },
  { id: "actes", title: t("fse.col.actes"), cell: (f) => f.actes ?? "—", width: "130px" },
  { id: "exoneration", title: t("fse.col.exoneration"), cell: (f) => (f.exoneration === undefined || f.exoneration === "0" ? <span class="faint">—</span> : f.exoneration), width: "60px" },
  { id: "amo", title: t("fse.col.amo"), cell: (f) => <Money cents={f.amo} faintZero />, align: "end", width: "92px" },
  { id: "amc", title: t("fse.col.amc"), cell: (f) => <Money cents={f.amc} faintZero />, align: "end", width: "92px" },
  { id: "patient", title: t("fse.col.patient"), cell: (f) => <Money cents={f.patient} faintZero />, align: "end", width: "92px" },
  { id: "etat", title: t("fse.col.etat"), cell: (f) => <Badge tone={toneOf(f.etat)}>{tOr(`etat.${f.etat}`, f.etat)}</Badge>, width: "136px" },
  { id: "menu", title: <span class="unseen">{t("fse.col.menu")}</span>, cell: (f) => <MenuButton label={f.numero ?? f.beneficiaire ?? t("fse.sans-numero")} items={menu(f)} />, width: "46px" },
];

const Number = ({ f, current }: { f: FSESummary; current: boolean }) => (
  <span class={current ? "num current-row" : "num"}>
    {f.numero ?? <span class="faint">{t("fse.sans-numero")}</span>}
    {current && <span class="unseen"> {t("fse.affichee")}</span>}
  </span>
);

function Nothing({ filtered, onAll }: { filtered: boolean; onAll: () => void }) {
  if (filtered) return <Empty icon="search" title={t("fse.rien.filtre")} actions={<Button onClick={onAll}>{t("fse.rien.tout")}</Button>} />;
  return <Empty icon="invoice" title={t("fse.rien")} actions={<LinkButton href={href("facturer")} icon="plus" tone="primary">{t("nav.facturer")}</LinkButton>} />;
}
