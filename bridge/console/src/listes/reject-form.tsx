// A reject that was read elsewhere: on Espace Pro, in a letter, or for an FSE of another software.

import { useState } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { day, today } from "../format";
import { useAction, useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { faultAt } from "../problem";
import { act } from "../session";
import { useStore } from "../store";
import { anyWrong, Button, DateField, Dialog, Form, held, notify, ProblemNote, Radios, settle, TextArea, TextField } from "../ui";
import { isNumber, mayBeRejected } from "./rejects";

const shownAtField = (path: string): boolean => ["numero", "date", "libelle"].includes(path.replace(/^\//, ""));

export function RejectForm({ onClose, onNoted }: { onClose: () => void; onNoted: () => void }) {
  const [whose, setWhose] = useState("ici");
  const [numero, setNumero] = useState("");
  const [date, setDate] = useState(today());
  const [label, setLabel] = useState("");
  const [chosen, setChosen] = useState("");
  const found = useQuery("fse.list", whose === "ici" && isNumber(numero) ? { all: true, beneficiaires: true, numero } : null);
  const list = whose === "ici" && isNumber(numero) ? (found.data?.fse ?? []) : [];
  const fse = list.find((f) => f.id === chosen) ?? (list.length === 1 ? list[0] : undefined);
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
        <TextField label={t("rejets.numero")} span={3} value={numero} onInput={(v) => setNumero(v.replace(/\D/g, ""))} onBlur={() => setNumero((n) => (n === "" ? n : n.padStart(9, "0")))} inputMode="numeric" maxLength={9} mono required hint={t("rejets.numero.forme")} error={faultAt(action.error, "numero")} />
        <DateField label={t("rejets.date")} span={3} value={date} onChange={setDate} required error={future ? t("rejets.date.future") : faultAt(action.error, "date")} />
        {whose === "ici" && isNumber(numero) && found.data !== undefined && <Found list={list} chosen={fse?.id ?? ""} onChoose={setChosen} />}
        {fse !== undefined && !mayBeRejected(fse) && <p class="fault" role="status">{t("rejets.pas-envoyee")}</p>}
        <TextArea label={t("rejets.libelle")} span={6} rows={2} value={label} onInput={setLabel} required hint={t("rejets.libelle.aide")} error={faultAt(action.error, "libelle")} />
      </Form>
      <ProblemNote error={found.error ?? action.error} without={shownAtField} />
    </Dialog>
  );
}

/** Found are the FSE with that number: each professional of a practice has numbers of their own. */
function Found({ list, chosen, onChoose }: { list: readonly FSESummary[]; chosen: string; onChoose: (id: string) => void }) {
  if (list.length === 0) return <p class="fault" role="status">{t("rejets.inconnue")}</p>;
  const text = (f: FSESummary): string => [f.beneficiaire ?? "", day(f.dateSoins), tOr(`etat.${f.etat}`, f.etat)].filter((s) => s !== "").join(" · ");
  const [only] = list;
  if (list.length === 1 && only !== undefined) return <p role="status">{text(only)}</p>;
  return <Radios legend={t("rejets.laquelle")} value={chosen} onChange={onChoose} choices={list.map((f) => ({ value: f.id, label: text(f) }))} />;
}
