// Returns of the payers as they came in, and rejects that were noted by hand.

import type { ComponentChildren } from "preact";
import type { Return } from "../../../client/src/types";
import { day, moment } from "../format";
import { t, tOr } from "../i18n";
import { LotPayers } from "../organismes/payer";
import { href } from "../route";
import { Badge, Money, Table, type BadgeTone, type Column } from "../ui";
import { amountOf, lotNumber } from "./payments";

export interface ReturnTableProps {
  readonly label: string;
  readonly list: readonly Return[];
  readonly empty: ComponentChildren;
  /** Whether they are of several payers: each then says of which. */
  readonly mixed?: boolean;
  readonly onEnd?: () => void;
}

export const ReturnTable = ({ label, list, empty, mixed = false, onEnd }: ReturnTableProps) => (
  <Table label={label} columns={columns(mixed)} rows={list} rowKey={(r) => r.id} empty={empty} {...(onEnd !== undefined && { onEnd })} />
);

const columns = (mixed: boolean): readonly Column<Return>[] => [
  { id: "recu", title: t("retours.col.recu"), cell: (r) => <span class="num">{moment(r.recu)}</span>, width: "140px" },
  { id: "type", title: t("retours.col.type"), cell: (r) => tOr(`retour.${r.type}`, r.type), width: "110px" },
  { id: "objet", title: t("retours.col.objet"), cell: (r) => <About r={r} />, width: "100px" },
  ...(mixed ? [{ id: "organisme", title: t("lots.col.organisme"), cell: (r: Return) => <From r={r} /> }] : []),
  { id: "date", title: t("retours.col.date"), cell: (r) => <span class="num">{r.date === undefined ? "—" : day(r.date)}</span>, width: "100px" },
  { id: "libelle", title: t("retours.col.libelle"), cell: (r) => <span class="rest"><Says r={r} /></span> },
  { id: "montant", title: t("retours.col.paye"), cell: (r) => <Paid cents={amountOf(r)} />, align: "end", width: "100px" },
  { id: "suite", title: t("rejets.col.suite"), cell: (r) => <Next r={r} />, width: "130px" },
];

const Paid = ({ cents }: { cents: number | undefined }) => (cents === undefined ? <span class="faint">—</span> : <Money cents={cents} />);

/** labelOf is what a return says, as it came: codes with their texts. */
export function labelOf(r: Return): string {
  const told = (r.libelles ?? []).map((l) => [l.code, l.texte].filter((s) => s !== undefined && s !== "").join(" "));
  return told.length > 0 ? told.join(" ; ") : (r.libelle ?? "—");
}

/** senseOf is the sense of a return in a word, for one that says nothing; "—" for one that has none. */
export const senseOf = (r: Return): string => (r.sens === undefined ? "—" : tOr(`sens.${r.sens}`, "—"));

/** Says is what a return says, else its sense. */
export function Says({ r }: { r: Return }) {
  const told = labelOf(r);
  return told === "—" ? <>{senseOf(r)}</> : <span lang="fr" title={told}>{told}</span>;
}

/** From is who answers: the complementary payer that a return names, of which there is no public list, else the payer of its lot. */
export function From({ r }: { r: Return }) {
  if ((r.organisme ?? "") !== "") return <span class="payer"><span class="payer-name">{t("retours.complementaire")}</span> <span class="hint num">{r.organisme}</span></span>;
  return r.lot === undefined ? <span class="faint">—</span> : <LotPayers lots={[r.lot]} />;
}

/** About is the FSE or the lot that a return is about. */
export function About({ r }: { r: Return }) {
  const fse = r.fse?.[0];
  if (fse !== undefined) return <a href={href("fse", fse)}>{r.numero ?? t("fse.n", { n: r.fse?.length ?? 1 })}</a>;
  const lot = lotNumber(r);
  if (r.lot !== undefined) return <a href={href("lots", r.lot)}>{lot === "" ? t("fse.lot") : t("lots.nom", { numero: lot })}</a>;
  if (lot !== "" && (r.numero ?? "") === "") return <span class="num">{t("lots.nom", { numero: lot })}</span>;
  return <span class="num">{r.numero ?? "—"}</span>;
}

const tones: Readonly<Record<string, BadgeTone>> = { applique: "good", "a-rapprocher": "warn", "a-examiner": "bad" };

function Next({ r }: { r: Return }) {
  if (r.retire !== undefined) return <span title={r.retire}><Badge>{t("retours.retire")}</Badge></span>;
  if (r.refaite !== undefined && r.refaite !== "") return <a href={href("fse", r.refaite)}>{t("rejets.refaite")}</a>;
  if (r.effet === undefined) return <span class="faint">—</span>;
  return <span title={r.pourquoi}><Badge tone={tones[r.effet] ?? "neutral"}>{tOr(`effet.${r.effet}`, r.effet)}</Badge></span>;
}
