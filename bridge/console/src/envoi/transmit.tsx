// Sending lots: what is under way, and what became of each.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Error as Fault, TransmitResult } from "../../../client/src/types";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { problemOf } from "../problem";
import { act, job } from "../session";
import { Note, notify, ProblemNote } from "../ui";
import { useMail } from "./mail-note";
import { outcomeOf } from "./way";

export interface Transmitting {
  /** Sends lots; none: all that are closed and wait. */
  readonly send: (ids: readonly string[]) => Promise<void>;
  readonly busy: boolean;
  readonly view: ComponentChildren;
}

/** useTransmit sends. changed is called at the end, whatever it was. */
export function useTransmit(changed: () => void): Transmitting {
  const [under, setUnder] = useState<{ done: number; total: number }>();
  const [failed, setFailed] = useState<readonly Fault[]>([]);
  const mail = useMail();
  const action = useAction(async (ids: readonly string[]) => {
    try {
      return await job(act("lots.transmit", ids.length === 0 ? {} : { lots: ids }), { onProgress: ({ done, total }) => setUnder({ done, total }) });
    } catch (error) {
      tellNone(error);
      throw error;
    }
  });
  const send = async (ids: readonly string[]): Promise<void> => {
    setUnder({ done: 0, total: ids.length });
    setFailed([]);
    const ended = await action.run(ids);
    setUnder(undefined);
    if (ended?.result !== undefined) {
      tell(ended.result);
      setFailed((ended.result.echecs ?? []).map((f) => f.erreur));
    }
    changed();
  };
  const isNew = (f: Pick<Fault, "code" | "message">): boolean => !isStuckBy(f.code) && f.message !== mail?.probleme?.message;
  const messages = [...new Set(failed.filter(isNew).map((f) => f.message))];
  const view = (
    <>
      {under !== undefined && <Progress {...under} />}
      {action.error !== undefined && isNew(problemOf(action.error)) && <ProblemNote error={action.error} />}
      {messages.length > 0 && <Note tone="error" live><ul lang="fr">{messages.map((message) => <li key={message}>{message}</li>)}</ul></Note>}
    </>
  );
  return { send, busy: action.busy, view };
}

/** isStuckBy: the lot itself asks for a decision, and says why. */
const isStuckBy = (code: string): boolean => code === "ENVOI_INDECIS" || code === "SERVEUR_REFUSE";

/** tellNone tells that no lot has left; the page says why, once. */
function tellNone(error: unknown): void {
  const { code, retryable } = problemOf(error);
  if (isStuckBy(code)) notify(t("envoi.aucun.bloque"), "warning");
  else if (retryable && code.startsWith("SERVEUR_")) notify(t("envoi.aucun.attend"), "warning");
}

function tell({ envois, echecs = [] }: TransmitResult): void {
  const { sent, waiting, stuck } = outcomeOf(envois);
  if (sent > 0) notify(t("envoi.partis", { n: sent }));
  if (waiting > 0) notify(t("envoi.attendent", { n: waiting }), "info");
  if (stuck > 0) notify(t("envoi.bloques", { n: stuck }), "warning");
  if (envois.length + echecs.length === 0) notify(t("envoi.rien"), "info");
}

const Progress = ({ done, total }: { done: number; total: number }) => (
  <Note live title={t("envoi.en-cours")}>
    <progress {...(total > 0 && { max: total, value: done })} aria-label={t("envoi.en-cours")} /> {total > 0 && t("envoi.progres", { done, total })}
  </Note>
);
