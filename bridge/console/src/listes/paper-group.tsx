// The papers of one lot: what is to be done with all of them, and each by itself.

import type { Paper } from "../../../client/src/types";
import { day } from "../format";
import { t, tOr } from "../i18n";
import { LotPayers } from "../organismes/payer";
import { href } from "../route";
import { Badge, Button, Card, LinkButton, MenuButton } from "../ui";
import { toneOf } from "./can";
import { alone, moveLabel, subjectOf, type PaperActions } from "./paper-actions";
import { forward, papersOf, stepsOf, type PaperGroup, type Step } from "./papers";

export function PaperGroupCard({ group, actions }: { group: PaperGroup; actions: PaperActions }) {
  const { bordereau, sheets, key } = group;
  const isLot = key !== "papier" && key !== "";
  const counts = [bordereau === undefined ? "" : t("papiers.bordereau"), sheets.length === 0 ? "" : t("papiers.feuilles", { n: sheets.length })].filter((s) => s !== "");
  return (
    <Card title={<>{`${titleOf(group)} · ${counts.join(", ")}`}{isLot && <LotPayers lots={[key]} glue=" · " />}</>} actions={bordereau !== undefined && <LotActions bordereau={bordereau} actions={actions} />}>
      {bordereau === undefined && isLot && (
        <p class="row hint">{t("papiers.lot-ouvert")} <a href={href("lots", key)}>{t("papiers.lot-ouvert.voir")}</a></p>
      )}
      <ul class="paper-steps">{stepsOf(group).map((s) => <StepLine key={s.state} step={s} group={group} actions={actions} />)}</ul>
      <PaperTable papers={papersOf(group)} actions={actions} whole={papersOf(group).length === 1} />
    </Card>
  );
}

export function titleOf({ key, numero }: PaperGroup): string {
  if (key === "papier") return t("papiers.fsp");
  return key === "" ? t("papiers.sans-lot") : t("papiers.lot", { numero });
}

function LotActions({ bordereau, actions }: { bordereau: Paper; actions: PaperActions }) {
  const [subject] = subjectOf(bordereau);
  return (
    <>
      <Button small tone="quiet" icon="post" onClick={() => actions.print(subject, ["enveloppe"])}>{t("papiers.enveloppe")}</Button>
      <Button small tone="quiet" icon="pen" onClick={() => actions.byHand(bordereau.id, subject.name)}>{t("papiers.a-la-main")}</Button>
      <LinkButton small tone="quiet" href={href("lots", bordereau.id)}>{t("lots.infos")}</LinkButton>
    </>
  );
}

function StepLine({ step: { state, papers }, group, actions }: { step: Step; group: PaperGroup; actions: PaperActions }) {
  const { bordereau } = group;
  const first = papers[0];
  const printed = state === "a-imprimer";
  const print = (): void => {
    if (bordereau !== undefined && papers.length > 1) actions.print(subjectOf(bordereau)[0], ["liasse", "bordereau", "enveloppe", "a-la-main"]);
    else if (first !== undefined) actions.print(...subjectOf(first));
  };
  return (
    <li>
      <Badge tone={toneOf(state)}>{tOr(`papier.${state}`, state)}</Badge>
      <span>{t("papiers.n", { n: papers.length })}</span>
      <span class="row push">
        {printed && (bordereau !== undefined || papers.length === 1) && <Button small tone="primary" icon="paper" onClick={print}>{t("papiers.imprimer")}</Button>}
        {(forward[state] ?? []).map((to, i) => (
          <Button key={to} small tone={printed || i > 0 ? "plain" : "primary"} busy={actions.busy} onClick={() => actions.move(papers, to)}>{moveLabel(to)}</Button>
        ))}
      </span>
    </li>
  );
}

/** PaperTable is each paper with its state and what comes next; whole: the line above does that for the only one. */
export function PaperTable({ papers, actions, whole = false }: { papers: readonly Paper[]; actions: PaperActions; whole?: boolean }) {
  return (
    <table class="lines papers">
      <thead>
        <tr>
          <th scope="col">{t("papiers.col.quoi")}</th>
          <th scope="col">{t("fse.col.beneficiaire")}</th>
          <th scope="col">{t("fse.col.date")}</th>
          <th scope="col">{t("papiers.col.etat")}</th>
          <th scope="col"><span class="unseen">{t("fse.col.menu")}</span></th>
        </tr>
      </thead>
      <tbody>{papers.map((p) => <PaperRow key={`${p.type} ${p.id}`} p={p} actions={actions} whole={whole} />)}</tbody>
    </table>
  );
}

function PaperRow({ p, actions, whole }: { p: Paper; actions: PaperActions; whole: boolean }) {
  const name = p.type === "bordereau" ? t("papiers.bordereau") : p.type === "papier" ? t("papiers.fsp.feuille") : t("papiers.feuille", { numero: p.numero });
  const signed = p.etat === "signe" || p.etat === "poste" || p.etat === "scanne";
  const next = whole ? undefined : alone(p)[0];
  return (
    <tr>
      <th scope="row"><a href={href(p.type === "bordereau" ? "lots" : "fse", p.id)}>{name}</a></th>
      <td>{p.beneficiaire ?? "—"}</td>
      <td class="num">{p.dateSoins === undefined ? "—" : day(p.dateSoins)}</td>
      <td>
        <Badge tone={toneOf(p.etat)}>{tOr(`papier.${p.etat}`, p.etat)}</Badge>
        {p.date !== undefined && <span class="hint"> {day(p.date)}</span>}
        {signed && p.type !== "bordereau" && <span class="hint"> {t(p.signePatient ? "papiers.patient.oui" : "papiers.patient.non")}</span>}
      </td>
      <td class="end">
        <span class="row paper-do">
          {next !== undefined && <Button small tone="quiet" busy={actions.busy} onClick={() => actions.move([p], next)}>{moveLabel(next)}</Button>}
          <MenuButton label={name} items={actions.menu(p)} />
        </span>
      </td>
    </tr>
  );
}
