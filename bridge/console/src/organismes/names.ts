// Payers by their names. A name is that of the published list, or of the practice's own rows,
// which go before it; a payer that stands in neither has its number only.

import type { Lot } from "../../../client/src/types";
import { payer } from "../facturer/draft";
import { rowsOf, type Row } from "../facturer/tables";
import { call } from "../session";

/** Payer is a payer as a lot names it. */
export type Payer = Pick<Lot, "regime" | "caisse" | "centre">;

/** Names are rows of the table of payers by their numbers: 01-349-9881. */
export type Names = ReadonlyMap<string, Row>;

const table = "organismes";
const own = `${table} (local)`;

/** namesOf takes the rows of several tables, the later before the earlier. */
export const namesOf = (...tables: readonly (readonly Row[])[]): Names =>
  new Map(tables.flat().map((r) => [payer({ regime: r["regime"] ?? "", caisse: r["caisse_health_fund"] ?? "", centre: r["centre"] ?? "" }), r]));

/** nameOf is the name of a payer as its list writes it; "" where none is known. */
export const nameOf = (names: Names, of: Payer): string => names.get(payer(of))?.["name"] ?? "";

/** textOf names a payer in a line: its name and its number, or the number alone. */
export function textOf(names: Names, of: Payer): string {
  const name = nameOf(names, of);
  return name === "" ? payer(of) : `${name} (${payer(of)})`;
}

/** distinct is each payer once. */
export const distinct = (list: readonly Payer[]): readonly Payer[] => [...new Map(list.map((o) => [payer(o), o])).values()];

let reading: Promise<Names> | undefined;

/** readNames reads the tables once for as long as the page is open; a reading that failed is tried again the next time. */
export function readNames(): Promise<Names> {
  reading ??= read();
  reading.catch(() => (reading = undefined));
  return reading;
}

async function read(): Promise<Names> {
  const { tables } = await call("tables.list", {});
  const list = await Promise.all([table, ...tables.filter((one) => one.nom === own).map((one) => one.nom)].map(rowsOf));
  return namesOf(...list);
}

const lots = new Map<string, Promise<Payer>>();

/** payerOfLot is the payer that a lot goes to, which never changes. */
export function payerOfLot(id: string): Promise<Payer> {
  const known = lots.get(id);
  if (known !== undefined) return known;
  const asked = call("lots.get", { id }).then(({ lot }) => lot);
  lots.set(id, asked);
  asked.catch(() => lots.delete(id));
  return asked;
}
