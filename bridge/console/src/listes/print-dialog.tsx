// Printing a document: on a printer of the workstation, which notes it, or from the browser,
// where the user says that it is done.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Job, Printer } from "../../../client/src/types";
import { useAction, useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { faultAt } from "../problem";
import { act, job } from "../session";
import { Button, Dialog, Note, notify, ProblemNote, Radios, Select } from "../ui";
import { ByHand } from "./by-hand";
import { isFollowed, type DocumentName } from "./can";
import { documentOf, show, type Subject } from "./files";

export interface PrintProps {
  readonly subject: Subject;
  /** What can be printed of it, the one that is proposed first. */
  readonly documents: readonly DocumentName[];
  readonly onClose: () => void;
}

export function PrintDialog({ subject, documents, onClose }: PrintProps) {
  const [chosen, setChosen] = useState(documents[0]);
  const [printer, setPrinter] = useState("");
  const printers = useQuery("print.printers", {});
  const local = useLocalPrint(subject, onClose);
  const browser = useBrowserPrint(subject, onClose);
  if (chosen === undefined) return null;
  const list = printers.data?.imprimantes ?? [];
  const busy = local.busy || browser.busy;
  return (
    <Dialog
      title={t("imprimer.titre", { nom: subject.name })}
      onClose={onClose}
      actions={
        <>
          <Button icon="paper" tone={list.length === 0 ? "primary" : "plain"} busy={browser.opening} disabled={busy && !browser.opening} onClick={() => void browser.open(chosen)}>{t("imprimer.navigateur")}</Button>
          {list.length > 0 && (
            <Button tone="primary" icon="paper" busy={local.busy} disabled={browser.busy} onClick={() => void local.print(chosen, printer)}>{t("imprimer.poste")}</Button>
          )}
        </>
      }
    >
      <div class="stack">
        {documents.length > 1 && (
          <Radios legend={t("imprimer.document")} value={chosen} onChange={(v) => setChosen(v as DocumentName)} choices={documents.map((d) => ({ value: d, label: t(`imprimer.${d}`) }))} />
        )}
        <Printers list={list} value={printer} onChange={setPrinter} fault={printers.data?.probleme} loading={printers.loading} error={faultAt(local.error, "imprimante")} />
        <ProblemNote error={printers.error} onRetry={printers.reload} />
        {local.progress !== undefined && <Progress job={local.progress} onCancel={local.cancel} />}
        <ProblemNote error={local.error ?? browser.error} />
        {browser.opened && isFollowed(chosen) && (
          <Note title={t("imprimer.ouvert")} live actions={<Button tone="primary" small busy={browser.marking} onClick={() => void browser.mark()}>{t("imprimer.fait")}</Button>}>
            {t(chosen === "bordereau" ? "imprimer.ouvert.bordereau" : "imprimer.ouvert.texte")}
          </Note>
        )}
        {subject.kind === "lot" && (local.error !== undefined || printers.data?.probleme !== undefined) && <ByHand lot={subject.id} />}
      </div>
    </Dialog>
  );
}

interface PrintersProps {
  readonly list: readonly Printer[];
  readonly value: string;
  readonly onChange: (name: string) => void;
  readonly fault: string | undefined;
  readonly loading: boolean;
  readonly error: string;
}

function Printers({ list, value, onChange, fault, loading, error }: PrintersProps) {
  if (list.length === 0) {
    return loading ? <p class="hint" role="status">{t("imprimer.cherche")}</p> : <Note tone="warning" title={t("imprimer.aucune")}><span lang="fr">{fault ?? t("imprimer.aucune.texte")}</span></Note>;
  }
  const label = (p: Printer): string => t("imprimer.imprimante.ligne", { nom: p.nom, etat: tOr(`imprimante.${p.etat}`, p.etat) });
  const stopped = list.find((p) => p.nom === value && p.etat === "arretee");
  return (
    <Select
      label={t("imprimer.imprimante")}
      span={6}
      value={value}
      onChange={onChange}
      error={error}
      empty={t("imprimer.imprimante.cabinet")}
      choices={list.map((p) => ({ value: p.nom, label: label(p) }))}
      {...(stopped?.detail !== undefined && { hint: stopped.detail })}
    />
  );
}

const Progress = ({ job: j, onCancel }: { job: Job; onCancel: () => void }) => (
  <div class="row" role="status">
    <progress max={Math.max(1, j.total)} value={j.done} aria-label={t("imprimer.encours")} /> {t("imprimer.encours")}
    <Button small onClick={onCancel}>{t("imprimer.arreter")}</Button>
  </div>
);

/** useLocalPrint prints on a printer of the workstation; the daemon notes the papers as printed. */
function useLocalPrint(subject: Subject, done: () => void) {
  const [progress, setProgress] = useState<Job>();
  const stop = useRef<AbortController | undefined>(undefined);
  const shown = useRef(true);
  useEffect(() => () => void (shown.current = false), []);
  const action = useAction(async (document: DocumentName, printer: string) => {
    stop.current = new AbortController();
    try {
      const params = { id: subject.id, document, ...(printer !== "" && { imprimante: printer }) };
      return await job(act("print.job", params), { onProgress: setProgress, signal: stop.current.signal });
    } finally {
      setProgress(undefined);
    }
  });
  const print = async (document: DocumentName, printer: string): Promise<void> => {
    const ended = await action.run(document, printer);
    if (ended === undefined) return;
    const { result, state } = ended;
    if (state === "cancelled") return notify(t("imprimer.arrete"), "info");
    notify(result === undefined ? t("imprimer.envoye") : t("imprimer.imprime", { n: result.pages, imprimante: result.imprimante }));
    if (shown.current) done(); // else the dialog was closed meanwhile, and another may be open
  };
  return { print, cancel: () => stop.current?.abort(), progress, busy: action.busy, error: action.error };
}

/** useBrowserPrint opens the document in a tab; once it came out the user notes that. */
function useBrowserPrint(subject: Subject, done: () => void) {
  const [opened, setOpened] = useState(false);
  const making = useAction(async (document: DocumentName) => show(await documentOf(subject, document)));
  const marking = useAction(() => act("print.mark", { ids: [subject.id], etat: "imprime" }));
  const open = async (document: DocumentName): Promise<void> => {
    const shown = await making.run(document);
    if (shown === undefined) return;
    setOpened(true);
    if (!shown) notify(t("imprimer.enregistre"), "info");
  };
  const mark = async (): Promise<void> => {
    if ((await marking.run()) === undefined) return;
    notify(t("papiers.note"));
    done();
  };
  return { open, mark, opened, opening: making.busy, marking: marking.busy, busy: making.busy || marking.busy, error: making.error ?? marking.error };
}
