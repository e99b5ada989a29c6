// Why a page cannot use Agrafe, with a sentence to show to the user.

import { AgrafeError, type Kind } from "./errors.js";

export interface Sentence {
  readonly fr: string;
  readonly en: string;
}

interface Row extends Sentence {
  readonly kind: Kind;
  readonly retryable: boolean;
}

// The first eight are diagnoses of the way to the daemon; those that begin with
// PAIRING_ are the ends of a pairing that was not accepted.
const table = {
  INSECURE_CONTEXT: {
    kind: "unsupported", retryable: false,
    fr: "Ce site n'est pas ouvert en https : le navigateur lui interdit de parler à Agrafe. Ouvrez-le à son adresse https.",
    en: "This site is not open over https, so the browser forbids it to talk to Agrafe. Open it at its https address.",
  },
  LNA_PROMPT: {
    kind: "offline", retryable: true,
    fr: "Le navigateur demande si ce site peut accéder aux applications de cet ordinateur. Répondez « Autoriser ».",
    en: "The browser asks whether this site may reach the applications of this computer. Answer “Allow”.",
  },
  LNA_DENIED: {
    kind: "denied", retryable: false,
    fr: "Le navigateur interdit à ce site d'accéder aux applications de cet ordinateur. Autorisez l'accès au réseau local dans les réglages du site, puis rechargez la page.",
    en: "The browser forbids this site to reach the applications of this computer. Allow local network access in the site settings, then reload the page.",
  },
  DAEMON_ABSENT: {
    kind: "offline", retryable: true,
    fr: "Agrafe ne répond pas sur cet ordinateur. Installez-le, ou démarrez-le, puis réessayez.",
    en: "Agrafe does not answer on this computer. Install it, or start it, then try again.",
  },
  ORIGIN_REFUSED: {
    kind: "denied", retryable: false,
    fr: "Agrafe est là, mais n'accepte pas ce site. Ouvrez l'association depuis l'icône d'Agrafe ou avec « agrafe pair », ou demandez à l'administrateur de l'autoriser.",
    en: "Agrafe is there but does not accept this site. Open pairing from the Agrafe icon or with “agrafe pair”, or ask the administrator to allow it.",
  },
  DAEMON_BUSY: {
    kind: "busy", retryable: true,
    fr: "Agrafe connaît ce site, mais n'accepte pas d'autre connexion en ce moment. Fermez les onglets inutiles, puis réessayez.",
    en: "Agrafe knows this site but accepts no other connection at this time. Close tabs that you do not need, then try again.",
  },
  NOT_PAIRED: {
    kind: "not-paired", retryable: false,
    fr: "Ce site n'est pas encore associé à Agrafe sur cet ordinateur, ou ne l'est plus. Lancez l'association.",
    en: "This site is not paired with Agrafe on this computer, or no longer is. Start pairing.",
  },
  IMPOSTOR: {
    kind: "denied", retryable: false,
    fr: "Ce qui répond n'est pas l'Agrafe auquel ce site est associé. Si Agrafe vient d'être réinstallé, oubliez l'association puis recommencez-la ; sinon, prévenez la personne qui gère cet ordinateur.",
    en: "What answers is not the Agrafe that this site was paired with. If Agrafe has just been reinstalled, forget the pairing and start again; otherwise warn the person who manages this computer.",
  },
  PAIRING_USER: {
    kind: "not-paired", retryable: false,
    fr: "L'association a été refusée sur cet ordinateur.",
    en: "Pairing was refused on this computer.",
  },
  PAIRING_EXPIRED: {
    kind: "not-paired", retryable: true,
    fr: "Personne n'a accepté l'association à temps. Recommencez et comparez le code avec celui qu'Agrafe affiche.",
    en: "Nobody accepted the pairing in time. Start again and compare the code with the one that Agrafe shows.",
  },
  PAIRING_BUSY: {
    kind: "not-paired", retryable: true,
    fr: "Une autre association est en cours sur cet ordinateur, ou vient de l'être. Réessayez dans 30 secondes.",
    en: "Another pairing is under way on this computer, or has just been. Try again in 30 seconds.",
  },
  PAIRING_COOLDOWN: {
    kind: "not-paired", retryable: true,
    fr: "Trop d'associations ont échoué sur cet ordinateur. Réessayez dans 10 minutes.",
    en: "Too many pairings have failed on this computer. Try again in 10 minutes.",
  },
  PAIRING_NOBODY: {
    kind: "not-paired", retryable: true,
    fr: "Personne ne peut accepter l'association : démarrez l'icône d'Agrafe, ou lancez « agrafe pair » dans un terminal.",
    en: "Nobody can accept the pairing: start the Agrafe icon, or run “agrafe pair” in a terminal.",
  },
} satisfies Record<string, Row>;

export type DiagnosisCode = keyof typeof table;

/** Diagnosis is an AgrafeError whose code is one of a closed set; message is its French sentence. */
export class Diagnosis extends AgrafeError {
  declare readonly code: DiagnosisCode;
  readonly sentence: Sentence;

  constructor(code: DiagnosisCode) {
    const { kind, retryable, fr, en }: Row = table[code];
    super({ kind, code, retryable, message: fr });
    this.name = "Diagnosis";
    this.sentence = { fr, en };
  }
}

/** unpaired says whether the page has to be paired. */
export const unpaired = (e: unknown): boolean => e instanceof Diagnosis && e.code === "NOT_PAIRED";

/** refusal is the diagnosis of the reason given with a refused pairing; null if the reason is none we know. */
export function refusal(reason: unknown): Diagnosis | null {
  const code = `PAIRING_${String(reason).toUpperCase()}`;
  return Object.hasOwn(table, code) ? new Diagnosis(code as DiagnosisCode) : null;
}
