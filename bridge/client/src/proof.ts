// Who signs what: ECDSA P-256 over SHA-256, signatures of 64 bytes r‖s, public keys
// as the 65-byte uncompressed point, each text made of lines without a final newline.

import { decode, encode, type Bytes } from "./bytes.js";
import { Diagnosis } from "./diagnosis.js";
import { protocol } from "./errors.js";

const curve = { name: "ECDSA", namedCurve: "P-256" };
const signing = { name: "ECDSA", hash: "SHA-256" };

/** Purpose is the first line of what is signed, so that no signature serves for another thing. */
export type Purpose = "agrafe.v1.auth" | "agrafe.v1.enrol" | "agrafe.v1.pair" | "agrafe.v1.hello" | "agrafe.v1.paired";

const nonceSize = 32;

/** generate makes a key whose private half never leaves the browser. */
export const generate = (): Promise<CryptoKeyPair> => crypto.subtle.generateKey(curve, false, ["sign", "verify"]);

export async function publicKey(keys: CryptoKeyPair): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
}

/** keyId names a public key: SHA-256 of its bytes. */
export async function keyId(key: Bytes): Promise<string> {
  return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", key)));
}

/** Exchange is one challenge, answered once. */
export class Exchange {
  readonly clientNonce = encode(crypto.getRandomValues(new Uint8Array(nonceSize)));

  constructor(
    private readonly origin: string,
    private readonly nonce: string,
  ) {}

  private text(purpose: Purpose): Bytes {
    return new TextEncoder().encode([purpose, this.origin, this.nonce, this.clientNonce].join("\n"));
  }

  async sign(purpose: Purpose, key: CryptoKey): Promise<string> {
    return encode(new Uint8Array(await crypto.subtle.sign(signing, key, this.text(purpose))));
  }

  /**
   * machine checks what the machine shows of itself and returns its public key. It
   * fails with IMPOSTOR when the signature is not that key's, or when pinned is
   * given and is another key.
   */
  async machine(purpose: Purpose, shown: unknown, pinned: string | undefined): Promise<string> {
    const { publicKey: key, signature } = (shown ?? {}) as { publicKey?: unknown; signature?: unknown };
    const point = decode(key, 65);
    const proof = decode(signature, 64);
    if (point === null || proof === null) throw protocol();
    if (pinned !== undefined && key !== pinned) throw new Diagnosis("IMPOSTOR");
    const good = await crypto.subtle
      .importKey("raw", point, curve, false, ["verify"])
      .then((k) => crypto.subtle.verify(signing, k, proof, this.text(purpose)), () => false);
    if (!good) throw new Diagnosis("IMPOSTOR");
    return encode(point);
  }
}

const remembered = 1024;

/**
 * Nonces answers each challenge at most once: 32 random bytes that come twice are a
 * recording. It remembers the last 1024.
 */
export class Nonces {
  private readonly seen = new Set<string>();

  exchange(origin: string, nonce: unknown): Exchange {
    if (typeof nonce !== "string" || decode(nonce, nonceSize) === null) throw protocol();
    if (this.seen.has(nonce)) throw new Diagnosis("IMPOSTOR");
    this.seen.add(nonce);
    for (const oldest of this.seen) {
      if (this.seen.size <= remembered) break;
      this.seen.delete(oldest);
    }
    return new Exchange(origin, nonce);
  }
}
