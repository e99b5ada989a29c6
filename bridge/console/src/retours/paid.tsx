// The payments of the payers by day and transfer, each with its FSE; what differs from what was asked is marked.

import { useState } from "preact/hooks";
import type { Return } from "../../../client/src/types";
import { count, day } from "../format";
import { t } from "../i18n";
import { Chips } from "../listes/chips";
import { readAll, useLoad } from "../listes/load";
import { LotPayers } from "../organismes/payer";
import { Card, Empty, Money, ProblemNote } from "../ui";
import { Difference } from "./lot-returns";
import { returnsPage } from "./pages";
import { differs, lotsOf, transfersOf, type Transfer } from "./payments";
import { About, Says } from "./return-table";

const most = 2_000; // returns that are summed

/** Payments reads the last returns. A transfer that begins before them would lack lines, and is said to. */
export function Payments() {
  const list = useLoad(() => readAll((after) => returnsPage({}, after), most), ["fse", "lot", "queue", "mail"]);
  return (
    <>
      <ProblemNote error={list.error} onRetry={list.reload} />
      {list.data === undefined && list.error === undefined && <p class="hint" role="status">{t("attente")}</p>}
      {list.data !== undefined && <Paid list={list.data} />}
      {(list.data?.length ?? 0) >= most && <p class="hint">{t("retours.plafond", { n: count(most) })}</p>}
    </>
  );
}

function Paid({ list }: { list: readonly Return[] }) {
  const [group, setGroup] = useState("tous");
  const all = transfersOf(list);
  const wrong = all.filter((one) => one.lines.some(differs));
  const shown = group === "ecarts" ? wrong : all;
  const choices = [
    { id: "tous", label: t("retours.filtre.tous"), count: String(all.length) },
    { id: "ecarts", label: t("retours.filtre.ecarts"), count: String(wrong.length) },
  ];
  if (all.length === 0) return <Card><Empty icon="takings" title={t("retours.paiements.rien")}>{t("retours.paiements.rien.texte")}</Empty></Card>;
  return (
    <div class="stack">
      <Chips label={t("retours.filtre")} current={group} choices={choices} onChange={setGroup} />
      {shown.length === 0 && <Card><Empty icon="check" title={t("retours.ecarts.rien")} /></Card>}
      {shown.map((one) => <OneTransfer key={one.key} transfer={one} only={group === "ecarts"} />)}
    </div>
  );
}

const titleOf = ({ date, organisme, reference }: Transfer): string =>
  [date === "" ? t("retours.sans-date") : day(date), organisme === "" ? "" : t("retours.organisme", { organisme }), reference === "" ? "" : t("retours.virement", { reference })].filter((s) => s !== "").join(" · ");

/** Title adds the payers of the lots, where the transfer itself names none. */
const Title = ({ of }: { of: Transfer }) => (
  <>{titleOf(of)}{of.organisme === "" && <LotPayers lots={lotsOf(of.lines)} glue=" · " />}</>
);

function OneTransfer({ transfer, only }: { transfer: Transfer; only: boolean }) {
  const lines = only ? transfer.lines.filter(differs) : transfer.lines;
  return (
    <Card title={<Title of={transfer} />} actions={<Money cents={transfer.paid} strong />}>
      <div class="scroll-x">
        <table class="lines transfer">
          <thead>
            <tr>
              <th scope="col">{t("retours.col.objet")}</th>
              <th scope="col">{t("retours.col.part")}</th>
              <th scope="col" class="end">{t("retours.col.demande")}</th>
              <th scope="col" class="end">{t("retours.col.paye")}</th>
              <th scope="col" class="end">{t("retours.col.difference")}</th>
              <th scope="col">{t("retours.col.libelle")}</th>
            </tr>
          </thead>
          <tbody>{lines.map((r) => <Line key={r.id} r={r} />)}</tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>{t("fse.total")}</th>
              <td class="end"><Money cents={transfer.asked} strong /></td>
              <td class="end"><Money cents={transfer.paid} strong /></td>
              <td class="end"><Difference cents={transfer.paid - transfer.asked} /></td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </Card>
  );
}

const Line = ({ r }: { r: Return }) => (
  <tr class={differs(r) ? "differs" : undefined}>
    <th scope="row"><About r={r} /></th>
    <td>{r.part ?? "—"}</td>
    <td class="end">{r.demande === undefined ? <span class="faint">—</span> : <Money cents={r.demande} />}</td>
    <td class="end"><Money cents={r.montant ?? 0} /></td>
    <td class="end"><Difference cents={differs(r) ? (r.montant ?? 0) - (r.demande ?? 0) : 0} /></td>
    <td><Says r={r} />{r.pourquoi !== undefined && <div class="hint" lang="fr">{r.pourquoi}</div>}</td>
  </tr>
);
