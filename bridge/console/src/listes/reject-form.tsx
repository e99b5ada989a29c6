// A reject that was read elsewhere: on Espace Pro, in a letter, or for an FSE of another software.

import { useState } from "preact/hooks";
import { today } from "../format";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { faultAt } from "../problem";
import { act } from "../session";
import { useStore } from "../store";
import { anyWrong, Button, DateField, Dialog, Form, held, notify, ProblemNote, Radios, settle, TextArea } from "../ui";
import { NumberField, useFSEByNumber } from "./find-fse";
import { isNumber, mayBeRejected } from "./rejects";

const shownAtField = (path: string): boolean => ["numero", "date", "libelle"].includes(path.replace(/^\//, ""));

export function RejectForm({ onClose, onNoted }: { onClose: () => void; onNoted: () => void }) {
  const [whose, setWhose] = useState("ici");
  const [numero, setNumero] = useState("");
  const [date, setDate] = useState(today());
  const [label, setLabel] = useState("");
  const found = useFSEByNumber(whose === "ici" ? numero : "");
  const { fse } = found;
  const action = useAction(() => act("returns.reject", { date, libelle: label.trim(), ...(whose === "ici" ? { fse: fse?.id ?? "" } : { numero }) }));
  const wrong = useStore(held, anyWrong);
  const future = date > today();
  const ready = !wrong && label.trim() !== "" && date !== "" && !future && (whose === "ici" ? fse !== undefined && mayBeRejected(fse) : isNumber(numero));
  const save = async (): Promise<void> => {
    if (settle() !== undefined || !ready || (await action.run()) === undefined) return;
    notify(t("rejets.note"));
    onNoted();
    onClose();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={action.busy} disabled={!ready} onClick={() => void save()}>{t("rejets.noter")}</Button>
    </>
  );
  return (
    <Dialog title={t("rejets.saisir")} onClose={onClose} actions={actions}>
      <Form onSubmit={() => void save()}>
        <Radios legend={t("rejets.de")} inline value={whose} onChange={setWhose} choices={[{ value: "ici", label: t("rejets.ici") }, { value: "autre", label: t("rejets.autre") }]} />
        <NumberField value={numero} onInput={setNumero} error={faultAt(action.error, "numero")} />
        <DateField label={t("rejets.date")} span={3} value={date} onChange={setDate} required error={future ? t("rejets.date.future") : faultAt(action.error, "date")} />
        {found.view}
        {fse !== undefined && !mayBeRejected(fse) && <p class="fault" role="status">{t("rejets.pas-envoyee")}</p>}
        <TextArea label={t("rejets.libelle")} span={6} rows={2} value={label} onInput={setLabel} required hint={t("rejets.libelle.aide")} error={faultAt(action.error, "libelle")} />
      </Form>
      <ProblemNote error={found.error ?? action.error} without={shownAtField} />
    </Dialog>
  );
}
