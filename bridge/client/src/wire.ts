// One WebSocket: text frames of JSON-RPC 2.0, first pulled one by one during a
// handshake, then pushed.

import { protocol } from "./errors.js";
import type { Host, SocketLike } from "./host.js";

/** Message is a notification or an answer of the daemon. */
export type Message =
  | { readonly method: string; readonly params: unknown }
  | { readonly id: number; readonly result?: unknown; readonly error?: unknown };

/** Closed says that the socket is closed, and with which code. */
export class Closed extends Error {
  constructor(readonly code: number) {
    super(`closed (${code})`);
  }
}

/** The daemon refuses longer frames and closes; in bytes. */
export const maxFrame = 256 << 10;

// Applications may only close with 1000 or 3000-4999.
const unreadable = 4000;

/** parse returns null for a frame that is no message. */
function parse(data: unknown): Message | null {
  if (typeof data !== "string") return null;
  let m: Record<string, unknown> | null;
  try {
    m = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof m !== "object" || m === null || m.jsonrpc !== "2.0") return null;
  if (typeof m.method === "string") return { method: m.method, params: m.params };
  if (typeof m.id !== "number" || (m.result === undefined) === (m.error === undefined)) return null;
  return { id: m.id, result: m.result, error: m.error };
}

export class Wire {
  private readonly backlog: Message[] = [];
  private closed: number | undefined;
  private onMessage: ((m: Message) => void) | undefined;
  private onClose: ((code: number) => void) | undefined;

  private constructor(private readonly socket: SocketLike) {
    socket.onmessage = ({ data }) => this.take(parse(data));
    socket.onclose = ({ code }) => this.end(code);
    socket.onerror = () => {}; // a close follows
  }

  /** open fails with Closed when the socket does not open, and with the reason of signal. */
  static async open(host: Host, url: string, subprotocol: string, signal: AbortSignal): Promise<Wire> {
    signal.throwIfAborted();
    const socket = host.socket(url, subprotocol);
    const wire = new Wire(socket);
    await new Promise<void>((resolve, reject) => {
      const abort = (): void => {
        wire.close();
        reject(signal.reason);
      };
      signal.addEventListener("abort", abort);
      const settled = (then: () => void): void => {
        signal.removeEventListener("abort", abort);
        then();
      };
      socket.onopen = () => settled(resolve);
      wire.onClose = (code) => settled(() => reject(new Closed(code)));
    });
    wire.onClose = undefined;
    return wire;
  }

  /** A frame that can't be read may have been an event: the connection is given up, and what was lost is asked for again. */
  private take(m: Message | null): void {
    if (this.closed !== undefined) return;
    if (m === null) {
      this.socket.close(unreadable);
      this.end(unreadable);
    } else if (this.onMessage !== undefined) {
      this.onMessage(m);
    } else {
      this.backlog.push(m);
    }
  }

  private end(code: number): void {
    if (this.closed !== undefined) return;
    this.closed = code;
    this.onClose?.(code);
  }

  /** next waits for one message. It fails with Closed, and with the reason of signal. */
  next(signal: AbortSignal): Promise<Message> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        this.onMessage = this.onClose = undefined;
        signal.removeEventListener("abort", abort);
        then();
      };
      const abort = (): void => settle(() => reject(signal.reason));
      const first = this.backlog.shift();
      if (first !== undefined) return resolve(first);
      if (this.closed === unreadable) return reject(protocol());
      if (this.closed !== undefined) return reject(new Closed(this.closed));
      if (signal.aborted) return reject(signal.reason);
      signal.addEventListener("abort", abort);
      this.onMessage = (m) => settle(() => resolve(m));
      this.onClose = (code) => settle(() => reject(code === unreadable ? protocol() : new Closed(code)));
    });
  }

  /** listen hands over each message from now on, those that wait first, and the end. */
  listen(onMessage: (m: Message) => void, onClose: (code: number) => void): void {
    this.onMessage = onMessage;
    this.onClose = onClose;
    for (const m of this.backlog.splice(0)) onMessage(m);
    const { closed } = this;
    if (closed !== undefined) queueMicrotask(() => onClose(closed)); // after what the caller still has to do
  }

  send(text: string): void {
    if (this.closed === undefined) this.socket.send(text);
  }

  request(id: number, method: string, params: unknown): void {
    this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
  }

  /** close ends the connection; nothing more is handed over, not even the end. */
  close(): void {
    if (this.closed !== undefined) return;
    this.closed = 1000;
    this.socket.close(1000);
  }
}
