// Files of the daemon: shown in a tab of their own, where they are printed, or kept.
// They come in the answer itself, and reach the tab as an object of this page: the daemon's
// own addresses of documents are for downloads, which a browser does not show.

import type { DocumentResult } from "../../../client/src/types";
import { call } from "../session";
import type { DocumentName } from "./can";

const life = 600_000; // ms that a tab may take to load, and its user to keep it

/** bytesOf decodes base64. */
export const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

function addressOf(base64: string, type: string): string {
  const url = URL.createObjectURL(new Blob([bytesOf(base64)], { type }));
  setTimeout(() => URL.revokeObjectURL(url), life);
  return url;
}

/** keep has the browser keep a file. */
export function keep(name: string, base64: string, type = "application/octet-stream"): void {
  follow(addressOf(base64, type), name);
}

function follow(url: string, name: string): void {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

/** show opens a document in a tab; false when the browser opens none and keeps it as a file. */
export function show({ nom, type, fichier, url }: DocumentResult): boolean {
  if (fichier === undefined) {
    if (url !== undefined) follow(url, nom);
    return false;
  }
  const address = addressOf(fichier, type);
  if (open(address, "_blank") !== null) return true;
  follow(address, nom);
  return false;
}

/** Subject is what a document is about. */
export interface Subject {
  readonly kind: "fse" | "lot";
  readonly id: string;
  /** As the user knows it. */
  readonly name: string;
}

/** documentOf has a document made. */
export const documentOf = ({ kind, id }: Subject, document: DocumentName): Promise<DocumentResult> =>
  call(kind === "fse" ? "fse.print" : "lots.bordereau", { id, document, fichier: true });
