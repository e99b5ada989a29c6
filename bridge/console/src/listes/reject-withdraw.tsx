// Taking back a reject that was noted by mistake.

import { useState } from "preact/hooks";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { faultAt } from "../problem";
import { ReasonField } from "../retours/settle-dialogs";
import { act } from "../session";
import { Button, Dialog, Form, notify, ProblemNote } from "../ui";
import type { RejectRow } from "./rejects";

export function Withdraw({ row, onWithdrawn }: { row: RejectRow; onWithdrawn: () => void }) {
  const [asking, setAsking] = useState(false);
  return (
    <div>
      <Button small tone="quiet" icon="cross" onClick={() => setAsking(true)}>{t("rejets.retirer.suite")}</Button>
      {asking && <WithdrawDialog row={row} onClose={() => setAsking(false)} onWithdrawn={onWithdrawn} />}
    </div>
  );
}

function WithdrawDialog({ row, onClose, onWithdrawn }: { row: RejectRow; onClose: () => void; onWithdrawn: () => void }) {
  const [reason, setReason] = useState("");
  const action = useAction(() => act("returns.withdraw", { id: row.retour, motif: reason.trim() }));
  const save = async (): Promise<void> => {
    if (reason.trim() === "" || (await action.run()) === undefined) return;
    notify(t("rejets.retire"));
    onClose();
    onWithdrawn();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="danger" busy={action.busy} disabled={reason.trim() === ""} onClick={() => void save()}>{t("rejets.retirer")}</Button>
    </>
  );
  return (
    <Dialog title={t("rejets.retirer.titre", { numero: row.numero })} onClose={onClose} actions={actions}>
      <p>{t("rejets.retirer.texte")}</p>
      <Form onSubmit={() => void save()}>
        <ReasonField value={reason} onInput={setReason} error={faultAt(action.error, "motif")} />
      </Form>
      <ProblemNote error={action.error} without={(path) => path.endsWith("motif")} />
    </Dialog>
  );
}
