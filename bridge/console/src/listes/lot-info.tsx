// Infos lot: what is in a lot, how much it is, what goes with it on paper, and what may be done with it.

import type { FSESummary, Late, Lot } from "../../../client/src/types";
import { MailNote } from "../envoi/mail-note";
import { Stuck } from "../envoi/stuck";
import { ServerWords } from "../envoi/server-words";
import { useTransmit, type Transmitting } from "../envoi/transmit";
import { canSend, isFree, wayOf } from "../envoi/way";
import { WayBadge } from "../envoi/way-badge";
import { count, day, moment } from "../format";
import { useAction, useHeading, useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { PayerName } from "../organismes/payer";
import { LotReturns } from "../retours/lot-returns";
import { go, href } from "../route";
import { act } from "../session";
import { Badge, Button, Card, confirm, Empty, Fact, Facts, LinkButton, MenuButton, Money, Note, notify, Page, ProblemNote, Table, type Column, type MenuItem } from "../ui";
import { documentsOfLot, toneOf } from "./can";
import { deadline, lateOf, urgencyOf, whyOf } from "./deadline";
import { useFSEActions } from "./fse-actions";
import { useLotActions, type LotActions } from "./lot-actions";
import { usePaperActions } from "./paper-actions";
import { PaperTable } from "./paper-group";

export function LotInfo({ id }: { id: string }) {
  const query = useQuery("lots.get", { id }, ["lot", "fse"]);
  const late = useQuery("lots.late", {}, ["fse", "lot"]);
  const actions = useLotActions(query.reload);
  const transmitting = useTransmit(query.reload);
  const lot: Lot | undefined = query.data?.lot;
  useHeading(lot === undefined ? "" : wayOf(lot));
  const title = t("lots.nom", { numero: lot?.numero ?? "" }).trim();
  return (
    <Page title={title} lead={lot !== undefined && <PayerName of={lot} />} actions={lot !== undefined && <Buttons lot={lot} actions={actions} transmitting={transmitting} />}>
      <ProblemNote error={query.error} onRetry={query.reload} />
      <ProblemNote error={actions.error} />
      {lot !== undefined && <Stuck lot={lot} transmitting={transmitting} onChanged={query.reload} />}
      {transmitting.view}
      {lot !== undefined && <Summary lot={lot} late={late.data} />}
      {query.data !== undefined && <Lines lot={query.data.lot} rows={query.data.fse} />}
      {lot !== undefined && lot.etat !== "ouvert" && lot.etat !== "clos" && <LotReturns lot={id} rows={query.data?.fse ?? []} />}
      {lot?.certification === "D" && <Papers lot={lot} />}
      {actions.dialogs}
    </Page>
  );
}

function Buttons({ lot, actions, transmitting }: { lot: Lot; actions: LotActions; transmitting: Transmitting }) {
  const prints = documentsOfLot(lot).length > 0;
  return (
    <>
      <LinkButton tone="quiet" icon="left" href={href("lots")}>{t("nav.lots")}</LinkButton>
      {prints && <Button tone="primary" icon="paper" onClick={() => actions.print(lot)}>{t("action.imprimer")}</Button>}
      {lot.etat === "ouvert" && <Button tone={prints ? "plain" : "primary"} icon="lock" busy={actions.busy} disabled={lot.fse === 0} onClick={() => void actions.close(lot)}>{t("lots.clore")}</Button>}
      {canSend(lot) && <Button tone={prints ? "plain" : "primary"} icon="send" busy={transmitting.busy} onClick={() => void transmitting.send([lot.id])}>{t("envoi.transmettre")}</Button>}
      {lot.etat === "clos" && isFree(lot) && <Button icon="undo" busy={actions.busy} onClick={() => void actions.reopen(lot)}>{t("lots.rouvrir")}</Button>}
      <MenuButton label={t("lots.nom", lot)} items={actions.menu(lot)} />
    </>
  );
}

function Summary({ lot, late }: { lot: Lot; late: Late | undefined }) {
  const one = lateOf(late, lot.id);
  return (
    <>
      {one !== undefined && (
        <Note tone={urgencyOf(whyOf(one)) === "bad" ? "error" : "warning"} title={`${t("lots.col.echeance")} : ${deadline(whyOf(one))}`}>
          <span lang="fr">{one.pourquoi}</span>
          {one.source !== undefined && <p class="hint">{t("lots.retard.source", { source: one.source, certitude: one.certitude ?? "—" })}</p>}
        </Note>
      )}
      {(lot.avertissements ?? []).map((i) => <Note key={i.code} tone="warning"><span lang="fr">{i.message}</span></Note>)}
      {canSend(lot) && <MailNote />}
      <Card>
        <Facts>
          <Fact name={t("lots.col.etat")}><Badge tone={toneOf(lot.etat)}>{tOr(`lot.${lot.etat}`, lot.etat)}</Badge></Fact>
          {lot.etat !== "ouvert" && <Fact name={t("envoi.col")}><Way lot={lot} /></Fact>}
          <Fact name={t("lots.col.certification")}>{tOr(`certification.${lot.certification}`, lot.certification)}</Fact>
          <Fact name={t("lots.numero-am")}><span class="num">{lot.numeroAM}</span></Fact>
          <Fact name={t("lots.col.ouvert")}>{lot.ouvert === undefined ? "—" : moment(lot.ouvert)}</Fact>
          <Fact name={t("lots.col.clos")}>{lot.clos === undefined ? "—" : moment(lot.clos)}</Fact>
          <Fact name={t("lots.col.fse")}>{count(lot.fse)}</Fact>
          <Fact name={t("lots.col.total")}><Money cents={lot.total} strong /></Fact>
          <Fact name={t("lots.col.amo")}><Money cents={lot.amo} strong /></Fact>
        </Facts>
      </Card>
    </>
  );
}

/** Way is what is known of its sending: when it left, and who said so where it was not the server. */
function Way({ lot }: { lot: Lot }) {
  const by = lot.envoi?.tranchePar;
  if (wayOf(lot) === "en-attente") return <><WayBadge lot={lot} /><Asked lot={lot} /><ServerWords lot={lot} /></>;
  if (lot.transmis === undefined) return <WayBadge lot={lot} />;
  return <>{moment(lot.transmis)}{by !== undefined && by !== "serveur" && <span class="hint"> {tOr(`envoi.tranche.${by}`, by)}</span>}</>;
}

/** Asked is when and from where somebody asked for a lot that waits. */
function Asked({ lot }: { lot: Lot }) {
  const { demande, demandePar } = lot.envoi ?? {};
  if (demande === undefined) return null;
  return <p class="hint">{t(demandePar === "site" ? "envoi.demande.site" : "envoi.demande.poste", { moment: moment(demande) })}</p>;
}

function Lines({ lot, rows }: { lot: Lot; rows: readonly FSESummary[] }) {
  const fse = useFSEActions({ onOpen: (f) => go("fse", f.id) });
  const taking = useAction((one: string) => act("lots.takeOut", { lot: lot.id, fse: one }));
  const takeOut = async (f: FSESummary): Promise<void> => {
    const numero = f.numero ?? "";
    if (!(await confirm({ title: t("lots.retirer.titre", { numero }), text: t("lots.retirer.texte"), action: t("action.retirer") }))) return;
    const moved = await taking.run(f.id);
    if (moved !== undefined) notify(t("lots.retiree", { numero: moved.vers.numero }));
  };
  const menu = (f: FSESummary): readonly MenuItem[] =>
    !isFree(lot) ? fse.menu(f) : [...fse.menu(f), { label: t("lots.retirer"), icon: "send", run: () => void takeOut(f) }];
  return (
    <Card title={t("lots.lignes")} flush>
      <ProblemNote error={taking.error} />
      <Table label={t("lots.lignes")} columns={columns(menu)} rows={rows} rowKey={(f) => f.id} onOpen={(f) => go("fse", f.id)} menu={menu} empty={<Empty icon="invoice" title={t("lots.lignes.rien")} />} />
      {fse.dialogs}
    </Card>
  );
}

const columns = (menu: (f: FSESummary) => readonly MenuItem[]): readonly Column<FSESummary>[] => [
  { id: "numero", title: t("fse.col.numero"), cell: (f) => <span class="num">{f.numero ?? "—"}</span>, width: "110px" },
  { id: "date", title: t("fse.col.date"), cell: (f) => <span class="num">{day(f.dateSoins)}</span>, width: "110px" },
  { id: "actes", title: t("fse.col.actes"), cell: (f) => f.actes ?? "—" },
  { id: "honoraires", title: t("fse.honoraires"), cell: (f) => <Money cents={f.honoraires} />, align: "end", width: "110px" },
  { id: "amo", title: t("fse.col.amo"), cell: (f) => <Money cents={f.amo} faintZero />, align: "end", width: "110px" },
  { id: "amc", title: t("fse.col.amc"), cell: (f) => <Money cents={f.amc} faintZero />, align: "end", width: "110px" },
  { id: "etat", title: t("fse.col.etat"), cell: (f) => <Badge tone={toneOf(f.etat)}>{tOr(`etat.${f.etat}`, f.etat)}</Badge>, width: "140px" },
  { id: "menu", title: <span class="unseen">{t("fse.col.menu")}</span>, cell: (f) => <MenuButton label={f.numero ?? ""} items={menu(f)} />, width: "46px" },
];

function Papers({ lot }: { lot: Lot }) {
  const query = useQuery("lots.papers", { id: lot.id }, ["lot", "fse", "queue"]);
  const actions = usePaperActions(query.reload);
  return (
    <Card title={t("lots.papiers")} actions={<LinkButton small tone="quiet" href={href("papiers")}>{t("lots.papiers.suivre")}</LinkButton>}>
      <ProblemNote error={query.error ?? actions.error} onRetry={query.reload} />
      {lot.etat === "ouvert" && <p class="hint">{t("lots.papiers.ouvert")}</p>}
      {(query.data?.papiers.length ?? 0) > 0 && <PaperTable papers={query.data?.papiers ?? []} actions={actions} />}
      {actions.dialogs}
    </Card>
  );
}
