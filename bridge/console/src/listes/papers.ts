// The papers that wait, as the user handles them: by lot, and within a lot by what is to be done next.

import type { Paper } from "../../../client/src/types";
import type { Params } from "../session";

/** PaperGroup is a lot's papers, or those that belong to none. */
export interface PaperGroup {
  /** ID of the lot; "papier" for sheets of last resort, "" for sheets that have lost their lot. */
  readonly key: string;
  /** Of the lot. */
  readonly numero: string;
  /** There is none while the lot is open. */
  readonly bordereau: Paper | undefined;
  readonly sheets: readonly Paper[];
}

/** PaperState is where a paper may be moved to. */
export type PaperState = "a-imprimer" | "imprime" | "signe" | "poste" | "scanne";

const keyOf = (p: Paper): string => (p.type === "papier" ? "papier" : p.type === "bordereau" ? p.id : (p.lot ?? ""));

/** groupPapers keeps the order of the list: the oldest first. */
export function groupPapers(list: readonly Paper[]): readonly PaperGroup[] {
  const groups = new Map<string, Paper[]>();
  for (const p of list) groups.set(keyOf(p), [...(groups.get(keyOf(p)) ?? []), p]);
  return [...groups].map(([key, papers]) => {
    const bordereau = papers.find((p) => p.type === "bordereau");
    const sheets = papers.filter((p) => p !== bordereau);
    return { key, numero: bordereau?.numero ?? sheets[0]?.numeroLot ?? "", bordereau, sheets };
  });
}

export const papersOf = (g: PaperGroup): readonly Paper[] => (g.bordereau === undefined ? g.sheets : [g.bordereau, ...g.sheets]);

/** forward is where a paper goes from a state; two ways lead out of the house. */
export const forward: Readonly<Record<string, readonly PaperState[]>> = { "a-imprimer": ["imprime"], imprime: ["signe"], signe: ["poste", "scanne"] };

/** backward is what mends a mistake: printed anew, or not on its way after all. */
export const backward: Readonly<Record<string, PaperState>> = { imprime: "a-imprimer", signe: "a-imprimer", poste: "signe", scanne: "signe" };

/** Step is what is to be done with some papers of a group. */
export interface Step {
  readonly state: string;
  readonly papers: readonly Paper[];
}

/** stepsOf are what is to be done, in order, where there is something to do. */
export function stepsOf(g: PaperGroup): readonly Step[] {
  const all = papersOf(g);
  return Object.keys(forward)
    .map((state) => ({ state, papers: all.filter((p) => p.etat === state) }))
    .filter((s) => s.papers.length > 0);
}

type Mark = Params<"print.mark">;

const most = 200; // papers of one call, as the daemon has it

/**
 * marks are the calls that move papers on. A bordereau takes its sheets along, so that it is
 * enough to name it; once signed, sheets go before it, those that the patient has signed apart.
 */
export function marks(papers: readonly Paper[], to: PaperState, { signed, date }: { signed?: ReadonlySet<string>; date?: string } = {}): readonly Mark[] {
  const sheets = papers.filter((p) => p.type !== "bordereau");
  const lots = papers.filter((p) => p.type === "bordereau");
  const day = date === undefined ? {} : { date };
  if (to !== "signe") return calls(lots.length > 0 ? lots : sheets, { etat: to, ...day });
  return [
    ...calls(sheets.filter((p) => signed?.has(p.id) === true), { etat: to, signePatient: true }),
    ...calls(sheets.filter((p) => signed?.has(p.id) !== true), { etat: to }),
    ...calls(lots, { etat: to }),
  ];
}

const calls = (papers: readonly Paper[], rest: Omit<Mark, "ids">): readonly Mark[] =>
  Array.from({ length: Math.ceil(papers.length / most) }, (_, i) => ({ ids: papers.slice(i * most, (i + 1) * most).map((p) => p.id), ...rest }));
