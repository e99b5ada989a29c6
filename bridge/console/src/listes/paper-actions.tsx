// What may be done with papers, and the dialogs that it takes.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Paper } from "../../../client/src/types";
import { t } from "../i18n";
import { href } from "../route";
import type { MenuItem } from "../ui";
import { ByHandDialog } from "./by-hand";
import type { DocumentName } from "./can";
import type { Subject } from "./files";
import { MarkDialog, useMark } from "./mark-dialogs";
import { backward, forward, marks, type PaperState } from "./papers";
import { PrintDialog } from "./print-dialog";

type Asked =
  | { readonly what: "print"; readonly subject: Subject; readonly documents: readonly DocumentName[] }
  | { readonly what: "mark"; readonly papers: readonly Paper[]; readonly to: PaperState }
  | { readonly what: "by-hand"; readonly lot: string; readonly name: string };

export interface PaperActions {
  readonly print: (subject: Subject, documents: readonly DocumentName[]) => void;
  readonly byHand: (lot: string, name: string) => void;
  /** Notes that papers have gone on; what has to be known first is asked. */
  readonly move: (papers: readonly Paper[], to: PaperState) => void;
  readonly menu: (p: Paper) => readonly MenuItem[];
  readonly busy: boolean;
  readonly error: unknown;
  readonly dialogs: ComponentChildren;
}

/** subjectOf is a paper as something to print. */
export function subjectOf(p: Paper): readonly [Subject, readonly DocumentName[]] {
  if (p.type === "bordereau") return [{ kind: "lot", id: p.id, name: t("papiers.lot", { numero: p.numero }) }, ["bordereau", "liasse", "enveloppe", "a-la-main"]];
  if (p.type === "papier") return [{ kind: "fse", id: p.id, name: t("papiers.fsp.feuille") }, ["papier"]];
  return [{ kind: "fse", id: p.id, name: t("papiers.feuille", { numero: p.numero }) }, ["feuille"]];
}

/** alone is where a paper may go by itself: a bordereau goes on with its sheets, from the line of the lot. */
export const alone = (p: Paper): readonly PaperState[] => (p.type === "bordereau" ? [] : (forward[p.etat] ?? []));

const asks = (to: PaperState): boolean => to === "poste" || to === "scanne" || to === "signe";

export const moveLabel = (to: PaperState): string => t(to === "a-imprimer" ? "papiers.reimprimer" : `papiers.${to}`);

/** usePaperActions does what is done with papers. dialogs must be shown once by the page. */
export function usePaperActions(changed: () => void): PaperActions {
  const [asked, setAsked] = useState<Asked>();
  const { mark, busy, error } = useMark(changed);
  const close = (): void => {
    setAsked(undefined);
    changed();
  };
  const move = (papers: readonly Paper[], to: PaperState): void => {
    if (asks(to) && backward[papers[0]?.etat ?? ""] !== to) setAsked({ what: "mark", papers, to });
    else void mark(marks(papers, to));
  };
  const print = (subject: Subject, documents: readonly DocumentName[]): void => setAsked({ what: "print", subject, documents });
  const menu = (p: Paper): readonly MenuItem[] => {
    const back = backward[p.etat];
    return [
      { label: t("papiers.imprimer"), icon: "paper", run: () => print(...subjectOf(p)) },
      ...alone(p).map((to) => ({ label: moveLabel(to), icon: "check" as const, run: () => move([p], to) })),
      ...(back === undefined ? [] : [{ label: t(back === "signe" ? "papiers.revenir" : "papiers.reimprimer"), icon: "undo" as const, run: () => move([p], back) }]),
      { label: t("action.ouvrir"), icon: "right", run: () => void (location.hash = href(p.type === "bordereau" ? "lots" : "fse", p.id)) },
    ];
  };
  const byHand = (lot: string, name: string): void => setAsked({ what: "by-hand", lot, name });
  return { print, byHand, move, menu, busy, error, dialogs: asked !== undefined && <Asked asked={asked} onClose={close} /> };
}

function Asked({ asked: a, onClose }: { asked: Asked; onClose: () => void }) {
  if (a.what === "print") return <PrintDialog subject={a.subject} documents={a.documents} onClose={onClose} />;
  if (a.what === "mark") return <MarkDialog papers={a.papers} to={a.to} onClose={onClose} />;
  return <ByHandDialog lot={a.lot} name={a.name} onClose={onClose} />;
}
