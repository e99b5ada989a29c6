// What the page has to say: notes in the page, problems of calls, and short notices at its edge.

import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { problemOf } from "../problem";
import { Store, useStore } from "../store";
import { Button, IconButton } from "./button";
import { Icon, type IconName } from "./icon";

export type Tone = "info" | "success" | "warning" | "error";

const icons: Readonly<Record<Tone, IconName>> = { info: "info", success: "check", warning: "warning", error: "warning" };

/** Note stands in the page. One that comes up by itself is told with live. */
export function Note({ tone = "info", title, children, actions, live }: NoteProps) {
  return (
    <div class={`note ${tone}`} role={live === true ? (tone === "error" ? "alert" : "status") : undefined}>
      <Icon name={icons[tone]} />
      <div class="note-text">
        {title !== undefined && <strong>{title}</strong>}
        <div>{children}</div>
      </div>
      {actions !== undefined && <div class="note-actions">{actions}</div>}
    </div>
  );
}

export interface NoteProps {
  readonly tone?: Tone;
  readonly title?: string;
  readonly children: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly live?: boolean;
}

export interface ProblemProps {
  /** Of a call; nothing is shown for undefined. */
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** Issues that stand at their fields already are left out. */
  readonly without?: (chemin: string) => boolean;
}

/** ProblemNote shows a failure with what to do. */
export function ProblemNote({ error, onRetry, without }: ProblemProps) {
  if (error === undefined || error === null) return null;
  const { message, advice, issues } = problemOf(error);
  const rest = issues.filter((i) => without?.(i.chemin) !== true && i.message !== message);
  return (
    <Note tone="error" live actions={onRetry !== undefined && <Button small icon="undo" onClick={onRetry}>{t("action.reessayer")}</Button>}>
      <p lang="fr">{message}</p>
      {rest.length > 0 && <ul lang="fr">{rest.map((i) => <li key={i.code + i.chemin}>{i.message}</li>)}</ul>}
      {advice !== "" && <p>{advice}</p>}
    </Note>
  );
}

interface Notice {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

const notices = new Store<readonly Notice[]>([]);
const heard = new Store("");
const shown = 6_000; // ms; what went wrong stays until it is closed

let last = 0;

/** notify shows a short notice, and tells it. */
export function notify(text: string, tone: Tone = "success"): void {
  const id = ++last;
  notices.set([...notices.get(), { id, tone, text }].slice(-4));
  if (tone !== "error") setTimeout(() => dismiss(id), shown);
}

const dismiss = (id: number): void => notices.set(notices.get().filter((n) => n.id !== id));

/** announce tells something that the screen shows elsewhere: a card came, a page changed. */
export const announce = (text: string): void => heard.set(text);

/** Notices are shown by the frame, once. */
export function Notices() {
  const list = useStore(notices);
  const text = useStore(heard);
  return (
    <>
      <div class="unseen" role="status" aria-live="polite">{text}</div>
      <div class="notices" role="region" aria-label={t("cadre.avis")} aria-live="polite">
        {list.map((n) => (
          <div key={n.id} class={`notice ${n.tone}`}>
            <Icon name={icons[n.tone]} />
            <span>{n.text}</span>
            <IconButton icon="cross" label={t("action.fermer")} onClick={() => dismiss(n.id)} />
          </div>
        ))}
      </div>
    </>
  );
}
