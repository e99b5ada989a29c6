// The time that the takings are shown of.

import { addDays } from "../format";
import type { PlainKey } from "../i18n";

export interface Range {
  /** First and last day, ISO. */
  readonly from: string;
  readonly to: string;
}

const longest = 92; // days, as the daemon has it

export interface Preset extends Range {
  readonly id: string;
  readonly label: PlainKey;
}

/** presets are the times that are asked for most, seen from a day. */
export function presets(now: string): readonly Preset[] {
  const first = `${now.slice(0, 7)}-01`;
  const before = addDays(first, -1);
  const yesterday = addDays(now, -1);
  return [
    { id: "jour", label: "recettes.aujourdhui", from: now, to: now },
    { id: "hier", label: "recettes.hier", from: yesterday, to: yesterday },
    { id: "semaine", label: "recettes.semaine", from: addDays(now, -6), to: now },
    { id: "mois", label: "recettes.mois", from: first, to: now },
    { id: "mois-dernier", label: "recettes.mois-dernier", from: `${before.slice(0, 7)}-01`, to: before },
  ];
}

/** daysOf are the days of a time, both ends included. */
export function daysOf({ from, to }: Range): readonly string[] {
  const days: string[] = [];
  for (let d = from; d <= to && days.length < longest; d = addDays(d, 1)) days.push(d);
  return days;
}

/** faultOf is what is wrong with a time; undefined for nothing. */
export function faultOf({ from, to }: Range): PlainKey | undefined {
  if (from === "" || to === "") return "recettes.dates.manquent";
  if (to < from) return "recettes.dates.ordre";
  return to > addDays(from, longest - 1) ? "recettes.dates.long" : undefined;
}

/** presetOf is the id of the preset that is that time; "" for none. */
export const presetOf = (r: Range, now: string): string => presets(now).find((p) => p.from === r.from && p.to === r.to)?.id ?? "";

export interface Share {
  readonly mean: string;
  readonly cents: number;
  /** Of all, 0 to 1. */
  readonly part: number;
}

/** sharesOf are the sums by means of payment, the greatest first. */
export function sharesOf(byMeans: Readonly<Record<string, number>> | undefined): readonly Share[] {
  const all = Object.entries(byMeans ?? {}).filter(([, cents]) => cents > 0);
  const sum = all.reduce((n, [, cents]) => n + cents, 0);
  return all.map(([mean, cents]) => ({ mean, cents, part: cents / sum })).sort((a, b) => b.cents - a.cents);
}
