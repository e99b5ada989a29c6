// What the client needs of the page it runs in, so that tests and other hosts can
// stand in for a browser.

import { AgrafeError } from "./errors.js";

export type Permission = "granted" | "denied" | "prompt" | "unsupported";

/** SocketLike is the part of WebSocket that is used. */
export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

export interface Host {
  /** As the browser sends it in Origin. */
  readonly origin: string;
  readonly secure: boolean;
  /** permission is the browser's answer on reaching this computer's own programs. It never asks the user. */
  permission(): Promise<Permission>;
  /**
   * knock resolves when something answers at url: true when the answer is one that
   * this page may read, which the daemon gives to the pages it knows. It may make the
   * browser ask the user.
   */
  knock(url: string, signal: AbortSignal): Promise<boolean>;
  socket(url: string, subprotocol: string): SocketLike;
  /** Milliseconds of a clock that never goes back. */
  now(): number;
  /** after calls fn once, ms later, unless the function that it returns is called first. */
  after(ms: number, fn: () => void): () => void;
  /** In [0, 1); spreads reconnections, secures nothing. */
  random(): number;
  /** onWake calls fn when the page comes back to the screen or to the network, until the function that it returns is called. */
  onWake(fn: () => void): () => void;
  /** alone runs act while no other page of this origin runs one of that name. It fails with the reason of signal. */
  alone<T>(name: string, signal: AbortSignal, act: () => Promise<T>): Promise<T>;
}

// The newer name first: Chromium split local-network-access in two.
const permissionNames = ["loopback-network", "local-network-access"];

/** browser is the Host of the page that runs this. It fails outside a browser. */
export function browser(): Host {
  if (globalThis.isSecureContext === undefined) {
    throw new AgrafeError({
      kind: "unsupported", code: "HORS_NAVIGATEUR",
      message: "Ceci n'est pas un navigateur : un programme de ce poste se connecte avec le jeton local d'Agrafe.",
    });
  }
  return {
    origin: globalThis.origin,
    secure: globalThis.isSecureContext,
    permission,
    knock,
    socket: (url, subprotocol) => new WebSocket(url, subprotocol) as SocketLike,
    now: () => performance.now(),
    after(ms, fn) {
      const timer = setTimeout(fn, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    onWake,
    alone,
  };
}

async function knock(url: string, signal: AbortSignal): Promise<boolean> {
  // targetAddressSpace makes Chromium ask the user; others ignore it.
  const options = { cache: "no-store", credentials: "omit", targetAddressSpace: "loopback", signal } as RequestInit;
  try {
    return (await fetch(url, options)).ok;
  } catch (e) {
    signal.throwIfAborted();
    if (["prompt", "denied"].includes(await permission())) throw e; // don't have the user asked twice
    // An answer that can't be read still tells that somebody is there.
    await fetch(url, { ...options, mode: "no-cors" });
    return false;
  }
}

async function permission(): Promise<Permission> {
  for (const name of permissionNames) {
    try {
      return (await navigator.permissions.query({ name } as unknown as PermissionDescriptor)).state;
    } catch {
      // This browser does not know the name.
    }
  }
  return "unsupported";
}

/** Browsers without locks (before 2022) may enrol a key for each of two tabs that connect at once. */
async function alone<T>(name: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  return locks === undefined ? act() : locks.request(name, { signal }, act);
}

function onWake(fn: () => void): () => void {
  const seen = (): void => {
    if (document.visibilityState === "visible") fn();
  };
  globalThis.addEventListener("online", fn);
  globalThis.document?.addEventListener("visibilitychange", seen);
  return () => {
    globalThis.removeEventListener("online", fn);
    globalThis.document?.removeEventListener("visibilitychange", seen);
  };
}
