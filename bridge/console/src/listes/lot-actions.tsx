// What may be done with a lot, in the list and on its own page.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Lot } from "../../../client/src/types";
import { isFree } from "../envoi/way";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { act, call } from "../session";
import { confirm, notify, type MenuItem } from "../ui";
import { ByHandDialog } from "./by-hand";
import { documentsOfLot } from "./can";
import { keep } from "./files";
import { PrintDialog } from "./print-dialog";

export interface LotActions {
  readonly menu: (l: Lot) => readonly MenuItem[];
  readonly close: (l: Lot) => Promise<void>;
  readonly reopen: (l: Lot) => Promise<void>;
  readonly print: (l: Lot) => void;
  readonly busy: boolean;
  readonly error: unknown;
  readonly dialogs: ComponentChildren;
}

/** useLotActions does what is done with lots. dialogs must be shown once by the page. */
export function useLotActions(changed: () => void): LotActions {
  const [asked, setAsked] = useState<{ what: "print" | "by-hand"; lot: Lot }>();
  const moving = useAction((method: "lots.close" | "lots.reopen", id: string) => act(method, { id }));
  const filing = useAction(async (id: string) => {
    const file = await call("lots.b2", { id });
    keep(file.nom, file.fichier);
    notify(t("lots.enregistre", { nom: file.nom }));
  });
  const close = async (l: Lot): Promise<void> => {
    if (!(await confirm({ title: `${t("lots.clore")} ${l.numero}`, text: t("lots.clore.texte"), action: t("lots.clore") }))) return;
    if ((await moving.run("lots.close", l.id)) !== undefined) notify(t("lots.clos", { numero: l.numero }));
    changed();
  };
  const reopen = async (l: Lot): Promise<void> => {
    if (!(await confirm({ title: `${t("lots.rouvrir")} ${l.numero}`, text: t("lots.rouvrir.texte"), action: t("lots.rouvrir") }))) return;
    if ((await moving.run("lots.reopen", l.id)) !== undefined) notify(t("lots.rouvert", { numero: l.numero }));
    changed();
  };
  const print = (lot: Lot): void => setAsked({ what: "print", lot });
  const menu = (l: Lot): readonly MenuItem[] => [
    ...(documentsOfLot(l).length > 0
      ? [
          { label: t("lots.imprimer"), icon: "paper" as const, run: () => print(l) },
          { label: t("papiers.a-la-main"), icon: "pen" as const, run: () => setAsked({ what: "by-hand", lot: l }) },
        ]
      : []),
    ...(l.etat === "ouvert" ? [{ label: t("lots.clore"), icon: "lock" as const, run: () => void close(l) }] : [{ label: t("lots.b2"), icon: "download" as const, run: () => void filing.run(l.id) }]),
    ...(l.etat === "clos" && isFree(l) ? [{ label: t("lots.rouvrir"), icon: "undo" as const, run: () => void reopen(l) }] : []),
  ];
  const dialogs = asked !== undefined && <Asked {...asked} onClose={() => setAsked(undefined)} />;
  return { menu, close, reopen, print, busy: moving.busy || filing.busy, error: moving.error ?? filing.error, dialogs };
}

function Asked({ what, lot, onClose }: { what: "print" | "by-hand"; lot: Lot; onClose: () => void }) {
  const name = t("lots.nom", { numero: lot.numero });
  if (what === "by-hand") return <ByHandDialog lot={lot.id} name={name} onClose={onClose} />;
  return <PrintDialog subject={{ kind: "lot", id: lot.id, name }} documents={documentsOfLot(lot)} onClose={onClose} />;
}
