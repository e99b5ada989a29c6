// @agrafe/client lets a web page use the Agrafe of the computer that shows it.

export { Agrafe, connect, defaultURL, forget, type ConnectOptions, type EventOf, type Events, type Scope } from "./agrafe.js";
export type { CallOptions } from "./calls.js";
export { Diagnosis, type DiagnosisCode, type Sentence } from "./diagnosis.js";
export { AgrafeError, kinds, type Issue, type Kind } from "./errors.js";
export { browser, type Host, type Permission, type SocketLike } from "./host.js";
export type { EndedJob, JobOptions, JobRun } from "./jobs.js";
export type { State } from "./link.js";
export { indexedDBStore, memoryStore, type Identity, type Store } from "./store.js";
export type * from "./types.js";
export type { PairingCode } from "./way.js";
