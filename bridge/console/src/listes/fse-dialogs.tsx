// What is asked before something is done to an FSE.

import { useState } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { euros, today } from "../format";
import { useAction, useQuery } from "../hooks";
import { t, type PlainKey } from "../i18n";
import { faultAt } from "../problem";
import { go } from "../route";
import { act } from "../session";
import { useStore } from "../store";
import { anyWrong, Button, DateField, Dialog, Form, held, MoneyField, notify, ProblemNote, Radios, settle, TextArea } from "../ui";
import { needsReason } from "./can";
import { isRestored, restoredText } from "./restored";

export interface AboutFSE {
  readonly fse: FSESummary;
  readonly onClose: () => void;
}

const nameOf = (f: FSESummary): string => f.numero ?? t("fse.sans-numero");

export function CancelDialog({ fse, onClose }: AboutFSE) {
  const [reason, setReason] = useState("");
  const needed = needsReason(fse);
  const action = useAction(() => act("fse.cancel", { id: fse.id, ...(reason.trim() !== "" && { motif: reason.trim() }) }));
  const cancel = async (): Promise<void> => {
    if ((await action.run()) === undefined) return;
    notify(t("fse.annulee", { numero: nameOf(fse) }));
    onClose();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.retour")}</Button>
      <Button tone="danger" busy={action.busy} disabled={needed && reason.trim() === ""} onClick={() => void cancel()}>{t("fse.annuler")}</Button>
    </>
  );
  return (
    <Dialog title={t("fse.annuler.titre", { numero: nameOf(fse) })} onClose={onClose} actions={actions}>
      <Form onSubmit={() => void cancel()}>
        <p>{t(needed ? "fse.annuler.texte" : "fse.annuler.brouillon")}</p>
        <TextArea
          label={t("fse.motif")}
          span={6}
          value={reason}
          onInput={setReason}
          required={needed}
          hint={t(needed ? "fse.motif.garde" : "champ.facultatif")}
          error={faultAt(action.error, "motif")}
        />
      </Form>
      <ProblemNote error={action.error} />
    </Dialog>
  );
}

export const means = ["carte", "cheque", "especes", "virement"] as const;

/** CollectDialog notes what the patient gave; what is due is proposed. */
export function CollectDialog({ fse, onClose }: AboutFSE) {
  const query = useQuery("fse.get", { id: fse.id });
  const due = query.data?.prix?.total.aRegler;
  const [amount, setAmount] = useState<number | null>();
  const [mean, setMean] = useState<string>("carte");
  const [date, setDate] = useState(today());
  const action = useAction((montant: number) => act("fse.collect", { id: fse.id, montant, moyen: mean, date }));
  const wrong = useStore(held, anyWrong);
  const cents = amount === undefined ? (due ?? null) : amount;
  const note = async (montant: number): Promise<void> => {
    if ((await action.run(montant)) === undefined) return;
    notify(montant === 0 ? t("fse.encaisser.retire") : t("fse.encaisse", { montant: euros(montant) }));
    onClose();
  };
  const save = (): void => void (settle() === undefined && cents !== null && cents > 0 && date !== "" && note(cents));
  const actions = (
    <>
      {(fse.encaisse ?? 0) > 0 && <Button tone="danger" busy={action.busy} onClick={() => void note(0)}>{t("fse.encaisser.retirer")}</Button>}
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={action.busy} disabled={wrong || cents === null || cents <= 0 || date === ""} onClick={save}>{t("fse.encaisser")}</Button>
    </>
  );
  return (
    <Dialog title={t("fse.encaisser.titre", { numero: nameOf(fse) })} onClose={onClose} actions={actions}>
      <Form onSubmit={save}>
        {due !== undefined && <p>{t("fse.du", { montant: euros(due) })} {t("fse.quittance")}</p>}
        <MoneyField label={t("fse.montant")} span={3} value={cents} onChange={setAmount} required error={faultAt(action.error, "montant")} />
        <DateField label={t("fse.date-paiement")} span={3} value={date} onChange={setDate} required error={faultAt(action.error, "date")} />
        <Radios legend={t("fse.moyen")} inline value={mean} onChange={setMean} choices={means.map((m) => ({ value: m, label: t(`moyen.${m}`) }))} />
      </Form>
      <ProblemNote error={query.error ?? action.error} without={(p) => p === "montant" || p === "date"} />
    </Dialog>
  );
}

/** ToPaperDialog ends a draft as a sheet of paper: the last resort. */
export function ToPaperDialog({ fse, onClose }: AboutFSE) {
  const action = useAction(() => act("fse.toPaper", { id: fse.id }));
  const end = async (): Promise<void> => {
    const sheet = await action.run();
    if (sheet === undefined) return;
    notify(t("fse.papier.fait"));
    onClose();
    go("fse", sheet.id); // another FSE, if the draft had a number
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={action.busy} onClick={() => void end()}>{t("fse.papier")}</Button>
    </>
  );
  return (
    <Dialog title={t("fse.papier.titre", { numero: nameOf(fse) })} onClose={onClose} actions={actions}>
      <p>{t("fse.papier.texte")}</p>
      {isRestored(fse) && <p>{restoredText(fse)}</p>}
      <ProblemNote error={action.error} />
    </Dialog>
  );
}

/** Original is what is made again: an FSE of ours, or a reject of another software's. */
export type Original = { readonly id: string } | { readonly retour: string };

/** useRemake begins the new FSE and shows it. */
export function useRemake() {
  const action = useAction((original: Original, mode: "securise" | "degrade") => act("fse.remake", { ...original, mode }));
  const remake = async (original: Original, mode: "securise" | "degrade"): Promise<void> => {
    const made = await action.run(original, mode);
    if (made !== undefined) go("facturer", made.id);
  };
  return { remake, busy: action.busy, error: action.error };
}

export const remakeLabels: Readonly<Record<"securise" | "degrade", PlainKey>> = { securise: "rejets.refaire.vitale", degrade: "rejets.refaire.degrade" };

export function RemakeDialog({ fse, onClose }: AboutFSE) {
  const { remake, busy, error } = useRemake();
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button busy={busy} icon="card" onClick={() => void remake({ id: fse.id }, "securise")}>{t(remakeLabels.securise)}</Button>
      <Button tone="primary" busy={busy} icon="paper" onClick={() => void remake({ id: fse.id }, "degrade")}>{t(remakeLabels.degrade)}</Button>
    </>
  );
  return (
    <Dialog title={t("fse.refaire.titre", { numero: nameOf(fse) })} onClose={onClose} actions={actions}>
      {fse.rejet !== undefined && <p lang="fr">{fse.rejet}</p>}
      <p>{t("rejets.refaire.texte")}</p>
      <ProblemNote error={error} />
    </Dialog>
  );
}
