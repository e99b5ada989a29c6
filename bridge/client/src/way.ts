// The way from the page to the daemon, each obstacle told apart, and the pairing
// that opens it.

import { encode } from "./bytes.js";
import { within } from "./deadline.js";
import { Diagnosis, refusal, unpaired } from "./diagnosis.js";
import { fromWire, offline, protocol, type AgrafeError } from "./errors.js";
import { fields, Handshake, next, notification, type Greeting, type Place } from "./handshake.js";
import { generate, keyId, publicKey, type Exchange } from "./proof.js";
import { Closed, Wire } from "./wire.js";

/** What the page shows while the user compares it with what Agrafe shows. */
export interface PairingCode {
  /** Six digits. */
  readonly code: string;
  /** How long the user has to accept. */
  readonly seconds: number;
}

export interface Wish {
  /** What the page calls itself, at most 64 characters. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** The token of the console, instead of a question to the user. */
  readonly launch?: string | undefined;
}

const knockTime = 3_000;
const promptTime = 120_000; // the user is answering the browser
const handshakeTime = 10_000;
const graceTime = 5_000; // after the daemon's own limit of a pairing

/** Attempt is one try to reach the daemon. */
export interface Attempt {
  readonly signal: AbortSignal;
  /** The daemon has let this page in before: a closed door is none to be paired at. */
  readonly again: boolean;
  /** asking is called when the browser is about to ask the user. */
  readonly asking: (d: Diagnosis) => void;
}

/**
 * reach looks at each obstacle in order and ends with a greeted connection, or fails
 * with a Diagnosis or another AgrafeError. With again, NOT_PAIRED is the daemon's
 * own word.
 */
export async function reach(place: Place, attempt: Attempt): Promise<[Wire, Greeting]> {
  if (!place.host.secure) throw new Diagnosis("INSECURE_CONTEXT");
  const listed = await pass(place, attempt);
  const shut = async (s: AbortSignal): Promise<Diagnosis> => {
    if (listed) return new Diagnosis("DAEMON_BUSY");
    if (attempt.again) return new Diagnosis("ORIGIN_REFUSED");
    (await openDoor(place, s)).close();
    return new Diagnosis("NOT_PAIRED");
  };
  const first = await greet(place, attempt.signal, undefined, shut);
  if (typeof first !== "string") return first;
  const second = await greet(place, attempt.signal, first, shut);
  if (typeof second !== "string") return second;
  throw new Diagnosis("NOT_PAIRED");
}

/** pass makes sure that the browser lets the page reach the daemon, and that there is one. It is true when that one knows the page. */
async function pass({ host, url }: Place, { signal, asking }: Attempt): Promise<boolean> {
  const before = await host.permission();
  if (before === "denied") throw new Diagnosis("LNA_DENIED");
  if (before === "prompt") asking(new Diagnosis("LNA_PROMPT"));
  const target = `${url.replace(/^ws/, "http")}/healthz`;
  try {
    return await within(host, before === "prompt" ? promptTime : knockTime, signal, (s) => host.knock(target, s));
  } catch {
    signal.throwIfAborted();
    const after = await host.permission();
    if (after === "denied") throw new Diagnosis("LNA_DENIED");
    throw new Diagnosis(after === "prompt" ? "LNA_PROMPT" : "DAEMON_ABSENT");
  }
}

/**
 * greet returns the name of the key that was shown when it is unknown but another may
 * be enrolled. refused is the one of the time before; shut says why the socket does
 * not open.
 */
function greet(place: Place, outer: AbortSignal, refused: string | undefined, shut: (signal: AbortSignal) => Promise<Diagnosis>): Promise<[Wire, Greeting] | string> {
  return within(place.host, handshakeTime, outer, async (signal) => {
    const wire = await open(place, "/v1", "agrafe.v1", signal);
    if (wire === null) throw await shut(signal);
    const handshake = new Handshake(place, wire, signal);
    try {
      return [wire, await handshake.run(refused)];
    } catch (e) {
      wire.close();
      if (handshake.mayEnrol && handshake.shown !== undefined && unpaired(e)) return handshake.shown;
      throw e;
    }
  });
}

