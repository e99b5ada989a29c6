// What is asked before a return is settled by hand.

import { useState } from "preact/hooks";
import type { Return } from "../../../client/src/types";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { NumberField, useFSEByNumber } from "../listes/find-fse";
import { faultAt } from "../problem";
import { act } from "../session";
import { Button, Dialog, Form, notify, ProblemNote, TextArea } from "../ui";
import { textOf } from "./fse-answers";

const mostReason = 200; // characters, as the daemon has it

export interface SettleProps {
  readonly r: Return;
  readonly onClose: () => void;
  readonly onSettled: () => void;
}

/** MatchDialog says which FSE a return is about; the number that it names is tried first. */
export function MatchDialog({ r, onClose, onSettled }: SettleProps) {
  const [numero, setNumero] = useState(r.numero ?? "");
  const found = useFSEByNumber(numero);
  const action = useAction((fse: string) => act("returns.reconcile", { id: r.id, fse }));
  const save = async (): Promise<void> => {
    if (found.fse === undefined || (await action.run(found.fse.id)) === undefined) return;
    notify(t("retours.rapproche", { numero }));
    onSettled();
    onClose();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={action.busy} disabled={found.fse === undefined} onClick={() => void save()}>{t("retours.rapprocher")}</Button>
    </>
  );
  return (
    <Dialog title={t("retours.rapprocher.titre")} onClose={onClose} actions={actions}>
      <p>{textOf(r)}</p>
      <Form onSubmit={() => void save()}>
        <NumberField value={numero} onInput={setNumero} error={faultAt(action.error, "fse")} />
        {found.view}
      </Form>
      <p class="hint">{t("retours.rapprocher.texte")}</p>
      <ProblemNote error={found.error ?? action.error} />
    </Dialog>
  );
}

/** DismissDialog puts a return away; nothing changes but that it no longer waits. */
export function DismissDialog({ r, onClose, onSettled }: SettleProps) {
  const [reason, setReason] = useState("");
  const action = useAction(() => act("returns.dismiss", { id: r.id, motif: reason.trim() }));
  const save = async (): Promise<void> => {
    if (reason.trim() === "" || (await action.run()) === undefined) return;
    notify(t("retours.classe"));
    onSettled();
    onClose();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={action.busy} disabled={reason.trim() === ""} onClick={() => void save()}>{t("retours.classer")}</Button>
    </>
  );
  return (
    <Dialog title={t("retours.classer.titre")} onClose={onClose} actions={actions}>
      <p>{textOf(r)}</p>
      <Form onSubmit={() => void save()}>
        <ReasonField value={reason} onInput={setReason} error={faultAt(action.error, "motif")} />
      </Form>
      <p class="hint">{t("retours.classer.texte")}</p>
      <ProblemNote error={action.error} without={(path) => path.endsWith("motif")} />
    </Dialog>
  );
}

/** ReasonField is one line that is kept; what is beyond the daemon's bound is not taken. */
export const ReasonField = ({ value, onInput, error }: { value: string; onInput: (v: string) => void; error: string }) => (
  <TextArea label={t("retours.motif")} span={6} rows={2} value={value} onInput={(v) => onInput([...v.replace(/\s+/g, " ")].slice(0, mostReason).join(""))} required hint={t("retours.motif.garde")} error={error} />
);
