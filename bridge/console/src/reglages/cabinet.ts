// The settings of a practice as they are edited: pure steps from one to the next.

import type { Cabinet, Caisse, Contact, Issue, TableResult } from "../../../client/src/types";

/** linesOf are the lines of an address as typed; the empty ones fall out at the end only, so that one can type. */
export const linesOf = (text: string): readonly string[] => text.split("\n");

export const textOf = (lines: readonly string[] | undefined): string => (lines ?? []).join("\n");

const kept = (lines: readonly string[]): readonly string[] => lines.map((l) => l.trim()).filter((l) => l !== "");

type Optional = "titre" | "structure" | "telephone" | "fermeture" | "imprimante";

/** withText sets a field that may be absent; "" is absent. */
export function withText(c: Cabinet, field: Optional, value: string): Cabinet {
  if (value !== "") return { ...c, [field]: value };
  const { [field]: _, ...rest } = c;
  return rest as Cabinet;
}

const optionalOf = (c: Contact): Contact => ({
  sujet: c.sujet.trim(),
  nom: c.nom.trim(),
  ...filled("telephone", c.telephone),
  ...filled("courriel", c.courriel),
  ...filled("site", c.site),
});

const filled = (name: string, value: string | undefined): object => (value === undefined || value.trim() === "" ? {} : { [name]: value.trim() });

const caisseOf = (c: Caisse): Caisse => ({ nom: c.nom.trim(), adresse: kept(c.adresse) });

/** tidy is c as it is sent: without blanks around, empty lines and contacts without anything. */
export function tidy(c: Cabinet): Cabinet {
  const { contacts, parRegime, ...rest } = c;
  const people = (contacts ?? []).map(optionalOf).filter((p) => p.nom !== "" || Object.keys(p).length > 2);
  const regimes = Object.entries(parRegime ?? {}).map(([code, caisse]) => [code, caisseOf(caisse)] as const);
  return {
    ...rest,
    adresse: kept(c.adresse),
    rattachement: caisseOf(c.rattachement),
    ...(people.length > 0 && { contacts: people }),
    ...(regimes.length > 0 && { parRegime: Object.fromEntries(regimes) }),
  };
}

const plain = (path: string): string => path.replace(/^\//, "").replaceAll("/", ".").replace(/\[(\w+)\]/g, ".$1");

/** within says whether an issue is about a field or what is in it: "contacts" has "contacts.0.nom". */
export const within = (chemin: string, path: string): boolean => plain(chemin) === path || plain(chemin).startsWith(`${path}.`);

/** issueAt is what is said of a field; "" for nothing. */
export const issueAt = (issues: readonly Issue[], path: string): string => issues.find((i) => within(i.chemin, path))?.message ?? "";

export interface KnownAddress {
  /** régime and caisse: "01471". */
  readonly id: string;
  readonly caisse: Caisse;
  readonly source: string;
}

type Table = Pick<TableResult, "colonnes" | "rangees">;
type Row = Readonly<Record<string, string | undefined>>;

/** rowsOf are the rows of a table by the names of its columns. */
const rowsOf = ({ colonnes, rangees }: Table): readonly Row[] => rangees.map((row) => Object.fromEntries(colonnes.map((name, i) => [name, row[i]])));

/** knownAddresses reads the table of the addresses that papers are sent to. */
export function knownAddresses(table: Table): readonly KnownAddress[] {
  return rowsOf(table).map((row) => {
    const [nom = "", ...adresse] = (row["adresse"] ?? "").split(", ");
    return { id: `${row["regime"] ?? ""}${row["caisse"] ?? ""}`, caisse: { nom, adresse }, source: row["source"] ?? "" };
  });
}

interface Coded {
  /** Two digits: tables write 1 for 01. */
  readonly code: string;
  readonly medecin: string | undefined;
}

/** choicesOf are the rows of a table of codes of two digits that fit, to choose from. */
export function choicesOf(table: Table, fits: (row: Coded) => boolean): readonly { value: string; label: string }[] {
  return rowsOf(table)
    .map((row) => ({ code: (row["code"] ?? "").padStart(2, "0"), medecin: row["medecin"], libelle: row["libelle"] }))
    .filter(fits)
    .map(({ code, libelle }) => ({ value: code, label: `${code} · ${libelle}` }));
}

/** timeOf reads an hour as typed, 19h30 · 1930 · 19:30, as 19:30; anything else stays as it is, for the daemon to judge. */
export function timeOf(text: string): string {
  const [, h, m = "00"] = /^(\d{1,2})\s*[h:]?\s*(\d{2})?$/i.exec(text.trim()) ?? [];
  return h === undefined ? text.trim() : `${h.padStart(2, "0")}:${m}`;
}

const replacing = "R"; // exercice of a remplaçant, whose card tells the number of whom they replace

/** bills says whether a situation is one under which one bills: an employee has no number, a remplaçant types theirs. */
export const bills = (c: Cabinet): boolean => c.numeroAM !== "" || c.exercice === replacing;

/** keptOf are the settings that there are for a situation of the card; those of a remplaçant by their RPPS. */
export const keptOf = (card: Cabinet, kept: readonly Cabinet[]): Cabinet | undefined =>
  kept.find((k) => (card.numeroAM === "" ? k.exercice === replacing && k.rpps === card.rpps : k.numeroAM === card.numeroAM));

/** merged is what the card says now, with what only the practice says kept. */
export function merged(before: Cabinet | undefined, card: Cabinet): Cabinet {
  if (before === undefined) return card;
  const { rpps, nom, prenom, specialite, convention, optam, exercice } = card;
  return { ...before, rpps, nom, prenom, specialite, convention, optam, ...(exercice !== undefined && { exercice }) };
}

/** subjects are the questions of « les bons contacts »: making an FSE, being paid, printing. */
export const subjects = ["facturation", "paiement", "impression"] as const;

/** phone keeps what a telephone number is written with. */
export const phone = (text: string): string => text.replace(/[^\d +.]/g, "");
