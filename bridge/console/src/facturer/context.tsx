// What every part of the page needs: the draft, how to change it, and what stands against it.

import { createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import type { Draft } from "../../../client/src/types";
import { t } from "../i18n";
import { useStore } from "../store";
import { held } from "../ui";
import { isUnsigned, type Editing, type Editor } from "./editor";
import { faultsOf, fieldPaths, freeIssues, heldIssues, stepOf, type Faults } from "./issues";

/** PatientWay is how a patient is entered: typed, taken from an earlier FSE, or asked of the payer. */
export type PatientWay = "saisie" | "ancienne" | "adri";

export interface Work extends Editing {
  readonly editor: Editor;
  readonly faults: Faults;
  /** Whether the draft may be changed. */
  readonly open: boolean;
  /** Whether it is another program's draft: it is changed there, and may be signed here. */
  readonly foreign: boolean;
  /** field ties a field to the path that it stands for, and to others that have no field of their own. */
  readonly field: (path: string, ...others: string[]) => { readonly path: string; readonly error: string; readonly warning: string };
  readonly edit: (change: (d: Draft) => Draft) => void;
  /** Whether the form of the patient is shown instead of the summary. */
  readonly typing: boolean;
  /** How the patient is entered there. */
  readonly way: PatientWay;
  readonly setWay: (way: PatientWay) => void;
  /** toActs is what one goes on with once the patient is known. */
  readonly toActs: () => void;
  /** goTo shows and focuses the field of a path. */
  readonly goTo: (path: string) => void;
}

const Context = createContext<Work | null>(null);

export const Provider = Context.Provider;

/** useWork is the draft of the page. */
export function useWork(): Work {
  const work = useContext(Context);
  if (work === null) throw new Error("useWork outside of the page");
  return work;
}

export interface Mode {
  readonly tried: boolean;
  readonly typing: boolean;
  readonly setTyping: (typing: boolean) => void;
  readonly way: PatientWay;
  readonly setWay: (way: PatientWay) => void;
}

/** useWorkOf makes the context of an editor. */
export function useWorkOf(editor: Editor, { tried, typing, setTyping, way, setWay }: Mode): Work {
  const now = useStore(editor.state);
  const typed = useStore(held);
  const faults = useMemo(() => {
    const errors = [...heldIssues(typed, t("champ.a-finir")), ...(now.answer?.erreurs ?? [])];
    const warnings = [...freeIssues(now.answer?.prix ?? null, t("facturer.zero")), ...(now.answer?.avertissements ?? [])];
    return faultsOf(errors, warnings, tried);
  }, [now.answer, tried, typed]);
  return {
    ...now, editor, faults, typing, way, setWay,
    open: editor.takes(now.fse),
    foreign: now.fse !== null && isUnsigned(now.fse) && !editor.takes(now.fse),
    field: (path, ...others) => ({ path, error: faults.at(path, ...others), warning: faults.doubt(path, ...others) }),
    edit: (change) => editor.edit(change),
    toActs: () => {
      setTyping(false);
      setTimeout(() => focusField("actes"));
    },
    goTo: (path) => {
      if (stepOf(path) === "patient") {
        setTyping(true);
        setWay("saisie"); // the fields are there
      }
      setTimeout(() => focusField(path)); // once the form is there
    },
  };
}

/** focusField puts the focus in the control that stands for a path, or for the nearest part of it. */
export function focusField(path: string): void {
  for (const p of fieldPaths(path)) {
    const place = document.querySelector(`[data-path="${CSS.escape(p)}"]`) ?? document.querySelector(`[data-path^="${CSS.escape(p)}"]`);
    const control = place?.matches(controls) === true ? place : place?.querySelector(controls);
    if (control instanceof HTMLElement) {
      control.focus();
      control.scrollIntoView({ block: "center" });
      return;
    }
  }
}

const controls = "input:not(:disabled):not([aria-hidden]), select:not(:disabled), textarea:not(:disabled), button:not(:disabled)";
