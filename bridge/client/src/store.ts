// Where a page keeps its key and the machine that it trusts.

import { AgrafeError } from "./errors.js";

/** Identity is what a page keeps of one daemon. */
export interface Identity {
  /** The page's key; its private half can't be exported. */
  readonly keys: CryptoKeyPair;
  /** Public key of the machine, base64url: whoever shows another is an impostor. */
  readonly machine: string;
}

/** Store keeps one Identity by name. Its values hold CryptoKeys, which only structured clone can copy. */
export interface Store {
  load(name: string): Promise<Identity | undefined>;
  save(name: string, identity: Identity): Promise<void>;
  clear(name: string): Promise<void>;
}

/** memoryStore forgets with the page. */
export function memoryStore(): Store {
  const kept = new Map<string, Identity>();
  return {
    load: async (name) => kept.get(name),
    save: async (name, identity) => void kept.set(name, identity),
    clear: async (name) => void kept.delete(name),
  };
}

const database = "agrafe";
const table = "identities";

/** indexedDBStore keeps keys in the browser, for this origin only. */
export function indexedDBStore(): Store {
  return {
    load: (name) => inStore("readonly", (t) => t.get(name) as IDBRequest<Identity | undefined>),
    save: async (name, identity) => void (await inStore("readwrite", (t) => t.put(identity, name))),
    clear: (name) => inStore("readwrite", (t) => t.delete(name)),
  };
}

async function inStore<T>(mode: IDBTransactionMode, act: (t: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = db.transaction(table, mode, { durability: "strict" });
      const request = act(transaction.objectStore(table));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(noStorage());
    });
  } finally {
    db.close();
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(database, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(table);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(noStorage());
  });
}

const noStorage = (): AgrafeError =>
  new AgrafeError({
    kind: "unsupported", code: "STOCKAGE",
    message: "Ce navigateur ne laisse pas ce site garder sa clé (navigation privée, disque plein ?). Autorisez le stockage du site, puis rechargez la page.",
  });
