// What most FSE do without: accident, prescriber, replaced doctor, another number of the practice.

import { useState } from "preact/hooks";
import type { MedecinRemplace, Prescripteur } from "../../../client/src/types";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { Checkbox, DateField, Form, Select, TextField } from "../ui";
import { useWork } from "./context";
import { billedBy } from "./draft";

export function More() {
  const { draft } = useWork();
  const used = draft.accidentTiers !== null || (draft.prescripteur ?? null) !== null || draft.professionnel.remplace !== null;
  const [open, setOpen] = useState(used);
  return (
    <details class="more" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t("facturer.plus")}</summary>
      <div class="stack">
        <Accident />
        <Prescriber />
        <Replaced />
        <Who />
      </div>
    </details>
  );
}

function Accident() {
  const { draft, edit, field } = useWork();
  const [on, setOn] = useState(draft.accidentTiers !== null);
  const turn = (wanted: boolean): void => {
    setOn(wanted);
    if (!wanted) edit((d) => ({ ...d, accidentTiers: null }));
  };
  return (
    <Form>
      <Checkbox label={t("facturer.accident")} checked={on} onChange={turn} />
      {on && (
        <DateField
          label={t("facturer.accident.date")} required span={2} {...field("accidentTiers")} value={draft.accidentTiers ?? ""}
          onChange={(v) => edit((d) => ({ ...d, accidentTiers: v === "" ? null : v }))}
        />
      )}
    </Form>
  );
}

function Prescriber() {
  const { draft, edit, field } = useWork();
  const p = draft.prescripteur ?? null;
  const set = (part: Partial<Prescripteur>): void => edit((d) => ({ ...d, prescripteur: { numeroAM: "", date: null, ...p, ...part } }));
  return (
    <Form>
      <Checkbox
        label={t("facturer.prescripteur")} checked={p !== null} onChange={(on) => (on ? set({}) : edit((d) => ({ ...d, prescripteur: null })))}
      />
      {p !== null && (
        <>
          <TextField
            label={t("facturer.numero-am")} required mono span={2} maxLength={9} inputMode="numeric" {...field("prescripteur.numeroAM")}
            value={p.numeroAM} onInput={(numeroAM) => set({ numeroAM })}
          />
          <DateField
            label={t("facturer.prescription.date")} required span={2} {...field("prescripteur.date")} value={p.date ?? ""}
            onChange={(v) => set({ date: v === "" ? null : v })}
          />
          <TextField
            label={t("facturer.rpps")} mono span={2} maxLength={11} inputMode="numeric" {...field("prescripteur.rpps")} value={p.rpps ?? ""}
            onInput={(rpps) => set({ rpps })}
          />
        </>
      )}
    </Form>
  );
}

/** Replaced is the doctor under whose number a remplaçant bills. */
function Replaced() {
  const { draft, edit, field } = useWork();
  const r = draft.professionnel.remplace;
  const put = (remplace: MedecinRemplace | null): void => edit((d) => ({ ...d, professionnel: { ...d.professionnel, remplace } }));
  return (
    <Form>
      <Checkbox label={t("facturer.remplace")} checked={r !== null} onChange={(on) => put(on ? { numeroAM: "" } : null)} />
      {r !== null && (
        <>
          <TextField
            label={t("facturer.numero-am")} required mono span={2} maxLength={9} inputMode="numeric" {...field("professionnel.remplace.numeroAM")}
            value={r.numeroAM} onInput={(numeroAM) => put({ ...r, numeroAM })}
          />
          <TextField label={t("facturer.nom")} span={2} maxLength={80} value={r.nom ?? ""} onInput={(nom) => put({ ...r, nom })} />
          <TextField
            label={t("facturer.rpps")} mono span={2} maxLength={11} inputMode="numeric" value={r.rpps ?? ""} onInput={(rpps) => put({ ...r, rpps })}
          />
        </>
      )}
    </Form>
  );
}

/** Who is the choice among the numbers of the practice, where there are several. */
function Who() {
  const { draft, edit } = useWork();
  const list = useQuery("practice.list", {}).data?.cabinets ?? [];
  if (list.length < 2) return null;
  const take = (numeroAM: string): void => {
    const one = list.find((c) => c.numeroAM === numeroAM);
    if (one !== undefined) edit((d) => ({ ...d, professionnel: { ...billedBy(one), remplace: d.professionnel.remplace } }));
  };
  return (
    <Form>
      <Select label={t("facturer.professionnel")} span={4} path="professionnel.numeroAM" value={draft.professionnel.numeroAM}
        empty={t("facturer.choisir")} onChange={take}
        choices={list.map((c) => ({ value: c.numeroAM, label: `${c.prenom} ${c.nom} · ${c.numeroAM}` }))} />
    </Form>
  );
}
