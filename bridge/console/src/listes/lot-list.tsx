// The lots of the practice, the newest first.

import { useMemo, useState } from "preact/hooks";
import type { Late, Lot } from "../../../client/src/types";
import { MailNote } from "../envoi/mail-note";
import { Stuck } from "../envoi/stuck";
import { useTransmit } from "../envoi/transmit";
import { canSend, isStuck, wayOf } from "../envoi/way";
import { WayBadge } from "../envoi/way-badge";
import { count, day } from "../format";
import { useHeading, useQuery } from "../hooks";
import { t, tOr, type PlainKey } from "../i18n";
import { PayerName } from "../organismes/payer";
import { go } from "../route";
import { on } from "../session";
import { Badge, Button, Card, Empty, MenuButton, Money, Page, ProblemNote, Table, type Column } from "../ui";
import { Chips } from "./chips";
import { deadline, Deadlines, lateOf, urgencyOf, whyOf } from "./deadline";
import { useLotActions, type LotActions } from "./lot-actions";
import { readLots } from "./lot-pages";
import { Pager } from "./pager";
import { usePager } from "./use-pager";

const groups: readonly { readonly id: string; readonly label: PlainKey; readonly states: readonly string[] }[] = [
  { id: "encours", label: "lots.filtre.encours", states: ["ouvert", "clos"] },
  { id: "envoyes", label: "lots.filtre.envoyes", states: ["transmis", "acquitte", "sans-arl-attendu", "archive"] },
  { id: "rejetes", label: "lots.filtre.rejetes", states: ["rejete"] },
  { id: "tous", label: "lots.filtre.tous", states: [] },
];

export function LotList() {
  const [group, setGroup] = useState("encours");
  const pager = useMemo(() => new Pager<Lot>(readLots, "all"), []);
  const list = usePager(pager, (soon) => [on("lot", soon)]);
  const late = useQuery("lots.late", {}, ["fse", "lot"]);
  const actions = useLotActions(list.retry);
  const transmitting = useTransmit(list.retry);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const all = list.rows;
  const states = groups.find((g) => g.id === group)?.states ?? [];
  const rows = states.length === 0 ? all : all.filter((l) => states.includes(l.etat));
  const selected = new Set(rows.filter((l) => chosen.has(l.id)).map((l) => l.id));
  const ready = rows.filter((l) => selected.has(l.id) && canSend(l)).map((l) => l.id);
  const waiting = all.filter(canSend);
  useHeading(all.map(wayOf).join());
  const send = async (ids: readonly string[]): Promise<void> => {
    await transmitting.send(ids);
    setChosen(new Set());
  };
  const sendAll = waiting.length > 0 && <Button tone="primary" icon="send" busy={transmitting.busy} onClick={() => void send([])}>{t("envoi.transmettre-n", { n: waiting.length })}</Button>;
  return (
    <Page title={t("nav.lots")} actions={selected.size === 0 && sendAll}>
      {late.data !== undefined && <Deadlines late={late.data} />}
      {waiting.length > 0 && <MailNote busy={transmitting.busy} onRetry={() => void send([])} />}
      {all.filter(isStuck).map((l) => <Stuck key={l.id} lot={l} transmitting={transmitting} onChanged={list.retry} />)}
      {transmitting.view}
      <Chips label={t("lots.filtre")} current={group} onChange={setGroup} choices={groups.map((g) => ({ id: g.id, label: t(g.label) }))} />
      <ProblemNote error={list.error ?? late.error} onRetry={late.error === undefined ? list.retry : late.reload} />
      <ProblemNote error={actions.error} />
      {selected.size > 0 && <Selection n={selected.size} ready={ready.length} busy={transmitting.busy} onSend={() => void send(ready)} onClear={() => setChosen(new Set())} />}
      <Card flush>
        <Table label={t("nav.lots")} columns={columns(rows.some((l) => lateOf(late.data, l.id) !== undefined) ? late.data : undefined, actions, group !== "encours")} rows={rows} rowKey={(l) => l.id} onOpen={(l) => go("lots", l.id)} menu={actions.menu} selected={selected} onSelect={setChosen} onEnd={list.more} empty={(list.whole || all.length > 0) && <Nothing any={all.length > 0} />} />
      </Card>
      {actions.dialogs}
    </Page>
  );
}

