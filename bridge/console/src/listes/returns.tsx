// Returns of the payers, and rejects that were noted by hand, as they came in.

import type { Return } from "../../../client/src/types";
import { day, moment } from "../format";
import { useAction } from "../hooks";
import { t, tOr } from "../i18n";
import { href } from "../route";
import { act, job } from "../session";
import { Badge, Button, Card, Empty, notify, ProblemNote, Table, type Column } from "../ui";

export function Returns({ list, onFetched }: { list: readonly Return[]; onFetched: () => void }) {
  const fetching = useAction(() => job(act("returns.fetch", {})));
  const fetchAll = async (): Promise<void> => {
    if ((await fetching.run()) === undefined) return;
    notify(t("rejets.releves"));
    onFetched();
  };
  return (
    <div class="stack">
      <div class="row">
        <Button icon="download" busy={fetching.busy} onClick={() => void fetchAll()}>{t("rejets.relever")}</Button>
      </div>
      <ProblemNote error={fetching.error} />
      <Card flush>
        <Table label={t("rejets.retours")} columns={columns()} rows={list} rowKey={(r) => r.id} empty={<Empty icon="info" title={t("rejets.retours.rien")}>{t("rejets.retours.rien.texte")}</Empty>} />
      </Card>
    </div>
  );
}

const columns = (): readonly Column<Return>[] => [
  { id: "recu", title: t("rejets.col.recu"), cell: (r) => <span class="num">{moment(r.recu)}</span>, width: "150px" },
  { id: "type", title: t("rejets.col.type"), cell: (r) => tOr(`retour.${r.type}`, r.type), width: "130px" },
  { id: "objet", title: t("rejets.col.objet"), cell: (r) => <About r={r} />, width: "170px" },
  { id: "date", title: t("rejets.col.date"), cell: (r) => <span class="num">{r.date === undefined ? "—" : day(r.date)}</span>, width: "100px" },
  { id: "libelle", title: t("rejets.col.libelle"), cell: (r) => <span lang="fr" title={r.libelle}>{r.libelle ?? "—"}</span> },
  { id: "suite", title: t("rejets.col.suite"), cell: (r) => <Next r={r} />, width: "140px" },
];

function About({ r }: { r: Return }) {
  const fse = r.fse?.[0];
  if (fse !== undefined) return <a href={href("fse", fse)}>{r.numero ?? t("fse.n", { n: r.fse?.length ?? 1 })}</a>;
  if (r.lot !== undefined) return <a href={href("lots", r.lot)}>{t("fse.lot")}</a>;
  return <span class="num">{r.numero ?? "—"}</span>;
}

function Next({ r }: { r: Return }) {
  if (r.refaite !== undefined && r.refaite !== "") return <a href={href("fse", r.refaite)}>{t("rejets.refaite")}</a>;
  return r.aRapprocher ? <Badge tone="warn">{t("rejets.a-rapprocher")}</Badge> : <span class="faint">—</span>;
}
