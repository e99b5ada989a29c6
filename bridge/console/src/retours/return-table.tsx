// Returns of the payers as they came in, and rejects that were noted by hand.

import type { ComponentChildren } from "preact";
import type { Return } from "../../../client/src/types";
import { day, moment } from "../format";
import { t, tOr } from "../i18n";
import { href } from "../route";
import { Badge, Money, Table, type BadgeTone, type Column } from "../ui";
import { amountOf } from "./payments";

export interface ReturnTableProps {
  readonly label: string;
  readonly list: readonly Return[];
  readonly empty: ComponentChildren;
}

export const ReturnTable = ({ label, list, empty }: ReturnTableProps) => (
  <Table label={label} columns={columns()} rows={list} rowKey={(r) => r.id} empty={empty} />
);

const columns = (): readonly Column<Return>[] => [
  { id: "recu", title: t("retours.col.recu"), cell: (r) => <span class="num">{moment(r.recu)}</span>, width: "150px" },
  { id: "type", title: t("retours.col.type"), cell: (r) => tOr(`retour.${r.type}`, r.type), width: "130px" },
  { id: "objet", title: t("retours.col.objet"), cell: (r) => <About r={r} />, width: "130px" },
  { id: "date", title: t("retours.col.date"), cell: (r) => <span class="num">{r.date === undefined ? "—" : day(r.date)}</span>, width: "100px" },
  { id: "libelle", title: t("retours.col.libelle"), cell: (r) => <Says r={r} /> },
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

/** About is the FSE or the lot that a return is about. */
export function About({ r }: { r: Return }) {
  const fse = r.fse?.[0];
  if (fse !== undefined) return <a href={href("fse", fse)}>{r.numero ?? t("fse.n", { n: r.fse?.length ?? 1 })}</a>;
  if (r.lot !== undefined) return <a href={href("lots", r.lot)}>{t("fse.lot")}</a>;
  if ((r.lotNumero ?? 0) > 0 && (r.numero ?? "") === "") return <span class="num">{t("lots.nom", { numero: String(r.lotNumero).padStart(3, "0") })}</span>;
  return <span class="num">{r.numero ?? "—"}</span>;
}

const tones: Readonly<Record<string, BadgeTone>> = { applique: "good", "a-rapprocher": "warn", "a-examiner": "bad" };

function Next({ r }: { r: Return }) {
  if (r.retire !== undefined) return <span title={r.retire}><Badge>{t("retours.retire")}</Badge></span>;
  if (r.refaite !== undefined && r.refaite !== "") return <a href={href("fse", r.refaite)}>{t("rejets.refaite")}</a>;
  if (r.effet === undefined) return <span class="faint">—</span>;
  return <span title={r.pourquoi}><Badge tone={tones[r.effet] ?? "neutral"}>{tOr(`effet.${r.effet}`, r.effet)}</Badge></span>;
}
