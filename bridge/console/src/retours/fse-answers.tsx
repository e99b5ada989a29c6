// What became of an FSE after it had left: its lot on its way, the answers of the payer, what was paid.

import type { FSE, Return } from "../../../client/src/types";
import { day, euros, moment } from "../format";
import { useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { Row } from "../listes/history";
import { readAll, useLoad } from "../listes/load";
import { ProblemNote } from "../ui";
import { returnsPage } from "./pages";
import { amountOf } from "./payments";
import { labelOf, senseOf } from "./return-table";

const most = 200;

/** FSEAnswers are rows of the history of f; draw it anew for another FSE. */
export function FSEAnswers({ f }: { f: FSE }) {
  const lot = useQuery("lots.get", f.lot === undefined ? null : { id: f.lot }, ["lot"]);
  const answers = useLoad(() => readAll((after) => returnsPage({ fse: f.id }, after), most), ["fse", "lot"]);
  const sent = lot.data?.lot.transmis;
  return (
    <>
      {sent !== undefined && <Row name={t("fse.transmise")}>{moment(sent)}</Row>}
      {(answers.data ?? []).filter(isTold).reverse().map((r) => <Row key={r.id} name={tOr(`retour.${r.type}`, r.type)}><span lang="fr">{textOf(r)}</span></Row>)}
      {f.recu !== undefined && <Row name={t("fse.recu")}>{t("fse.recu.parts", { amo: euros(f.recu.amo), amc: euros(f.recu.amc) })}</Row>}
      {answers.error !== undefined && <Row name={t("nav.retours")}><ProblemNote error={answers.error} onRetry={answers.reload} /></Row>}
    </>
  );
}

/** isTold: a reject that was noted by hand and stands has a row of its own. */
const isTold = (r: Return): boolean => r.type !== "main" || r.retire !== undefined;

/** textOf is an answer in a line: when, how much, what it says, and that it counts for nothing where it does. */
export function textOf(r: Return): string {
  const paid = amountOf(r);
  const amount = paid === undefined ? "" : `${euros(paid)} ${r.part ?? ""}`.trim();
  const told = labelOf(r);
  const label = told === "—" && amount === "" ? senseOf(r) : told;
  const effect = r.effet === undefined || r.effet === "applique" ? "" : tOr(`effet.${r.effet}`, r.effet).toLowerCase();
  return [day(r.date ?? r.recu), amount, label === "—" ? "" : label, r.retire === undefined ? effect : t("retours.retire").toLowerCase()].filter((s) => s !== "").join(" · ");
}
