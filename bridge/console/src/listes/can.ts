// What may be done with an FSE, by its state: menus and buttons offer nothing that the daemon would refuse.

import type { FSESummary } from "../../../client/src/types";
import type { BadgeTone } from "../ui";

/** DocumentName is a document as the daemon names it. */
export type DocumentName = "feuille" | "papier" | "quittance" | "bordereau" | "liasse" | "enveloppe" | "a-la-main";

/** Documents that are followed until they are posted: printing one is noted. */
const followed: ReadonlySet<DocumentName> = new Set(["feuille", "papier", "bordereau", "liasse"]);

export const isFollowed = (document: DocumentName): boolean => followed.has(document);

type Of = Pick<FSESummary, "etat" | "numero" | "remplaceePar" | "encaisse">;

const among = (...states: readonly string[]) => (f: Of): boolean => states.includes(f.etat);

/** isUnsigned says that its draft may still change. */
export const isUnsigned = among("brouillon", "a-signer");

const waits = among("signee", "en-lot"); // signed, and not sent yet
const over = among("annulee", "remplacee");
const onPaper = among("papier");

export const canSign = isUnsigned;

/** isReady: complete, with its number. Many are signed at once only so; a draft is opened first. */
export const isReady = among("a-signer");

/** canCancel: what was sent can't be taken back. */
export const canCancel = (f: Of): boolean => isUnsigned(f) || waits(f);

/** needsReason: a number that ends unused is explained. */
export const needsReason = (f: Of): boolean => f.numero !== undefined && f.numero !== "";

export const canGoToPaper = isUnsigned;

/** canCollect: there is a price, and somebody owes it. */
export const canCollect = (f: Of): boolean => f.etat !== "brouillon" && !over(f);

export const canRemake = (f: Of): boolean => f.etat === "rejetee" && (f.remplaceePar ?? "") === "";

/** hasSeal: only what was signed has one. */
export const hasSeal = (f: Of): boolean => !isUnsigned(f) && !onPaper(f) && f.etat !== "annulee";

/** documentsOf are the documents of an FSE, the one that is proposed first; none before it is signed. A receipt is for what was received. */
export function documentsOf(f: Of): readonly DocumentName[] {
  if (isUnsigned(f) || f.etat === "annulee") return [];
  if (onPaper(f)) return ["papier"];
  return (f.encaisse ?? 0) > 0 ? ["feuille", "quittance"] : ["feuille"];
}

/** documentsOfLot are those of a lot: one that is not degraded has no sheets to send. */
export const documentsOfLot = (lot: { readonly certification: string; readonly etat: string }): readonly DocumentName[] =>
  lot.certification === "D" && lot.etat !== "ouvert" ? ["liasse", "bordereau", "enveloppe", "a-la-main"] : [];

const tones: Readonly<Record<string, BadgeTone>> = {
  "a-signer": "warn",
  signee: "accent",
  "en-lot": "accent",
  transmise: "accent",
  acquittee: "good",
  payee: "good",
  "payee-partiellement": "warn",
  rejetee: "bad",
  ouvert: "accent",
  clos: "warn",
  transmis: "accent",
  acquitte: "good",
  rejete: "bad",
  "a-imprimer": "warn",
  imprime: "accent",
  signe: "accent",
  poste: "good",
  scanne: "good",
};

/** toneOf is the colour that repeats a state of an FSE, a lot or a paper. */
export const toneOf = (state: string): BadgeTone => tones[state] ?? "neutral";
