// The FSE of one day, to note what each patient has given.

import { useMemo } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { longDay } from "../format";
import { t } from "../i18n";
import { go } from "../route";
import { Button, Card, Empty, Money, ProblemNote, Table, type Column } from "../ui";
import { canCollect } from "./can";
import type { FSEActions } from "./fse-actions";
import type { Wanted } from "./fse-pager";
import { useFSE } from "./use-fse";

export function Payments({ day, actions }: { day: string; actions: FSEActions }) {
  const wanted = useMemo((): Wanted => ({ states: [], day, numero: "" }), [day]);
  const list = useFSE(wanted);
  const rows = list.rows.filter(canCollect);
  return (
    <Card title={t("recettes.paiements", { jour: longDay(day) })} flush>
      <ProblemNote error={list.error} onRetry={list.retry} />
      <Table label={t("recettes.paiements", { jour: longDay(day) })} columns={columns(actions)} rows={rows} rowKey={(f) => f.id} onOpen={(f) => go("fse", f.id)} menu={actions.menu} onEnd={list.more} empty={list.whole && <Empty icon="takings" title={t("recettes.rien")} />} />
    </Card>
  );
}

const columns = (actions: FSEActions): readonly Column<FSESummary>[] => [
  { id: "numero", title: t("fse.col.numero"), cell: (f) => <span class="num">{f.numero ?? "—"}</span>, width: "110px" },
  { id: "beneficiaire", title: t("fse.col.beneficiaire"), cell: (f) => f.beneficiaire ?? "—" },
  { id: "actes", title: t("fse.col.actes"), cell: (f) => f.actes ?? "—", width: "140px" },
  { id: "honoraires", title: t("fse.honoraires"), cell: (f) => <Money cents={f.honoraires} />, align: "end", width: "110px" },
  { id: "patient", title: t("recettes.col.patient"), cell: (f) => <Money cents={f.patient} faintZero />, align: "end", width: "110px" },
  { id: "encaisse", title: t("fse.encaisse.titre"), cell: (f) => <Money cents={f.encaisse ?? 0} faintZero />, align: "end", width: "110px" },
  { id: "noter", title: <span class="unseen">{t("fse.col.menu")}</span>, cell: (f) => <Button small tone="quiet" onClick={() => actions.ask("collect", f)}>{t((f.encaisse ?? 0) === 0 ? "recettes.encaisser" : "action.modifier")}</Button>, width: "120px" },
];
