// Where a lot is on its way to the payer, and what may be done about it.

import type { Lot } from "../../../client/src/types";
import type { BadgeTone } from "../ui";

/** Way is "" while a lot is open, and once nothing more is awaited of its sending: its state tells the rest. */
export type Way = "" | "a-transmettre" | "en-attente" | "en-cours" | "indecis" | "rebond" | "refuse" | "parti";

type Of = Pick<Lot, "etat" | "envoi">;

export function wayOf(l: Of): Way {
  if (l.envoi?.etat === "rebond") return "rebond"; // it left and came back, whatever its state
  if (l.etat === "transmis") return "parti";
  if (l.etat !== "clos") return "";
  return (l.envoi?.etat as Way | undefined) ?? "a-transmettre";
}

const among = (...ways: readonly Way[]) => (l: Of): boolean => ways.includes(wayOf(l));

/** canSend: closed, and neither on its way nor waiting for a decision. */
export const canSend = among("a-transmettre", "en-attente");

/** isStuck: nothing happens to it until somebody decides. */
export const isStuck = among("indecis", "rebond", "refuse");

/** isFree: one that is under way, or may have arrived, is not opened again and gives no FSE away. */
export const isFree = (l: Of): boolean => l.etat === "ouvert" || mayChange(l);

const mayChange = among("a-transmettre", "en-attente", "refuse");

const tones: Readonly<Record<Way, BadgeTone>> = { "": "neutral", "a-transmettre": "neutral", "en-attente": "warn", "en-cours": "accent", indecis: "bad", rebond: "bad", refuse: "bad", parti: "good" };

export const wayTone = (way: Way): BadgeTone => tones[way];

/** Outcome is what became of the lots that were to be sent, as counts. */
export interface Outcome {
  readonly sent: number;
  /** Not sent, and tried again by itself. */
  readonly waiting: number;
  /** For somebody to decide. */
  readonly stuck: number;
}

/** outcomeOf sorts them; those that failed otherwise have a reason each, and are told with it. */
export const outcomeOf = (lots: readonly Lot[]): Outcome => ({
  sent: lots.filter(among("parti", "")).length,
  waiting: lots.filter(among("en-attente", "en-cours")).length,
  stuck: lots.filter(isStuck).length,
});
