// Who pays for the patient: organism, rights, attestation, complementary contract.

import { useState } from "preact/hooks";
import type { AMO } from "../../../client/src/types";
import { t } from "../i18n";
import { Checkbox, Select, TextField } from "../ui";
import { useWork } from "./context";
import { c2s, isSMG, withAMC, withAMO } from "./draft";
import { Suggest } from "./suggest";
import { choicesOf, search, sentence, useRows, type Row } from "./tables";

export function Cover() {
  const { draft, edit, field } = useWork();
  const locked = isSMG(draft);
  const set = (part: Partial<AMO>): void => edit((d) => withAMO(d, part));
  const digits = (name: "regime" | "caisse" | "centre", n: number) => ({
    label: t(`facturer.${name}`), span: 1 as const, inputMode: "numeric" as const, mono: true, maxLength: n, disabled: locked, value: draft.amo[name],
    ...field(`amo.${name}`), onInput: (v: string) => set({ [name]: v.replace(/\D/g, "") }),
  });
  return (
    <>
      <h3>{t("facturer.organisme.titre")}</h3>
      <OrganismSearch locked={locked} onTake={set} />
      <TextField {...digits("regime", 2)} />
      <TextField {...digits("caisse", 3)} />
      <TextField {...digits("centre", 4)} />
      {locked ? <p class="hint">{t("facturer.organisme.smg")}</p> : <Rights amo={draft.amo} set={set} />}
      <Contract />
    </>
  );
}

/** OrganismSearch finds a payer by its name, its town or its numbers. */
function OrganismSearch({ locked, onTake }: { locked: boolean; onTake: (amo: Partial<AMO>) => void }) {
  const { field } = useWork();
  const [text, setText] = useState("");
  const take = (r: Row): void => {
    onTake({ regime: r["regime"] ?? "", caisse: r["caisse_health_fund"] ?? "", centre: r["centre"] ?? "" });
    setText("");
  };
  return (
    <Suggest
      label={t("facturer.organisme.chercher")}
      hint={t("facturer.organisme.aide")}
      span={3}
      {...field("amo")}
      disabled={locked}
      text={text}
      onText={setText}
      find={(words, signal) => search(words, "organismes", signal)}
      keyOf={(r) => `${r["regime"]}${r["caisse_health_fund"]}${r["centre"]}`}
      show={(r) => (
        <>
          <span class="mono">{`${r["regime"]}-${r["caisse_health_fund"]}-${r["centre"]}`}</span> {r["name"]}
          {r["city"] !== "" && <span class="hint"> {r["zip"]} {sentence(r["city"] ?? "")}</span>}
        </>
      )}
      onTake={take}
    />
  );
}

function Rights({ amo, set }: { amo: AMO; set: (part: Partial<AMO>) => void }) {
  const { field } = useWork();
  const ownRate = useRows("regimes").some((r) => r["code"] === amo.regime && r["taux_propre"] === "oui");
  return (
    <>
      <Select label={t("facturer.exonere")} span={2} {...field("amo.exonere")} value={amo.exonere ?? ""} empty={t("facturer.exonere.non")}
        choices={(["pension-militaire", "invalidite", "rente-at"] as const).map((value) => ({ value, label: t(`facturer.exonere.${value}`) }))}
        onChange={(v) => set({ exonere: v as NonNullable<AMO["exonere"]> })} />
      <Select label={t("facturer.regime-local")} span={2} {...field("amo.regimeLocal")} value={amo.regimeLocal ?? ""} empty={t("facturer.regime-local.non")}
        choices={(["alsace-moselle", "frontalier"] as const).map((value) => ({ value, label: t(`facturer.regime-local.${value}`) }))}
        onChange={(v) => set({ regimeLocal: v as NonNullable<AMO["regimeLocal"]> })} />
      {ownRate && (
        <TextField label={t("facturer.taux")} hint={t("facturer.taux.aide")} span={2} inputMode="numeric" maxLength={3} {...field("amo.taux", "amo.regime")}
          value={amo.taux === undefined || amo.taux === 0 ? "" : String(amo.taux)} onInput={(v) => /^\d*$/.test(v) && set({ taux: Number(v) })} />
      )}
      <div class="row wide" data-path="amo.ame">
        <Checkbox label={t("facturer.ald")} checked={amo.ald} onChange={(ald) => set({ ald })} />
        <Checkbox label={t("facturer.aspa")} checked={amo.aspa} onChange={(aspa) => set({ aspa })} />
        <Checkbox label={t("facturer.ame")} checked={amo.ame} onChange={(ame) => set({ ame })} />
      </div>
    </>
  );
}

/** Attestation is the paper that stands for rights that nobody could read. */
export function Attestation() {
  const { draft, edit, field } = useWork();
  const rows = useRows("attestations");
  const chosen = rows.find((r) => r["cle"] === draft.amo.attestation);
  return (
    <>
      <Select label={t("facturer.attestation")} hint={t("facturer.attestation.aide")} span={6} {...field("amo.attestation")}
        value={draft.amo.attestation ?? ""} empty={t("facturer.attestation.non")} choices={choicesOf(rows, "cle", draft.dateSoins ?? "")}
        onChange={(attestation) => edit((d) => withAMO(d, { attestation }))} />
      {chosen?.["reference_ald"] === "oui" && (
        <TextField
          label={t("facturer.attestation.texte")} span={6} path="amo.texteALD" value={draft.amo.texteALD ?? ""} maxLength={200}
          onInput={(texteALD) => edit((d) => withAMO(d, { texteALD }))}
        />
      )}
    </>
  );
}

/** Contract is the complementary one; C2S is one of its types. */
function Contract() {
  const { draft, edit, field } = useWork();
  const amc = draft.amc;
  return (
    <>
      <h3>{t("facturer.amc.titre")}</h3>
      <TextField
        label={t("facturer.amc.organisme")} span={2} mono {...field("amc.organisme", "amc")} value={amc?.organisme ?? ""} maxLength={10}
        onInput={(organisme) => edit((d) => withAMC(d, { organisme }))}
      />
      <TextField
        label={t("facturer.amc.adherent")} span={2} mono path="amc.adherent" value={amc?.adherent ?? ""} maxLength={20}
        onInput={(adherent) => edit((d) => withAMC(d, { adherent }))}
      />
      <TextField
        label={t("facturer.amc.contrat")} span={1} mono path="amc.contrat" value={amc?.contrat ?? ""} maxLength={4}
        onInput={(contrat) => edit((d) => withAMC(d, { contrat }))}
      />
      <TextField
        label={t("facturer.amc.part")} span={1} mono {...field("amc.part")} placeholder="100TM" value={amc?.part ?? ""} maxLength={5}
        disabled={amc === null} onInput={(part) => edit((d) => withAMC(d, { part: part.toUpperCase() }))}
      />
      <div class="row wide">
        <Checkbox label={t("facturer.c2s")} checked={amc?.contrat === c2s} onChange={(on) => edit((d) => withAMC(d, { contrat: on ? c2s : "" }))} />
        {amc !== null && (
          <Checkbox label={t("facturer.amc.document")} checked={amc.documentAMC === true} onChange={(documentAMC) => edit((d) => withAMC(d, { documentAMC }))} />
        )}
      </div>
    </>
  );
}
