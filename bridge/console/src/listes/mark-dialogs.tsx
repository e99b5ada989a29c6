// What is asked before papers are noted as signed or as on their way.

import { useState } from "preact/hooks";
import type { Paper } from "../../../client/src/types";
import { day, today } from "../format";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { act } from "../session";
import { useStore } from "../store";
import { anyWrong, Button, Checkbox, DateField, Dialog, Form, held, notify, ProblemNote, settle } from "../ui";
import { marks, type PaperState } from "./papers";

/** useMark moves papers on, one call after the other. */
export function useMark(done: () => void) {
  const action = useAction(async (calls: ReturnType<typeof marks>) => {
    for (const call of calls) await act("print.mark", call);
    return true;
  });
  const mark = async (calls: ReturnType<typeof marks>): Promise<void> => {
    if ((await action.run(calls)) === undefined) return;
    notify(t("papiers.note"));
    done();
  };
  return { mark, busy: action.busy, error: action.error };
}

export interface MarkProps {
  readonly papers: readonly Paper[];
  readonly to: PaperState;
  readonly onClose: () => void;
}

export const MarkDialog = (p: MarkProps) => (p.to === "signe" ? <SignedDialog {...p} /> : <AwayDialog {...p} />);

function SignedDialog({ papers, to, onClose }: MarkProps) {
  const sheets = papers.filter((p) => p.type !== "bordereau");
  const all: ReadonlySet<string> = new Set(sheets.map((p) => p.id));
  const [signed, setSigned] = useState(all);
  const { mark, busy, error } = useMark(onClose);
  const set = (id: string, yes: boolean): void => setSigned(new Set(yes ? [...signed, id] : [...signed].filter((one) => one !== id)));
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={busy} onClick={() => void mark(marks(papers, to, { signed }))}>{t("papiers.signe.noter")}</Button>
    </>
  );
  return (
    <Dialog title={t("papiers.signe.titre")} onClose={onClose} actions={actions}>
      {sheets.length > 0 && <p>{t("papiers.signe.texte")}</p>}
      {sheets.length > 1 && <Checkbox label={<strong>{t("papiers.signe.tous")}</strong>} checked={signed.size === sheets.length} onChange={(yes) => setSigned(yes ? all : new Set())} />}
      <div class="sheets-signed">
        {sheets.map((p) => <Checkbox key={p.id} label={nameOf(p)} checked={signed.has(p.id)} onChange={(yes) => set(p.id, yes)} />)}
      </div>
      <ProblemNote error={error} />
    </Dialog>
  );
}

function AwayDialog({ papers, to, onClose }: MarkProps) {
  const [date, setDate] = useState(today());
  const { mark, busy, error } = useMark(onClose);
  const wrong = useStore(held, anyWrong);
  const future = date > today();
  const save = (): void => void (settle() === undefined && date !== "" && !future && mark(marks(papers, to, { date })));
  const posted = to === "poste";
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={busy} disabled={wrong || date === "" || future} onClick={save}>{t(posted ? "papiers.poste.noter" : "papiers.scanne.noter")}</Button>
    </>
  );
  return (
    <Dialog title={t(posted ? "papiers.poste.titre" : "papiers.scanne.titre")} size="small" onClose={onClose} actions={actions}>
      <Form onSubmit={save}>
        <p>{t("papiers.n", { n: papers.length })}</p>
        <DateField label={t(posted ? "papiers.date.poste" : "papiers.date.scanne")} span={6} value={date} onChange={setDate} required error={future ? t("papiers.date.future") : ""} />
      </Form>
      <ProblemNote error={error} />
    </Dialog>
  );
}

/** nameOf is a paper as the user knows it. */
export function nameOf(p: Paper): string {
  const name = p.type === "bordereau" ? t("papiers.bordereau") : p.type === "papier" ? t("papiers.fsp.feuille") : t("papiers.feuille", { numero: p.numero });
  const care = p.dateSoins === undefined ? "" : t("papiers.soins", { jour: day(p.dateSoins) });
  return [name, p.beneficiaire ?? "", care].filter((s) => s !== "").join(" · ");
}
