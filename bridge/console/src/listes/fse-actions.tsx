// What may be done with an FSE of a list, by button, by right click and by key, and the
// dialogs that it takes.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { t } from "../i18n";
import { go } from "../route";
import type { MenuItem } from "../ui";
import { canCancel, canCollect, canGoToPaper, canRemake, canSign, documentsOf, isUnsigned } from "./can";
import { CancelDialog, CollectDialog, RemakeDialog, ToPaperDialog } from "./fse-dialogs";
import { PrintDialog } from "./print-dialog";

type Asked = "print" | "collect" | "cancel" | "remake" | "paper";

export interface FSEActions {
  /** Of the row's menu; what can't be done now is left out, and so is opening what is shown already. */
  readonly menu: (f: FSESummary, shown?: boolean) => readonly MenuItem[];
  readonly ask: (what: Asked, f: FSESummary) => void;
  readonly dialogs: ComponentChildren;
}

export interface FSEActionsProps {
  readonly onOpen?: (f: FSESummary) => void;
  readonly onSign?: (f: FSESummary) => void;
}

/** useFSEActions is the menu of an FSE. dialogs must be shown once by the page. */
export function useFSEActions({ onOpen, onSign }: FSEActionsProps): FSEActions {
  const [asked, setAsked] = useState<{ what: Asked; fse: FSESummary }>();
  const ask = (what: Asked, fse: FSESummary): void => setAsked({ what, fse });
  const menu = (f: FSESummary, shown = false): readonly MenuItem[] => [
    ...(onOpen === undefined || shown ? [] : [{ label: t("action.ouvrir"), icon: "right" as const, run: () => onOpen(f) }]),
    ...(isUnsigned(f) ? [{ label: t("action.modifier"), icon: "pen" as const, run: () => go("facturer", f.id) }] : []),
    ...(onSign !== undefined && canSign(f) ? [{ label: t("action.signer"), icon: "key" as const, run: () => onSign(f) }] : []),
    ...(documentsOf(f).length > 0 ? [{ label: t("fse.imprimer"), icon: "paper" as const, run: () => ask("print", f) }] : []),
    ...(canCollect(f) ? [{ label: t("fse.encaisser.suite"), icon: "takings" as const, run: () => ask("collect", f) }] : []),
    ...(canRemake(f) ? [{ label: t("fse.refaire"), icon: "undo" as const, run: () => ask("remake", f) }] : []),
    ...(canGoToPaper(f) ? [{ label: t("fse.papier.suite"), icon: "invoice" as const, run: () => ask("paper", f) }] : []),
    ...(canCancel(f) ? [{ label: t("fse.annuler.suite"), icon: "cross" as const, danger: true, run: () => ask("cancel", f) }] : []),
  ];
  const close = (): void => setAsked(undefined);
  return { menu, ask, dialogs: asked !== undefined && <Asked what={asked.what} fse={asked.fse} onClose={close} /> };
}

function Asked({ what, fse, onClose }: { what: Asked; fse: FSESummary; onClose: () => void }) {
  if (what === "cancel") return <CancelDialog fse={fse} onClose={onClose} />;
  if (what === "collect") return <CollectDialog fse={fse} onClose={onClose} />;
  if (what === "paper") return <ToPaperDialog fse={fse} onClose={onClose} />;
  if (what === "remake") return <RemakeDialog fse={fse} onClose={onClose} />;
  const name = t("fse.nom", { numero: fse.numero ?? t("fse.sans-numero") });
  return <PrintDialog subject={{ kind: "fse", id: fse.id, name }} documents={documentsOf(fse)} onClose={onClose} />;
}
