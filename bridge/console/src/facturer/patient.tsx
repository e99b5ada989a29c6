// Step 1: who the care was for, and who pays for them.

import { useState } from "preact/hooks";
import { nir } from "../format";
import { t } from "../i18n";
import { Badge, Button, Form, Icon, MenuButton, settle, Tabs } from "../ui";
import { ADRi } from "./adri";
import { birthText } from "./birth";
import { useWork, type PatientWay } from "./context";
import { Cover } from "./cover";
import { DegradeDialog } from "./degrade";
import { c2s, hasPatient, payer, personName, secured, withoutPatient } from "./draft";
import { Earlier } from "./earlier";
import { Identity } from "./identity";
import { stepOf } from "./issues";
import { Step } from "./step";
import { isAnonymous } from "./nir";
import { CardWatch, Persons, useOnlyPerson } from "./vitale";

export function PatientStep() {
  const { draft, open, typing, faults } = useWork();
  const [asking, setAsking] = useState(false);
  useOnlyPerson();
  const chosen = hasPatient(draft);
  const ask = (): void => setAsking(true);
  return (
    <Step n={1} name="patient" done={chosen && !faults.blocks("patient")} actions={open && <Mode onDegrade={ask} />}>
      <CardWatch onDegrade={ask} />
      {open && typing ? <Typed /> : chosen ? <Summary /> : <Choice onDegrade={ask} />}
      {asking && <DegradeDialog onClose={() => setAsking(false)} />}
    </Step>
  );
}

/** Mode says how the FSE is secured, and lets the user change it. */
function Mode({ onDegrade }: { onDegrade: () => void }) {
  const { draft, edit, toActs } = useWork();
  const items = [
    { label: t("facturer.sans-vitale"), icon: "card" as const, run: onDegrade },
    { label: t("facturer.avec-vitale"), icon: "undo" as const, run: () => edit(secured), disabled: draft.mode === "securise" },
    {
      label: t("facturer.patient.autre"), icon: "cross" as const, disabled: !hasPatient(draft),
      run: () => {
        edit(withoutPatient);
        toActs();
      },
    },
  ];
  return (
    <>
      <Badge tone={draft.mode === "securise" ? "good" : "warn"}>{t(`mode.${draft.mode}`)}</Badge>
      <MenuButton label={t("facturer.patient")} items={items} />
    </>
  );
}

/** Choice is before anybody was chosen: the card, or the patient without one. */
function Choice({ onDegrade }: { onDegrade: () => void }) {
  const { draft, open, goTo } = useWork();
  if (!open) return null;
  return (
    <div class="choice">
      {draft.mode === "securise" ? <Persons /> : <p>{t(`mode.${draft.mode}`)}</p>}
      <div class="row">
        {draft.mode === "securise" && <Button icon="card" onClick={onDegrade}>{t("facturer.sans-vitale")}</Button>}
        {draft.mode !== "securise" && <Button icon="pen" tone="primary" onClick={() => goTo("beneficiaire.nir")}>{t("facturer.patient.saisir")}</Button>}
      </div>
    </div>
  );
}

const ways: readonly PatientWay[] = ["saisie", "ancienne", "adri"];

/** Typed is the patient without a card, or one to be corrected. */
function Typed() {
  const { draft, toActs, goTo, way, setWay } = useWork();
  const validate = (): void => {
    const typing = settle();
    if (typing !== undefined && stepOf(typing.path) === "patient") goTo(typing.path);
    else if (hasPatient(draft)) toActs();
  };
  return (
    <Tabs
      label={t("facturer.voies")}
      tabs={ways.map((id) => ({ id, label: t(`facturer.voie.${id}`) }))}
      current={way}
      onChange={(id) => setWay(ways.find((one) => one === id) ?? "saisie")}
    >
      {way === "ancienne" && <Earlier />}
      {way === "adri" && <ADRi />}
      {way === "saisie" && (
        <Form onSubmit={validate}>
          <Identity />
          <Cover />
          <div class="row wide">
            <Button tone="primary" icon="check" submit disabled={!hasPatient(draft)}>{t("facturer.patient.valider")}</Button>
            {!hasPatient(draft) && <span class="hint">{t("facturer.patient.manque")}</span>}
          </div>
        </Form>
      )}
    </Tabs>
  );
}

function Summary() {
  const { draft, open, goTo } = useWork();
  const who = draft.beneficiaire;
  const anonymous = isAnonymous(who.nir);
  return (
    <div class="who">
      <Icon name="person" size={28} />
      <div class="who-name">
        <strong>{anonymous ? t("facturer.anonyme.nom") : personName(who)}</strong>
        <span class="num">
          {who.naissance.enCarte !== "" && t("facturer.ne", { date: birthText(who.naissance.enCarte) })}
          {who.rang > 1 && ` · ${t("facturer.rang.n", { rang: who.rang })}`}
        </span>
        <span class="mono">{who.nir === "" ? nir(draft.assure?.nir ?? "") : anonymous ? who.nir : nir(who.nir)}</span>
      </div>
      <div class="who-cover">
        <span><span class="hint">{t("facturer.organisme")}</span> <span class="mono">{payer(draft.amo)}</span></span>
        <RightsBadges />
      </div>
      {open && <Button small icon="pen" onClick={() => goTo("beneficiaire.nir")}>{t("action.modifier")}</Button>}
    </div>
  );
}

function RightsBadges() {
  const { draft } = useWork();
  const { amo, amc, assure, degrade } = draft;
  const exonere = amo.exonere ?? "";
  const local = amo.regimeLocal ?? "";
  return (
    <div class="row">
      {assure !== null && <Badge>{t("facturer.ayant-droit")}</Badge>}
      {amo.ald && <Badge tone="accent">{t("facturer.ald")}</Badge>}
      {amo.aspa && <Badge tone="accent">{t("facturer.aspa")}</Badge>}
      {amo.ame && <Badge tone="accent">{t("facturer.ame")}</Badge>}
      {exonere !== "" && <Badge tone="accent">{t(`facturer.exonere.${exonere}`)}</Badge>}
      {local !== "" && <Badge tone="accent">{t(`facturer.regime-local.${local}`)}</Badge>}
      {amc?.contrat === c2s ? <Badge tone="accent">{t("facturer.c2s")}</Badge> : amc !== null && <Badge>{t("facturer.amc.badge", { organisme: amc.organisme })}</Badge>}
      {degrade !== null && <Badge tone="warn">{t("facturer.degrade.badge")}</Badge>}
    </div>
  );
}
