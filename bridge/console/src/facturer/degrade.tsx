// « Patient sans carte Vitale »: the mode is proposed, the user validates it and says why.

import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, Dialog, Form, Note, Radios, Select, TextField } from "../ui";
import { useWork } from "./context";
import { degraded, hasPatient } from "./draft";
import { choicesOf, useRows } from "./tables";

const other = "autre"; // the reason that needs a text

export function DegradeDialog({ onClose }: { onClose: () => void }) {
  const { draft, edit, goTo, toActs } = useWork();
  const [mode, setMode] = useState(draft.mode === "sansVitale" ? "sansVitale" : "degrade");
  const [motif, setMotif] = useState(draft.degrade?.motif ?? "");
  const [precision, setPrecision] = useState(draft.degrade?.precision ?? "");
  const reasons = choicesOf(useRows("motifs_degrade"), "code", draft.dateSoins ?? "");
  const ready = mode === "sansVitale" || (motif !== "" && (motif !== other || precision.trim() !== ""));
  const validate = (): void => {
    if (!ready) return;
    edit((d) => (mode === "sansVitale" ? { ...d, mode, degrade: null } : degraded(d, motif, precision.trim())));
    onClose();
    if (hasPatient(draft)) toActs();
    else goTo("beneficiaire.nir");
  };
  return (
    <Dialog
      title={t("facturer.sans-vitale")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("action.annuler")}</Button>
          <Button tone="primary" disabled={!ready} onClick={validate}>{t("facturer.degrade.valider")}</Button>
        </>
      }
    >
      <Form onSubmit={validate}>
        <Radios
          legend={t("facturer.degrade.propose")}
          value={mode}
          choices={[{ value: "degrade", label: t("mode.degrade") }, { value: "sansVitale", label: t("mode.sansVitale") }]}
          onChange={(v) => setMode(v === "sansVitale" ? v : "degrade")}
        />
        {mode === "degrade" && (
          <>
            <Select
              label={t("facturer.degrade.motif")} required span={3} value={motif} empty={t("facturer.choisir")} choices={reasons} onChange={setMotif}
            />
            <TextField
              label={t("facturer.degrade.precision")} required={motif === other} span={3} value={precision} onInput={setPrecision} maxLength={200}
            />
            <Note>{t("facturer.degrade.suite")}</Note>
          </>
        )}
      </Form>
    </Dialog>
  );
}
