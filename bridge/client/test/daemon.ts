// A stand-in for the daemon, written from the protocol and not from the client: it
// checks every signature that it is shown with Node's own crypto.

import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, verify, type KeyObject } from "node:crypto";

/** End is the daemon's end of a socket. */
export interface End {
  receive: (text: string) => void;
  open(): void;
  deliver(data: unknown): void;
  end(code: number): void;
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: Record<string, any>;
}

/** Handler answers a call; it throws what goes into error.data, and returns never to leave it without answer. */
export type Handler = (params: Record<string, any>, end: End) => unknown;

export const never = Symbol("never");

type Verdict = "accept" | "user" | "expired" | "busy" | "cooldown" | "nobody";

const b64 = (b: Uint8Array): string => Buffer.from(b).toString("base64url");

const point = (key: KeyObject): Buffer => {
  const { x, y } = key.export({ format: "jwk" });
  return Buffer.concat([Buffer.from([4]), Buffer.from(x!, "base64url"), Buffer.from(y!, "base64url")]);
};

const keyOf = (raw: Buffer): KeyObject =>
  createPublicKey({ format: "jwk", key: { kty: "EC", crv: "P-256", x: b64(raw.subarray(1, 33)), y: b64(raw.subarray(33)) } });

export class Daemon {
  up = true;
  door = true; // whether /v1/pair opens
  full = false; // no connection is accepted
  enrol = false;
  listed = false;
  apiLevels = [1];
  instance = "run-1";
  seq = 10;
  kept = 0; // events after this one are kept for a resync
  machine: { publicKey: KeyObject; privateKey: KeyObject };
  readonly keys = new Map<string, KeyObject>();
  readonly ends = new Set<End>(); // greeted
  readonly calls: Call[] = [];
  readonly verdicts: Verdict[] = [];
  readonly launches = new Set<string>(); // tokens of the console
  events: any[] = [];
  snapshot: Record<string, any> = { service: { up: true }, readers: [], cards: [], leases: [], queue: queue(0) };
  handlers: Record<string, Handler> = {};
  /** Changes what is sent, to play a bad daemon. */
  tamper: (message: any) => unknown = (m) => m;
  nonce: () => string = () => b64(randomBytes(32));
  private asked: ((v: Verdict) => void) | undefined;

  private constructor(readonly origin: string) {
    this.machine = generateKeyPairSync("ec", { namedCurve: "P-256" });
  }

  static async start(origin: string): Promise<Daemon> {
    return new Daemon(origin);
  }

  reinstalled(): void {
    this.machine = generateKeyPairSync("ec", { namedCurve: "P-256" });
  }

  accept(path: string, subprotocol: string, end: End): void {
    const known = path === "/v1" ? this.listed && subprotocol === "agrafe.v1" : path === "/v1/pair" && this.door && subprotocol === "agrafe.pair.v1";
    if (!this.up || this.full || !known) return end.end(1006);
    end.open();
    const nonce = this.nonce();
    if (path === "/v1") {
      this.send(end, "challenge", { nonce, apiLevels: this.apiLevels, enrol: this.enrol });
      end.receive = (text) => this.first(end, nonce, JSON.parse(text));
    } else {
      this.send(end, "challenge", { nonce });
      end.receive = (text) => this.pair(end, nonce, JSON.parse(text));
    }
  }

  private send(end: End, method: string, params: unknown): void {
    end.deliver(JSON.stringify(this.tamper({ jsonrpc: "2.0", method, params })));
  }

  private reply(end: End, id: number, result: unknown): void {
    end.deliver(JSON.stringify(this.tamper({ jsonrpc: "2.0", id, result })));
  }

  private refuse(end: End, id: number, kind: string, close: number): void {
    end.deliver(JSON.stringify({ jsonrpc: "2.0", id, error: { code: -32000, message: "non", data: { kind, code: "ESSAI", message: "non", retryable: false } } }));
    end.end(close);
  }

  private proof(purpose: string, nonce: string, clientNonce: string): { publicKey: string; signature: string } {
    const text = Buffer.from(`${purpose}\n${this.origin}\n${nonce}\n${clientNonce}`);
    const { publicKey, privateKey: key } = this.machine;
    return { publicKey: b64(point(publicKey)), signature: b64(sign("sha256", text, { key, dsaEncoding: "ieee-p1363" })) };
  }

  private signed(purpose: string, nonce: string, p: Record<string, any>, key: KeyObject): boolean {
    const text = Buffer.from(`${purpose}\n${this.origin}\n${nonce}\n${p.clientNonce}`);
    return Buffer.from(p.clientNonce, "base64url").length === 32 && verify("sha256", text, { key, dsaEncoding: "ieee-p1363" }, Buffer.from(p.signature, "base64url"));
  }

