// Dialogs: the browser's own <dialog>, which holds the focus and gives it back.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n";
import { Store, useStore } from "../store";
import { Button, IconButton } from "./button";

export interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  /** Buttons, the one that goes on last. */
  readonly actions?: ComponentChildren;
  readonly size?: "small" | "medium" | "large";
}

/** Dialog is open as long as it is shown. Escape and the cross close it. The focus starts where one goes on. */
export function Dialog({ title, onClose, children, actions, size = "medium" }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    if (dialog.current !== null) startOf(dialog.current)?.focus();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const left = (): void => close.current(); // Back leaves what the dialog was about
    addEventListener("hashchange", left);
    return () => removeEventListener("hashchange", left);
  }, []);
  const cancel = (e: Event): void => {
    e.preventDefault(); // whoever shows it decides
    onClose();
  };
  return (
    <dialog ref={dialog} class={`dialog ${size}`} aria-labelledby={id} onCancel={cancel}>
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="cross" label={t("action.fermer")} onClick={onClose} />
      </header>
      <div class="dialog-body">{children}</div>
      {actions !== undefined && <footer>{actions}</footer>}
    </dialog>
  );
}

/**
 * startOf is the first field, of radio buttons the one that is chosen; without a field the button
 * that goes on. Where that one destroys something it is the way back, and so it is while it can't be pressed.
 */
function startOf(dialog: HTMLElement): HTMLElement | null {
  const field = "input:not(:disabled), select:not(:disabled), textarea:not(:disabled)";
  const first = dialog.querySelector<HTMLElement>(`.dialog-body :is(${field})`);
  const chosen = first?.matches("[type=radio]") === true ? dialog.querySelector<HTMLElement>("[type=radio]:checked") : null;
  return chosen ?? first ?? dialog.querySelector<HTMLElement>("footer .primary:not(:disabled)") ?? dialog.querySelector<HTMLElement>("footer button:not(:disabled)");
}

export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** What the button that goes on says. */
  readonly action: string;
  readonly danger?: boolean;
}

interface Asked extends Question {
  readonly answer: (yes: boolean) => void;
}

const asked = new Store<Asked | null>(null);

/** confirm asks the user; false when they would rather not. */
export function confirm(question: Question): Promise<boolean> {
  asked.get()?.answer(false);
  return new Promise((resolve) => {
    asked.set({
      ...question,
      answer: (yes) => {
        asked.set(null);
        resolve(yes);
      },
    });
  });
}

/** Confirm shows the question of confirm; the frame has one. */
export function Confirm() {
  const question = useStore(asked);
  if (question === null) return null;
  const { title, text, action, danger, answer } = question;
  return (
    <Dialog
      title={title}
      size="small"
      onClose={() => answer(false)}
      actions={
        <>
          <Button onClick={() => answer(false)}>{t("action.annuler")}</Button>
          <Button tone={danger === true ? "danger" : "primary"} onClick={() => answer(true)}>{action}</Button>
        </>
      }
    >
      {text}
    </Dialog>
  );
}