interface SelectionProps {
  readonly n: number;
  readonly ready: number;
  readonly busy: boolean;
  readonly onSend: () => void;
  readonly onClear: () => void;
}

function Selection({ n, ready, busy, onSend, onClear }: SelectionProps) {
  return (
    <div class="selection row" role="region" aria-label={t("table.selection", { n })}>
      <strong aria-live="polite">{t("table.selection", { n })}</strong>
      <Button tone="primary" icon="send" busy={busy} disabled={ready === 0} onClick={onSend}>{t("envoi.transmettre-n", { n: ready })}</Button>
      <Button tone="quiet" onClick={onClear}>{t("fse.deselectionner")}</Button>
      {n > ready && <span class="hint">{t("envoi.pas-clos", { n: n - ready })}</span>}
    </div>
  );
}

const Nothing = ({ any }: { any: boolean }) => (any ? <Empty icon="lot" title={t("lots.rien.filtre")} /> : <Empty icon="lot" title={t("lots.rien")}>{t("lots.rien.texte")}</Empty>);

/** columns of lots that were sent tell when that was, those of the others when they were opened; deadlines where there are some. */
const columns = (late: Late | undefined, actions: LotActions, sent: boolean): readonly Column<Lot>[] => [
  { id: "numero", title: t("lots.col.numero"), cell: (l) => <span class="num">{l.numero}</span>, width: "54px" },
  { id: "organisme", title: t("lots.col.organisme"), cell: (l) => <PayerName of={l} /> },
  { id: "certification", title: t("lots.col.certification"), cell: (l) => tOr(`certification.${l.certification}`, l.certification), width: "100px" },
  ...(sent ? [] : [{ id: "ouvert", title: t("lots.col.ouvert"), cell: (l: Lot) => <Day iso={l.ouvert} />, width: "100px" }]),
  ...(sent ? [{ id: "clos", title: t("lots.col.clos"), cell: (l: Lot) => <Day iso={l.clos} />, width: "100px" }] : []),
  ...(sent ? [{ id: "parti", title: t("envoi.parti-le"), cell: (l: Lot) => <Day iso={l.transmis} />, width: "100px" }] : []),
  { id: "fse", title: t("lots.col.fse"), cell: (l) => count(l.fse), align: "end", width: "50px" },
  { id: "total", title: t("lots.col.total"), cell: (l) => <Money cents={l.total} />, align: "end", width: "100px" },
  { id: "amo", title: t("lots.col.amo"), cell: (l) => <Money cents={l.amo} />, align: "end", width: "96px" },
  { id: "etat", title: t("lots.col.etat"), cell: (l) => <WayBadge lot={l} />, width: "150px" },
  ...(late === undefined ? [] : [{ id: "echeance", title: t("lots.col.echeance"), cell: (l: Lot) => <LateCell late={late} lot={l} />, width: "86px" }]),
  { id: "menu", title: <span class="unseen">{t("fse.col.menu")}</span>, cell: (l) => <MenuButton label={t("lots.nom", l)} items={actions.menu(l)} />, width: "46px" },
];

const Day = ({ iso }: { iso: string | undefined }) => (iso === undefined ? <span class="faint">—</span> : <span class="num">{day(iso)}</span>);

function LateCell({ late, lot }: { late: Late | undefined; lot: Lot }) {
  const one = lateOf(late, lot.id);
  if (one === undefined) return <span class="faint">—</span>;
  return <span title={one.pourquoi}><Badge tone={urgencyOf(whyOf(one))}>{deadline(whyOf(one))}</Badge></span>;
}
