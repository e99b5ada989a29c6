// Soins médicaux gratuits: never ticked by itself, confirmed in two steps, and undone exactly.

import { useState } from "preact/hooks";
import type { Prix } from "../../../client/src/types";
import { euros } from "../format";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { act } from "../session";
import { Badge, Button, Checkbox, confirm, DateField, Form, Money, MoneyField, Note, ProblemNote } from "../ui";
import { useWork } from "./context";
import { covered, hasPatient, isSMG, payer, smgPayer, withNatureData } from "./draft";

/** useSMG asks the question of the daemon and, once the user has confirmed, answers it. */
function useSMG() {
  const { editor } = useWork();
  const tick = useAction(async () => {
    const kept = await editor.flush();
    if (kept === undefined) return;
    const { question } = await act("fse.confirmNature", { id: kept.id });
    if (question === undefined) return;
    const yes = await confirm({
      title: t("nature.smg"),
      text: <><p lang="fr">{question.phrase}</p><p>{t("facturer.destination")} : <strong class="mono">{payer(question.destinataire)}</strong></p></>,
      action: t("facturer.smg.confirmer"),
    });
    if (!yes) return;
    const { fse } = await act("fse.confirmNature", { id: kept.id, jeton: question.jeton });
    if (fse !== undefined) editor.open(fse);
  });
  const leave = useAction(async () => {
    const kept = await editor.flush();
    if (kept !== undefined) editor.open(await act("fse.leaveNature", { id: kept.id }));
  });
  return { tick, leave };
}

export function SMGTick() {
  const { draft } = useWork();
  const { tick, leave } = useSMG();
  const on = isSMG(draft);
  return (
    <div class="smg-tick" data-path="nature.confirme">
      <Checkbox
        label={t("nature.smg")} checked={on} disabled={!hasPatient(draft) || tick.busy || leave.busy}
        onChange={(wanted) => void (wanted ? tick.run() : leave.run())}
      />
      {on && draft.nature.confirme !== true && <Button small tone="primary" busy={tick.busy} onClick={() => void tick.run()}>{t("facturer.smg.confirmer")}</Button>}
      <ProblemNote error={tick.error ?? leave.error} />
    </div>
  );
}

export function SMGPanel() {
  const { draft, answer } = useWork();
  const prix = answer?.prix ?? null;
  return (
    <div class="smg">
      <p>{t("facturer.destination")} : <strong class="mono">{payer(smgPayer)}</strong> <span class="hint">{t("facturer.smg.destination")}</span></p>
      {draft.nature.confirme === true && (
        <>
          <Covered prix={prix} />
          <Limits />
          {prix !== null && prix.total.nonPrisEnCharge > 0 && <Rest cents={prix.total.nonPrisEnCharge} />}
        </>
      )}
    </div>
  );
}

/** Covered is the montant de la prise en charge: computed when asked, then validated by the user. */
function Covered({ prix }: { prix: Prix | null }) {
  const { draft, edit } = useWork();
  const [asked, setAsked] = useState(false);
  const valid = draft.nature.montantValide ?? null;
  const computed = prix === null ? null : covered(prix);
  const changed = valid !== null && computed !== null && valid !== computed;
  if (valid !== null && !changed) {
    return <p>{t("facturer.smg.montant")} : <Money cents={valid} strong /> <Badge tone="good">{t("facturer.smg.valide")}</Badge></p>;
  }
  return (
    <div class="row" data-path="nature.montantValide">
      <span>{t("facturer.smg.montant")}</span>
      {!asked && <Button small onClick={() => setAsked(true)}>{t("facturer.smg.calculer")}</Button>}
      {asked && computed === null && <span class="hint">{t("facturer.smg.impossible")}</span>}
      {asked && computed !== null && (
        <>
          <Money cents={computed} strong />
          <Button small tone="primary" icon="check" onClick={() => edit((d) => withNatureData(d, { montantValide: computed }))}>{t("facturer.smg.valider")}</Button>
        </>
      )}
      {changed && <span class="hint">{t("facturer.smg.change")}</span>}
    </div>
  );
}

/** Limits are the maximum of the attestation and the agreement for more than the tariff. */
function Limits() {
  const { draft, edit, field } = useWork();
  const { plafondAttestation, accordCNMSS } = draft.nature;
  const agreed = accordCNMSS ?? null;
  return (
    <Form>
      <MoneyField label={t("facturer.smg.plafond")} hint={t("facturer.smg.plafond.aide")} span={2} {...field("nature.plafondAttestation")}
        value={plafondAttestation ?? null} onChange={(v) => edit((d) => withNatureData(d, { plafondAttestation: v, resteReconnu: null }))} />
      <div class="field span-4 smg-accord">
        <Checkbox
          label={t("facturer.smg.accord")} hint={t("facturer.smg.accord.aide")} checked={agreed !== null}
          onChange={(on) => edit((d) => withNatureData(d, { accordCNMSS: on ? { date: null, montant: 0 } : null }))}
        />
      </div>
      {agreed !== null && (
        <>
          <DateField
            label={t("facturer.smg.accord.date")} required span={2} {...field("nature.accordCNMSS")} value={agreed.date ?? ""}
            onChange={(v) => edit((d) => withNatureData(d, { accordCNMSS: { ...agreed, date: v === "" ? null : v } }))}
          />
          <MoneyField
            label={t("facturer.smg.accord.montant")} required span={2} value={agreed.montant === 0 ? null : agreed.montant}
            onChange={(v) => edit((d) => withNatureData(d, { accordCNMSS: { ...agreed, montant: v ?? 0 } }))}
          />
        </>
      )}
    </Form>
  );
}

/** Rest is what nobody pays: the patient is not asked for it, and the user says to have seen that. */
function Rest({ cents }: { cents: number }) {
  const { draft, edit } = useWork();
  return (
    <Note tone="warning">
      <div data-path="nature.resteReconnu">
        <Checkbox
          label={t("facturer.smg.reste", { montant: euros(cents) })}
          checked={draft.nature.resteReconnu === cents}
          onChange={(on) => edit((d) => withNatureData(d, { resteReconnu: on ? cents : null }))}
        />
      </div>
    </Note>
  );
}
