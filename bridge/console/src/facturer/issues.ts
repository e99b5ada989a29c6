// What stands against a draft, laid out by step and by field.

import type { Issue, Prix } from "../../../client/src/types";
import type { Held } from "../ui/typing";

export type StepName = "patient" | "facturation" | "signature";

const patientRoots = ["beneficiaire", "assure", "amo", "amc", "mode", "degrade"];

/** stepOf says where the field of a path stands: the attestation goes with the bill, the rest of the rights with the patient. */
export const stepOf = (path: string): StepName =>
  !path.startsWith("amo.attestation") && patientRoots.includes(path.split(/[.[]/)[0] ?? "") ? "patient" : "facturation";

/**
 * What only says that something is not there yet. It waits in the list of what is left to do,
 * and stands at its field once the user has asked to sign.
 */
const missing = new Set([
  "BROUILLON_VIDE", "AUCUN_ACTE", "NIR_ABSENT", "NAISSANCE_ABSENTE", "BENEFICIAIRE_NON_IDENTIFIE", "ORGANISME_ABSENT", "DEGRADE_MOTIF_ABSENT",
  "DEGRADE_PRECISION", "MATERNITE_DATE", "AT_REFERENCE", "KM_REQUIS", "HONORAIRES_REQUIS", "DATE_SOINS_ABSENTE", "PROFESSIONNEL_NUMERO",
  "SPECIALITE_INCONNUE", "CONVENTION_SANS_TARIF", "SMG_A_CONFIRMER", "SMG_A_VALIDER", "SMG_RESTE_A_RECONNAITRE", "SAISIE_A_FINIR",
]);

export const isMissing = (issue: Issue): boolean => missing.has(issue.code);

/** Codes that have a panel of their own on the page, and are not listed twice. */
const shownElsewhere = new Set(["SMG_PROPOSE", "CENTRE_SUBSTITUE"]);

export interface Faults {
  /** What forbids to sign. */
  readonly errors: readonly Issue[];
  /** What is to be looked at. */
  readonly warnings: readonly Issue[];
  /** What is wrong with a field that stands for those paths; "" for nothing. */
  readonly at: (...paths: string[]) => string;
  /** What is doubtful about it; "" for nothing. */
  readonly doubt: (...paths: string[]) => string;
  /** What stands at the parts of a field: actes[0]. */
  readonly under: (path: string) => readonly Issue[];
  readonly has: (code: string) => boolean;
  readonly blocks: (step: StepName) => boolean;
}

/** faultsOf lays an answer of the rules out. tried: the user has asked to sign. */
export function faultsOf(errors: readonly Issue[], warnings: readonly Issue[], tried: boolean): Faults {
  const all = [...errors, ...warnings];
  const wrong = tried ? errors : errors.filter((i) => !isMissing(i));
  const doubtful = warnings.filter((i) => !isMissing(i) && !shownElsewhere.has(i.code));
  const said = (list: readonly Issue[]) => (...paths: string[]): string => list.find((i) => paths.includes(i.chemin))?.message ?? "";
  return {
    errors,
    warnings: warnings.filter((i) => !shownElsewhere.has(i.code)),
    at: said(wrong),
    doubt: said(doubtful),
    under: (path) => [...wrong, ...doubtful].filter((i) => i.chemin === path || i.chemin.startsWith(`${path}.`)),
    has: (code) => all.some((i) => i.code === code),
    blocks: (step) => errors.some((i) => stepOf(i.chemin) === step),
  };
}

/** fieldPaths are the places where a path may be shown, the nearest first: actes[0].km, actes[0], actes. */
export function fieldPaths(path: string): string[] {
  const out = [path];
  for (let at = path; ; ) {
    const cut = Math.max(at.lastIndexOf("."), at.lastIndexOf("["));
    if (cut <= 0) return out;
    out.push((at = at.slice(0, cut)));
  }
}

/**
 * heldIssues are the fields whose text is not in the draft: nothing is signed while there is one,
 * as what would be signed is not what stands on the screen. unfinished is said of those still being typed.
 */
export const heldIssues = (all: ReadonlyMap<string, Held>, unfinished: string): readonly Issue[] =>
  [...all.values()]
    .filter((h) => h.path !== "")
    .map((h) => ({
      bloquant: true, chemin: h.path, code: h.state === "wrong" ? "SAISIE_FAUSSE" : "SAISIE_A_FINIR",
      message: `${h.label} : ${h.state === "wrong" ? h.message : unfinished}`,
    }));

/** freeIssues warn of a total of nothing: more often an amount forgotten than care given free. */
export const freeIssues = (prix: Prix | null, text: string): readonly Issue[] =>
  prix !== null && prix.lignes.length > 0 && prix.total.honoraires === 0 ? [{ bloquant: false, chemin: "actes[0].honoraires", code: "TOTAL_NUL", message: text }] : [];
