// Failures in words for the screen.

import { AgrafeError, Diagnosis, type Issue } from "../../client/src/index";
import { locale, t, tOr } from "./i18n";

export interface Problem {
  /** What happened, as the daemon says it (French), or the client. */
  readonly message: string;
  /** What to do now, in the language of the page. */
  readonly advice: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly issues: readonly Issue[];
}

/** Messages of the teleservice and of the mail say themselves what to do. */
const saysItself = /^(ADRI|SERVEUR|MESSAGERIE|CERTIFICAT)_/;

/** adviceOn is what to do about a failure; "" where its message says so. */
export const adviceOn = (code: string, kind: string): string => tOr(`faire.${code}`, saysItself.test(code) ? "" : tOr(`faire.${kind}`, ""));

/** problemOf puts any failure in words; nothing raw reaches the screen. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof AgrafeError)) {
    return { message: t("erreur.inattendue"), advice: t("erreur.inattendue.faire"), code: "PAGE", retryable: false, issues: [] };
  }
  const { code, retryable, issues, kind } = error;
  const message = error instanceof Diagnosis ? error.sentence[locale()] : error.message;
  const advice = error instanceof Diagnosis ? "" : adviceOn(code, kind);
  return { message, advice, code, retryable, issues };
}

/** faultAt is what an error says of a field, by its path in the call: "facture.amo.caisse"; "" for nothing. */
export function faultAt(error: unknown, path: string): string {
  if (!(error instanceof AgrafeError)) return "";
  const plain = (p: string): string => p.replace(/^\//, "").replaceAll("/", ".");
  const issue = error.issues.find((i) => plain(i.chemin) === path);
  if (issue !== undefined) return issue.message;
  return error.path !== undefined && plain(error.path) === path ? error.message : "";
}
