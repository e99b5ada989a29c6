// What is rarely said of an act: its own date and hour, agreements, CCAM data, another nature.

import type { Acte, LigneCCAM } from "../../../client/src/types";
import { t } from "../i18n";
import { Button, DateField, Dialog, Form, Select, TextField } from "../ui";
import { useWork } from "./context";
import { withActe } from "./draft";
import { HourField } from "./numbers";
import { choicesOf, useRows } from "./tables";

const natures = ["maladie", "maternite", "at", "prevention", "smg"] as const;

export function ActDetails({ at, onClose }: { at: number; onClose: () => void }) {
  const { draft, edit, field } = useWork();
  const day = draft.dateSoins ?? "";
  const exemptions = choicesOf(useRows("exonerations").filter((r) => r["saisie"] === "oui"), "code", day, true);
  const pathways = choicesOf(useRows("parcours"), "code", day, true);
  const acte = draft.actes[at];
  const known = useRows("actes").find((r) => r["code"] === acte?.code);
  if (acte === undefined) return null;
  const set = (part: Partial<Acte>): void => edit((d) => withActe(d, at, part));
  const of = (name: string) => field(`actes[${at}].${name}`);
  return (
    <Dialog
      title={t("facturer.acte.titre", { code: acte.code, n: at + 1 })}
      onClose={onClose}
      actions={<Button tone="primary" onClick={onClose}>{t("action.fermer")}</Button>}
    >
      <Form onSubmit={onClose}>
        <DateField
          {...of("date")} label={t("facturer.acte.date")} hint={t("facturer.acte.date.aide")} span={3} value={acte.date ?? ""}
          onChange={(date) => set({ date: date === "" ? null : date })}
        />
        <HourField {...of("heure")} label={t("facturer.acte.heure")} span={3} value={acte.heure ?? ""} onChange={(heure) => set({ heure })} />
        <Select {...of("complement")} label={t("facturer.acte.complement")} span={3} value={acte.complement ?? ""} empty={t("facturer.aucun")}
          choices={[{ value: "N", label: t("facturer.acte.nuit") }, { value: "F", label: t("facturer.acte.ferie") }]}
          onChange={(v) => set({ complement: v === "N" || v === "F" ? v : "" })} />
        <DateField
          {...of("ententePrealable")} label={t("facturer.acte.entente")} span={3} value={acte.ententePrealable ?? ""}
          onChange={(d) => set({ ententePrealable: d === "" ? null : d })}
        />
        <Select
          {...of("exoneration")} label={t("facturer.acte.exoneration")} span={6} value={acte.exoneration ?? ""}
          empty={t("facturer.acte.exoneration.regles")} choices={exemptions} onChange={(exoneration) => set({ exoneration })}
        />
        <Select
          {...of("nature")} label={t("facturer.acte.nature")} hint={t("facturer.acte.nature.aide")} span={3} value={acte.nature ?? ""}
          empty={t("facturer.acte.comme")} choices={natures.map((value) => ({ value, label: t(`nature.${value}`) }))}
          onChange={(nature) => set({ nature })}
        />
        <Select
          {...of("parcours")} label={t("facturer.acte.parcours")} span={3} value={acte.parcours ?? ""} empty={t("facturer.acte.comme")}
          choices={pathways} onChange={(parcours) => set({ parcours })}
        />
        <TextField
          {...of("appareil")} label={t("facturer.acte.appareil")} span={3} maxLength={20} value={acte.appareil ?? ""}
          onInput={(appareil) => set({ appareil })}
        />
        {(known?.["type"] === "ccam" || (acte.ccam ?? null) !== null) && (
          <CCAM ccam={acte.ccam ?? { activite: "1", phase: "0" }} onChange={(ccam) => set({ ccam })} />
        )}
      </Form>
    </Dialog>
  );
}

function CCAM({ ccam, onChange }: { ccam: LigneCCAM; onChange: (c: LigneCCAM) => void }) {
  const codes = choicesOf(useRows("associations_ccam"), "code", "", true);
  return (
    <>
      <h3>{t("facturer.ccam")}</h3>
      <TextField
        label={t("facturer.ccam.activite")} span={1} inputMode="numeric" maxLength={1} value={ccam.activite}
        onInput={(activite) => onChange({ ...ccam, activite })}
      />
      <TextField
        label={t("facturer.ccam.phase")} span={1} inputMode="numeric" maxLength={1} value={ccam.phase}
        onInput={(phase) => onChange({ ...ccam, phase })}
      />
      <TextField
        label={t("facturer.ccam.modificateurs")} span={2} maxLength={4} value={ccam.modificateurs ?? ""}
        onInput={(m) => onChange({ ...ccam, modificateurs: m.toUpperCase() })}
      />
      <Select
        label={t("facturer.ccam.association")} span={2} value={ccam.association ?? ""} empty={t("facturer.aucun")} choices={codes}
        onChange={(v) => onChange({ ...ccam, association: v as NonNullable<LigneCCAM["association"]> })}
      />
    </>
  );
}
