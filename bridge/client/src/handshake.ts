// From an open socket to a connection that both sides trust.
//
// The daemon gives a nonce; the page signs it with its key, or enrols one where
// policy allows; the machine signs too, with the key that was pinned at pairing.
// Only then is hello believed.

import { encode } from "./bytes.js";
import { Diagnosis } from "./diagnosis.js";
import { AgrafeError, fromWire, offline, protocol } from "./errors.js";
import type { Host } from "./host.js";
import { generate, keyId, Nonces, publicKey, type Exchange } from "./proof.js";
import type { Identity, Store } from "./store.js";
import type { Hello } from "./types.js";
import { Closed, type Message, type Wire } from "./wire.js";

/** apiLevel is the level of the API that this package speaks. */
export const apiLevel = 1;

/** Close codes of the daemon. */
export const closeCodes = { notPaired: 4401, denied: 4403, apiLevel: 4406 } as const;

/** Place is what all connections of one client share. */
export interface Place {
  readonly host: Host;
  readonly store: Store;
  /** Base address of the daemon, "ws://127.0.0.1:17373"; it names the identity in the store. */
  readonly url: string;
  readonly nonces: Nonces;
}

/** Greeting is what a connection begins with. */
export interface Greeting {
  readonly hello: Hello;
  readonly scopes: readonly string[];
}

/** fields reads an object of the wire whose shape is not yet known. */
export const fields = (v: unknown): Record<string, unknown> => (typeof v === "object" && v !== null ? (v as Record<string, unknown>) : {});

const strings = (v: unknown): string[] => (Array.isArray(v) ? v.filter((s) => typeof s === "string") : []);

/** failureOf says what the end of a socket during a handshake means. */
export function failureOf(code: number): AgrafeError {
  switch (code) {
    case closeCodes.notPaired:
      return new Diagnosis("NOT_PAIRED");
    case closeCodes.denied:
      return new AgrafeError({
        kind: "denied", code: "REFUS",
        message: "Agrafe refuse cette connexion : cet ordinateur est peut-être utilisé par une autre session.",
      });
    case closeCodes.apiLevel:
      return tooOld();
    default:
      return offline();
  }
}

const tooOld = (): AgrafeError =>
  new AgrafeError({
    kind: "unsupported", code: "NIVEAU_API",
    message: "Ce site et l'Agrafe de cet ordinateur n'ont pas de version commune. Mettez Agrafe à jour.",
  });

/** next is wire.next with the socket's end as an AgrafeError. */
export async function next(wire: Wire, signal: AbortSignal): Promise<Message> {
  return wire.next(signal).catch((e: unknown) => {
    throw e instanceof Closed ? failureOf(e.code) : e;
  });
}

/** notification waits for the one named; anything else is not the protocol. */
export async function notification(wire: Wire, name: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const m = await next(wire, signal);
  if (!("method" in m) || m.method !== name) throw protocol();
  return fields(m.params);
}

export class Handshake {
  /** Whether the daemon lets this page enrol a key by itself. */
  mayEnrol = false;
  /** Name of the key that was shown, if one was. */
  shown: string | undefined;

  constructor(
    private readonly place: Place,
    private readonly wire: Wire,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * run fails with a Diagnosis NOT_PAIRED or IMPOSTOR, or with another AgrafeError.
   * refused names a key that the daemon does not know any more: it is replaced by
   * enrolment; the machine must still be the one that was pinned.
   */
  async run(refused: string | undefined): Promise<Greeting> {
    const { host, store, url, nonces } = this.place;
    const challenge = await notification(this.wire, "challenge", this.signal);
    if (!Array.isArray(challenge.apiLevels) || !challenge.apiLevels.includes(apiLevel)) throw tooOld();
    this.mayEnrol = challenge.enrol === true;
    const exchange = nonces.exchange(host.origin, challenge.nonce);
    const show = async (otherwise: (known: Identity | undefined) => Promise<Greeting>): Promise<Greeting> => {
      const known = await store.load(url);
      const id = known && (await keyId(await publicKey(known.keys)));
      return known === undefined || id === undefined || id === refused ? otherwise(known) : this.auth(exchange, known, id);
    };
    return show(() => {
      if (!this.mayEnrol) throw new Diagnosis("NOT_PAIRED");
      // Another tab may enrol at the same time: the first one's key serves both.
      return host.alone(`agrafe enrol ${url}`, this.signal, () => show((known) => this.enrol(exchange, known?.machine)));
    });
  }

  private async auth(exchange: Exchange, { keys, machine }: Identity, id: string): Promise<Greeting> {
    this.shown = id;
    const signature = await exchange.sign("agrafe.v1.auth", keys.privateKey);
    const result = await this.ask("auth", { apiLevel, keyId: id, clientNonce: exchange.clientNonce, signature });
    if (result.keyId !== id) throw protocol();
    await exchange.machine("agrafe.v1.hello", result.machine, machine);
    return this.greeting(result);
  }

  private async enrol(exchange: Exchange, pinned: string | undefined): Promise<Greeting> {
    const keys = await generate();
    const key = await publicKey(keys);
    const signature = await exchange.sign("agrafe.v1.enrol", keys.privateKey);
    const result = await this.ask("enrol", { apiLevel, publicKey: encode(key), clientNonce: exchange.clientNonce, signature });
    if (result.keyId !== (await keyId(key))) throw protocol();
    const machine = await exchange.machine("agrafe.v1.hello", result.machine, pinned);
    await this.place.store.save(this.place.url, { keys, machine });
    return this.greeting(result);
  }

  private async ask(method: string, params: unknown): Promise<Record<string, unknown>> {
    this.wire.request(0, method, params);
    const m = await next(this.wire, this.signal);
    if ("method" in m || m.id !== 0) throw protocol();
    if (m.error === undefined) return fields(m.result);
    const error = fromWire(m.error);
    throw error.kind === "not-paired" ? new Diagnosis("NOT_PAIRED") : error;
  }

  private async greeting(result: Record<string, unknown>): Promise<Greeting> {
    const hello = await notification(this.wire, "hello", this.signal);
    if (typeof hello.instance !== "string" || typeof fields(hello.snapshot).seq !== "number") throw protocol();
    return { hello: hello as unknown as Hello, scopes: strings(result.scopes) };
  }
}
