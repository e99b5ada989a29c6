// Who bills: what the card says, and what may be corrected.

import type { Cabinet } from "../../../client/src/types";
import { useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { Card, Checkbox, Fact, Facts, Form, Select, TextField } from "../ui";
import { choicesOf, phone, withText } from "./cabinet";
import type { Editor } from "./editor";

const conventions = ["0", "1", "2", "3"] as const;

export function Identity({ editor }: { editor: Editor }) {
  const { cabinet: c, set, fault } = editor;
  const specialties = useQuery("tables.show", { table: "specialites", limit: 200 });
  const rows = specialties.data === undefined ? [] : choicesOf(specialties.data, (row) => row.medecin === "oui" || row.code === c.specialite);
  const known = rows.some((o) => o.value === c.specialite) ? rows : [{ value: c.specialite, label: c.specialite }, ...rows];
  return (
    <Card title={t("reglages.professionnel")}>
      <Facts>
        <Fact name={t("reglages.nom")}>{`${c.prenom} ${c.nom}`}</Fact>
        {!editor.asksNumber && <Fact name={t("reglages.numeroAM")}><span class="num">{c.numeroAM}</span></Fact>}
        <Fact name={t("reglages.rpps")}><span class="num">{c.rpps}</span></Fact>
        <Fact name={t("reglages.exercice")}>{tOr(`reglages.exercice.${c.exercice ?? ""}`, "—")}</Fact>
      </Facts>
      <div class="gap-top">
        <Form>
          {editor.asksNumber && (
            <TextField
              label={t("reglages.numeroAM")} hint={t("reglages.numeroAM.remplacant")} span={6} mono inputMode="numeric" maxLength={9} required value={c.numeroAM}
              onInput={(v) => set({ ...c, numeroAM: v.replace(/\D/g, "") })} error={fault("numeroAM")}
            />
          )}
          <TextField label={t("reglages.titre")} hint={t("champ.facultatif")} span={1} value={c.titre ?? ""} maxLength={20} onInput={(v) => set(withText(c, "titre", v))} error={fault("titre")} />
          <Select label={t("reglages.specialite")} span={3} value={c.specialite} choices={known} onChange={(specialite) => set({ ...c, specialite })} error={fault("specialite")} />
          <Select
            label={t("reglages.convention")}
            span={2}
            value={String(c.convention)}
            choices={conventions.map((v) => ({ value: v, label: t(`reglages.convention.${v}`) }))}
            onChange={(v) => set(withConvention(c, Number(v)))}
            error={fault("convention")}
          />
          <TextField label={t("reglages.zone")} hint={t("reglages.zone.aide")} span={2} value={c.zone} onInput={(zone) => set({ ...c, zone })} error={fault("zone")} />
          <TextField label={t("reglages.structure")} hint={t("champ.facultatif")} span={2} mono value={c.structure ?? ""} maxLength={9} onInput={(v) => set(withText(c, "structure", v))} error={fault("structure")} />
          <TextField label={t("reglages.telephone")} hint={t("champ.facultatif")} span={2} type="tel" value={c.telephone ?? ""} onInput={(v) => set(withText(c, "telephone", phone(v)))} error={fault("telephone")} />
          <Checkbox label={t("reglages.optam")} checked={c.optam} disabled={c.convention !== 3} onChange={(optam) => set({ ...c, optam })} hint={t("reglages.optam.aide")} />
        </Form>
      </div>
    </Card>
  );
}

/** OPTAM is of secteur 2. */
const withConvention = (c: Cabinet, convention: number): Cabinet => ({ ...c, convention, optam: convention === 3 && c.optam });
