// The tables of codes as the screen offers them. They do not change while the page is open.

import { useEffect, useState } from "preact/hooks";
import type { TableRow } from "../../../client/src/types";
import type { Choice } from "../ui";
import { t } from "../i18n";
import { call } from "../session";

/** Row is a row of a table by the names of its columns. */
export type Row = Readonly<Record<string, string>>;

const whole = new Map<string, Promise<readonly Row[]>>();

/** rowsOf reads a whole table once; a reading that failed is tried again the next time. */
export function rowsOf(table: string): Promise<readonly Row[]> {
  const known = whole.get(table);
  if (known !== undefined) return known;
  const reading = readAll(table);
  whole.set(table, reading);
  reading.catch(() => whole.delete(table));
  return reading;
}

async function readAll(table: string): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (let after: string | undefined; ; ) {
    const page = await call("tables.show", { table, ...(after !== undefined && { after }) });
    for (const cells of page.rangees) rows.push(rowOf(page.colonnes, cells));
    if (page.next === undefined) return rows;
    after = page.next;
  }
}

/** rowOf names the cells of a row. */
export const rowOf = (columns: readonly string[], cells: readonly string[]): Row => Object.fromEntries(columns.map((c, i) => [c, cells[i] ?? ""]));

const none: readonly Row[] = [];

/** useRows are the rows of a table; none until they are there. */
export function useRows(table: string): readonly Row[] {
  const [rows, setRows] = useState(none);
  useEffect(() => {
    let shown = true;
    rowsOf(table).then((r) => shown && setRows(r), () => undefined); // what uses it goes on without labels
    return () => void (shown = false);
  }, [table]);
  return rows;
}

/** choicesOf offers rows that are good at a day: code and label, or the label alone. */
export function choicesOf(rows: readonly Row[], key: string, day: string, withCode = false): Choice[] {
  return rows
    .filter((r) => isValid(r, day))
    .map((r) => ({ value: r[key] ?? "", label: withCode ? `${r[key]} · ${sentence(r["libelle"] ?? "")}` : sentence(r["libelle"] ?? "") }));
}

/** isValid says whether a row is good at an ISO day; a bound that is not given is none. */
export const isValid = (row: Row, day: string): boolean => {
  const from = row["valide_du"] ?? "";
  const to = row["valide_au"] ?? "";
  return (from === "" || from <= day) && (to === "" || day <= to);
};

/** What the tables say of a code whose label no source has shown. */
const unseen = "(libellé non vu)";

/** sentence writes a label in capitals, as the sources have some, in lower case. */
export function sentence(label: string): string {
  if (label === unseen) return t("facturer.libelle.inconnu");
  if (label !== label.toUpperCase() || label.length < 5) return label.charAt(0).toUpperCase() + label.slice(1);
  const low = label.toLowerCase();
  return low.charAt(0).toUpperCase() + low.slice(1);
}

/** search finds rows of one kind of table, the practice's own among them, by words. */
export async function search(words: string, table: string, signal: AbortSignal): Promise<readonly Row[]> {
  const found = await call("tables.search", { mots: words }, { signal });
  const rows = found.lignes.filter((r: TableRow) => r.table === table || r.table === `${table} (local)`).map((r) => rowOf(r.colonnes, r.rangee));
  return ranked(rows, words);
}

/** ranked puts the code that was typed first, then labels with the very words, the shorter codes before the longer. */
export function ranked(rows: readonly Row[], words: string): readonly Row[] {
  const typed = plain(words).trim();
  const rank = (r: Row): number => {
    if (plain(r["code"] ?? "") === typed) return 0;
    const label = plain(r["libelle"] ?? "").split(/[^a-z0-9]+/);
    return typed.split(/\s+/).every((w) => label.includes(w)) ? 1 : 2;
  };
  const length = (r: Row): number => (r["code"] ?? "").length;
  return [...rows].sort((a, b) => rank(a) - rank(b) || (rank(a) === 1 ? length(a) - length(b) : 0));
}

/** plain is a text without accents and capitals. */
const plain = (text: string): string => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
