// Nature d'assurance, pathway and tiers payant.

import { t } from "../i18n";
import { Checkbox, DateField, Form, Icon, Note, Radios, Select, TextField } from "../ui";
import { useWork } from "./context";
import { isSMG, withNature, withNatureData } from "./draft";
import { SMGPanel, SMGTick } from "./smg";
import { choicesOf, useRows } from "./tables";

const natures = ["maladie", "maternite", "at", "prevention"] as const;

export function NaturePart() {
  const { draft, edit } = useWork();
  const smg = isSMG(draft);
  return (
    <div class="nature" data-path="nature">
      <div class="row">
        <Radios
          legend={t("facturer.nature")}
          inline
          value={draft.nature.code}
          choices={natures.map((value) => ({ value, label: t(`facturer.nature.${value}`), disabled: smg }))}
          onChange={(v) => edit((d) => withNature(d, natures.find((n) => n === v) ?? "maladie"))}
        />
        <SMGTick />
      </div>
      {draft.nature.code === "maternite" && <Maternite />}
      {draft.nature.code === "at" && <AT />}
      {smg && <SMGPanel />}
    </div>
  );
}

function Maternite() {
  const { draft, edit, field } = useWork();
  const { date, evenement } = draft.nature;
  return (
    <Form>
      <DateField
        label={t("facturer.maternite.date")} required span={2} {...field("nature.date")} value={date ?? ""}
        onChange={(v) => edit((d) => withNatureData(d, { date: v === "" ? null : v }))}
      />
      <Select label={t("facturer.maternite.evenement")} span={3} {...field("nature.evenement")} value={evenement ?? ""} empty={t("facturer.choisir")}
        choices={[{ value: "grossesse", label: t("facturer.maternite.grossesse") }, { value: "naissance", label: t("facturer.maternite.naissance") }]}
        onChange={(v) => edit((d) => withNatureData(d, { evenement: v === "grossesse" || v === "naissance" ? v : "" }))} />
    </Form>
  );
}

function AT() {
  const { draft, edit, field } = useWork();
  const { date, numero } = draft.nature;
  return (
    <Form>
      <TextField
        label={t("facturer.at.numero")} span={2} mono {...field("nature")} value={numero ?? ""} maxLength={9}
        onInput={(v) => edit((d) => withNatureData(d, { numero: v }))}
      />
      <DateField
        label={t("facturer.at.date")} span={2} {...field("nature.date")} value={date ?? ""}
        onChange={(v) => edit((d) => withNatureData(d, { date: v === "" ? null : v }))}
      />
    </Form>
  );
}

export function Pathway() {
  const { draft, edit, field } = useWork();
  const rows = choicesOf(useRows("parcours"), "code", draft.dateSoins ?? "", true);
  return (
    <Select
      label={t("facturer.parcours")} span={2} {...field("parcours")} disabled={isSMG(draft)} value={draft.parcours}
      empty={t(isSMG(draft) ? "facturer.parcours.smg" : "facturer.parcours.non")} choices={rows}
      onChange={(parcours) => edit((d) => ({ ...d, parcours }))}
    />
  );
}

/** ThirdParty is which parts the patient does not advance. */
export function ThirdParty() {
  const { draft, edit, faults } = useWork();
  const { amo, amc } = draft.tiersPayant;
  const wrong = faults.at("tiersPayant.amo", "tiersPayant.amc", "tiersPayant");
  const locked = isSMG(draft);
  return (
    <div class="third-party" data-path="tiersPayant">
      <div class="row" role="group" aria-label={t("facturer.tp")}>
        <span class="group-label">{t("facturer.tp")}</span>
        <span data-path="tiersPayant.amo">
          <Checkbox
            label={t("facturer.montant.amo")} checked={amo} disabled={locked && amo}
            onChange={(on) => edit((d) => ({ ...d, tiersPayant: { amo: on, amc: on && d.tiersPayant.amc } }))}
          />
        </span>
        <span data-path="tiersPayant.amc">
          <Checkbox
            label={t("facturer.montant.amc")} checked={amc} disabled={!amo || locked}
            onChange={(on) => edit((d) => ({ ...d, tiersPayant: { ...d.tiersPayant, amc: on } }))}
          />
        </span>
      </div>
      {wrong !== "" && <div class="fault" role="status" lang="fr"><Icon name="warning" size={14} /> {wrong}</div>}
    </div>
  );
}

/** Proposals are what the rules suggest and only the user decides. */
export function Proposals() {
  const { faults } = useWork();
  if (!faults.has("SMG_PROPOSE")) return null;
  return <Note title={t("facturer.smg.proposee")}>{t("facturer.smg.proposee.texte")}</Note>;
}