async function openDoor(place: Place, signal: AbortSignal): Promise<Wire> {
  const door = await open(place, "/v1/pair", "agrafe.pair.v1", signal);
  if (door === null) throw new Diagnosis("ORIGIN_REFUSED");
  return door;
}

/** open returns null when the socket does not open. */
async function open({ host, url }: Place, path: string, subprotocol: string, signal: AbortSignal): Promise<Wire | null> {
  return Wire.open(host, url + path, subprotocol, signal).catch((e: unknown) => {
    if (e instanceof Closed) return null;
    throw e;
  });
}

/**
 * pair asks the user of this machine to accept the page. It fails with a Diagnosis:
 * PAIRING_… when nobody accepted, ORIGIN_REFUSED when the door is closed, IMPOSTOR
 * when a machine was pinned before and another answers. An abort withdraws the question.
 */
export async function pair(place: Place, wish: Wish, signal: AbortSignal, show: (code: PairingCode) => void): Promise<void> {
  const door = await within(place.host, handshakeTime, signal, (s) => openDoor(place, s));
  try {
    const { nonce } = await within(place.host, handshakeTime, signal, (s) => notification(door, "challenge", s));
    const exchange = place.nonces.exchange(place.host.origin, nonce);
    const keys = await generate();
    const key = await publicKey(keys);
    const signature = await exchange.sign("agrafe.v1.pair", keys.privateKey);
    door.request(0, "pair", { ...wish, publicKey: encode(key), clientNonce: exchange.clientNonce, signature });
    const time = wish.launch === undefined ? await ask(place, door, signal, show) : handshakeTime;
    const paired = await within(place.host, time, signal, (s) => verdict(door, s)).catch((e: AgrafeError) => {
      throw e.kind === "timeout" ? new Diagnosis("PAIRING_EXPIRED") : e;
    });
    await keep(place, exchange, keys, paired, wish.launch !== undefined);
  } finally {
    door.close();
  }
}

/** ask shows the code and returns how long the user may take, in ms. */
async function ask(place: Place, door: Wire, signal: AbortSignal, show: (code: PairingCode) => void): Promise<number> {
  const code = await within(place.host, handshakeTime, signal, (s) => codeOf(door, s));
  show(code);
  return code.seconds * 1000 + graceTime;
}

async function codeOf(door: Wire, signal: AbortSignal): Promise<PairingCode> {
  const m = await next(door, signal);
  if ("method" in m) throw refused(m.method, m.params);
  if (m.error !== undefined) throw fromWire(m.error);
  const { code, seconds } = fields(m.result);
  if (typeof code !== "string" || !/^\d{6}$/.test(code) || typeof seconds !== "number") throw protocol();
  return { code, seconds };
}

/** verdict waits for the user. */
async function verdict(door: Wire, signal: AbortSignal): Promise<Record<string, unknown>> {
  const m = await next(door, signal);
  if (!("method" in m)) throw m.error === undefined ? protocol() : fromWire(m.error);
  if (m.method !== "paired") throw refused(m.method, m.params);
  return fields(m.params);
}

function refused(method: string, params: unknown): AgrafeError {
  if (method !== "refused") return protocol();
  return refusal(fields(params).reason) ?? offline();
}

/**
 * keep saves the key and pins the machine, once the machine has proved itself. The
 * console takes another machine than the one before: what is pinned would not protect
 * a page that the same machine serves.
 */
async function keep({ store, url }: Place, exchange: Exchange, keys: CryptoKeyPair, paired: Record<string, unknown>, launched: boolean): Promise<void> {
  if (paired.keyId !== (await keyId(await publicKey(keys)))) throw protocol();
  const known = launched ? undefined : await store.load(url);
  const machine = await exchange.machine("agrafe.v1.paired", paired.machine, known?.machine);
  await store.save(url, { keys, machine });
}
