// Binary values as the wire writes them: base64url without padding (RFC 4648,
// section 5).

export type Bytes = Uint8Array<ArrayBuffer>;

export function encode(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** decode returns null when text is not a base64url value of exactly size bytes. */
export function decode(text: unknown, size: number): Bytes | null {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) return null;
  if (text.length !== Math.ceil((size * 4) / 3)) return null;
  const raw = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(raw, (c) => c.charCodeAt(0));
}
