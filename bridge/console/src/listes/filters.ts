// The filters of the list of FSE, and what an address asks for: #/fse/a-signer, #/fse/2026-11-22, or one FSE.

import type { PlainKey } from "../i18n";
import type { Wanted } from "./fse-pager";

export interface Group {
  readonly id: string;
  readonly label: PlainKey;
  readonly states: readonly string[];
}

export const groups: readonly Group[] = [
  { id: "toutes", label: "fse.filtre.toutes", states: [] },
  { id: "brouillon", label: "fse.filtre.brouillons", states: ["brouillon"] },
  { id: "a-signer", label: "fse.filtre.a-signer", states: ["a-signer"] },
  { id: "en-lot", label: "fse.filtre.en-lot", states: ["signee", "en-lot"] },
  { id: "transmises", label: "fse.filtre.transmises", states: ["transmise", "acquittee", "sans-arl-attendu"] },
  { id: "payees", label: "fse.filtre.payees", states: ["payee", "payee-partiellement"] },
  { id: "rejetees", label: "fse.filtre.rejetees", states: ["rejetee"] },
  { id: "papier", label: "fse.filtre.papier", states: ["papier"] },
  { id: "closes", label: "fse.filtre.closes", states: ["annulee", "remplacee"] },
];

/** Filter is what the user has chosen. */
export interface Filter {
  readonly group: string;
  /** ISO; "" for any. */
  readonly day: string;
  /** As typed. */
  readonly number: string;
}

export const noFilter: Filter = { group: "toutes", day: "", number: "" };

export const isFiltered = (f: Filter): boolean => f.group !== noFilter.group || f.day !== "" || f.number !== "";

export interface Asked {
  readonly filter: Filter | undefined;
  /** The FSE to show; "" for none. */
  readonly id: string;
}

/** asked is what the word behind #/fse/ means. */
export function asked(word: string): Asked {
  if (groups.some((g) => g.id === word)) return { filter: { ...noFilter, group: word }, id: "" };
  if (/^\d{4}-\d{2}-\d{2}$/.test(word)) return { filter: { ...noFilter, day: word }, id: "" };
  return { filter: undefined, id: word };
}

/** wantedOf is the list that a filter asks for. A number is looked up among all FSE. */
export function wantedOf(f: Filter): Wanted {
  const digits = f.number.replace(/\D/g, "");
  if (digits !== "") return { states: [], day: "", numero: digits.padStart(9, "0").slice(-9) };
  return { states: groups.find((g) => g.id === f.group)?.states ?? [], day: f.day, numero: "" };
}
