// Failures, as a page sees them: one class, with a kind of a closed set.

/** Kinds in the wire's order; new ones are only added at the end. */
export const kinds = [
  "invalid", "not-found", "denied", "not-paired", "no-reader", "no-card", "card-changed", "card-removed", "card-mute",
  "pin-required", "pin-wrong", "pin-blocked", "busy", "duplicate", "disk-full", "journal-damaged", "offline", "timeout",
  "unsupported", "internal",
] as const;

export type Kind = (typeof kinds)[number];

/** Issue is one fault of a form. */
export interface Issue {
  readonly code: string;
  readonly chemin: string;
  readonly message: string;
  readonly bloquant: boolean;
}

export interface ErrorFields {
  readonly kind: Kind;
  /** Stable, finer than kind: "FSE_ETAT". */
  readonly code: string;
  /** French, fit for the screen. */
  readonly message: string;
  /** Whether the same call may work later. */
  readonly retryable?: boolean;
  /** Parameter at fault: "/id", "ids", "beneficiaire.nir". */
  readonly path?: string;
  readonly issues?: readonly Issue[];
  /** Tries that the card still gives, with kind pin-wrong. */
  readonly retries?: number;
  /** Where the code is explained. */
  readonly doc?: string;
  /** Key of the call that failed: repeating the call with it can't do the thing twice. */
  readonly idempotencyKey?: string;
}

/** AgrafeError is every failure that this package reports, but for an abort. */
export class AgrafeError extends Error {
  readonly kind: Kind;
  readonly code: string;
  readonly retryable: boolean;
  readonly path: string | undefined;
  readonly issues: readonly Issue[];
  readonly retries: number | undefined;
  readonly doc: string | undefined;
  readonly idempotencyKey: string | undefined;

  constructor(fields: ErrorFields) {
    super(fields.message);
    this.name = "AgrafeError";
    this.kind = fields.kind;
    this.code = fields.code;
    this.retryable = fields.retryable ?? false;
    this.path = fields.path;
    this.issues = fields.issues ?? [];
    this.retries = fields.retries;
    this.doc = fields.doc;
    this.idempotencyKey = fields.idempotencyKey;
  }
}

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === "object" && v !== null;

/**
 * fromWire makes an AgrafeError of the error of a JSON-RPC response, whatever it
 * holds. A kind that this version does not know becomes internal: its code says more.
 */
export function fromWire(error: unknown, idempotencyKey?: string): AgrafeError {
  const e = isObject(error) ? error : {};
  const data = isObject(e.data) ? e.data : {};
  const text = (v: unknown): string | undefined => (typeof v === "string" && v !== "" ? v : undefined);
  const path = text(data.path);
  const doc = text(data.doc);
  return new AgrafeError({
    kind: kinds.find((k) => k === data.kind) ?? "internal",
    code: text(data.code) ?? "REPONSE",
    message: text(data.message) ?? text(e.message) ?? "Agrafe a refusé cet appel sans dire pourquoi.",
    retryable: data.retryable === true,
    issues: Array.isArray(data.issues) ? data.issues.filter(isObject).map(issueOf) : [],
    ...(path !== undefined && { path }),
    ...(doc !== undefined && { doc }),
    ...(typeof data.retries === "number" && { retries: data.retries }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
}

function issueOf(v: Record<string, unknown>): Issue {
  return { code: String(v.code), chemin: String(v.chemin ?? ""), message: String(v.message ?? ""), bloquant: v.bloquant === true };
}

/** offline says that the socket died, or that there is none. */
export function offline(idempotencyKey?: string): AgrafeError {
  return new AgrafeError({
    kind: "offline",
    code: "LIAISON_PERDUE",
    message: "La liaison avec Agrafe est perdue. Réessayez quand elle sera revenue.",
    retryable: true,
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  });
}

/** protocol says that what answers does not speak the protocol. */
export function protocol(): AgrafeError {
  return new AgrafeError({
    kind: "internal",
    code: "PROTOCOLE",
    message: "Ce qui répond ne parle pas comme Agrafe. Mettez Agrafe à jour, puis rechargez la page.",
    retryable: true,
  });
}
