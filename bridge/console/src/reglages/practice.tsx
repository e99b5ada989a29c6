// The settings of one practice, all its parts and the bar that keeps them.

import { useEffect, useRef } from "preact/hooks";
import type { Cabinet } from "../../../client/src/types";
import { t } from "../i18n";
import { useShortcut } from "../shortcuts";
import { Button, notify, ProblemNote } from "../ui";
import { Address, Payers } from "./addresses";
import { within } from "./cabinet";
import { Contacts } from "./contacts";
import { useEditor } from "./editor";
import { Identity } from "./identity";
import { Closing, Printing } from "./work";

export interface PracticeProps {
  readonly cabinet: Cabinet;
  /** Whether the daemon has it already as it is. */
  readonly kept: boolean;
  readonly onSaved?: () => void;
}

export function Practice({ cabinet, kept, onSaved }: PracticeProps) {
  const editor = useEditor(cabinet, kept);
  const box = useRef<HTMLDivElement>(null);
  const refused = useRef(false);
  useEffect(() => { // what stands against it may be known only after the refusal
    const wrong = refused.current ? box.current?.querySelector<HTMLElement>("[aria-invalid]") : null;
    if (wrong == null) return;
    refused.current = false;
    wrong.focus();
  });
  const save = async (): Promise<void> => {
    refused.current = false;
    if (await editor.save()) {
      notify(t("reglages.garde"));
      onSaved?.();
    } else refused.current = true;
  };
  useShortcut("Ctrl+s", "action.enregistrer", () => void save());
  return (
    <div class="stack" ref={box}>
      <Identity editor={editor} />
      <div class="columns">
        <Address editor={editor} />
        <Closing editor={editor} />
      </div>
      <Payers editor={editor} />
      <Printing editor={editor} />
      <Contacts editor={editor} />
      <ProblemNote error={editor.error} without={(chemin) => atField(chemin) || (editor.asksNumber && within(chemin, "numeroAM"))} />
      <div class="save-bar">
        <span class="hint">{editor.changed ? t("reglages.change") : t("reglages.ajour")}</span>
        <Button tone="primary" icon="check" keys="Ctrl+S" busy={editor.saving} onClick={() => void save()}>{t("action.enregistrer")}</Button>
      </div>
    </div>
  );
}

/** What the card says has no field here; all else does. */
const ofCard = ["numeroAM", "rpps", "nom", "prenom", "exercice"] as const;

const atField = (chemin: string): boolean => !ofCard.some((field) => within(chemin, field));