  private first(end: End, nonce: string, call: Call): void {
    this.calls.push(call);
    const { id, method, params: p } = call;
    if (p.apiLevel !== 1) return this.refuse(end, id, "unsupported", 4406);
    let key: KeyObject | undefined;
    if (method === "auth") key = this.keys.get(p.keyId);
    else if (method === "enrol" && this.enrol) key = keyOf(Buffer.from(p.publicKey, "base64url"));
    else return this.refuse(end, id, "denied", 4403);
    if (key === undefined) return this.refuse(end, id, "not-paired", 4401);
    if (!this.signed(`agrafe.v1.${method}`, nonce, p, key)) return this.refuse(end, id, "denied", 4403);
    const keyId = this.learn(key);
    this.reply(end, id, { keyId, scopes: ["readers", "fse"], machine: this.proof("agrafe.v1.hello", nonce, p.clientNonce) });
    const { instance, seq, snapshot } = this;
    this.send(end, "hello", { apiLevels: [1], version: "essai", instance, environnement: "demonstration", snapshot: { seq, ...snapshot }, capabilities: [] });
    this.ends.add(end);
    end.receive = (text) => this.take(end, JSON.parse(text));
  }

  private learn(key: KeyObject): string {
    const keyId = createHash("sha256").update(point(key)).digest("base64url");
    this.keys.set(keyId, key);
    return keyId;
  }

  private pair(end: End, nonce: string, call: Call): void {
    this.calls.push(call);
    const { id, params: p } = call;
    const key = keyOf(Buffer.from(p.publicKey, "base64url"));
    if (!this.signed("agrafe.v1.pair", nonce, p, key)) return this.refuse(end, id, "denied", 4403);
    if (p.launch !== undefined) {
      if (!this.launches.delete(p.launch)) return this.refuse(end, id, "denied", 4403);
      this.asked = undefined;
      this.listed = true;
      this.send(end, "paired", { keyId: this.learn(key), scopes: p.scopes, machine: this.proof("agrafe.v1.paired", nonce, p.clientNonce) });
      return end.end(1000);
    }
    const [verdict] = this.verdicts;
    if (verdict !== undefined) {
      this.verdicts.shift();
      this.send(end, "refused", { reason: verdict });
      return end.end(1000);
    }
    this.asked = (v) => {
      if (v === "accept") {
        this.listed = true;
        this.send(end, "paired", { keyId: this.learn(key), scopes: p.scopes, machine: this.proof("agrafe.v1.paired", nonce, p.clientNonce) });
      } else {
        this.send(end, "refused", { reason: v });
      }
      end.end(1000);
    };
    this.reply(end, id, { code: "042137", seconds: 60 });
  }

  /** decide is the user's answer to the dialog. */
  decide(v: Verdict): void {
    this.asked?.(v);
  }

  private take(end: End, call: Call): void {
    this.calls.push(call);
    const handler = this.handlers[call.method] ?? builtin[call.method];
    if (handler === undefined) throw new Error(`no handler of ${call.method}`);
    try {
      const result = handler.call(this, call.params, end);
      if (result !== never) this.reply(end, call.id, result);
    } catch (data) {
      end.deliver(JSON.stringify({ jsonrpc: "2.0", id: call.id, error: { code: -32000, message: "non", data } }));
    }
  }

  /** publish tells every page of one thing. */
  publish(type: string, object: unknown): void {
    const e = { seq: ++this.seq, at: "2026-01-02T03:04:05Z", type, [type]: object };
    this.events.push(e);
    for (const end of this.ends) this.send(end, "event", e);
  }

  /** skip is an event that is for somebody else. */
  skip(): void {
    this.seq++;
  }

  missed({ since, instance }: Record<string, any>): unknown {
    if (instance !== this.instance || since < this.kept) return { events: [], snapshot: { seq: this.seq, ...this.snapshot } };
    return { events: this.events.filter((e) => e.seq > since) };
  }

  /** drop closes every connection. */
  drop(code = 1006): void {
    for (const end of this.ends) end.end(code);
    this.ends.clear();
  }

  restarted(): void {
    this.drop();
    this.instance = `run-${this.instance.length}-${randomBytes(3).toString("hex")}`;
    this.seq = 0;
    this.events = [];
  }

  count(method: string): number {
    return this.calls.filter((c) => c.method === method).length;
  }
}

export const queue = (aSigner: number) => ({ brouillons: 0, aSigner, signees: 0, lotsOuverts: 0, lotsClos: 0, rejets: 0, papiers: 0, aTraiter: 0, indecis: 0, transmis: 0 });

const builtin: Record<string, Handler> = {
  "system.ping": (p) => p,
  "events.resync"(this: Daemon, p) {
    return this.missed(p);
  },
};
