// Amounts, dates and numbers as people write them, and back. Amounts are cents, days are
// ISO (2026-11-22), numbers are strings of digits.

import { locale, type Lang } from "./i18n";

/** Narrow no-break space, which French typography puts between thousands and before €. */
export const thin = "\u202f";

const grouped = (digits: string, glue: string): string => digits.replace(/\B(?=(\d{3})+$)/g, glue);

/** euros writes cents: 1 234,50 € or €1,234.50. */
export function euros(cents: number, lang: Lang = locale()): string {
  const whole = String(Math.floor(Math.abs(cents) / 100));
  const rest = String(Math.abs(cents) % 100).padStart(2, "0");
  const sign = cents < 0 ? "−" : "";
  if (lang === "en") return `${sign}€${grouped(whole, ",")}.${rest}`;
  return `${sign}${grouped(whole, thin)},${rest}${thin}€`;
}

/** count writes a number of things. */
export const count = (n: number, lang: Lang = locale()): string =>
  (n < 0 ? "−" : "") + grouped(String(Math.abs(n)), lang === "en" ? "," : thin);

/** centsOf reads an amount as typed: 12,5 · 1 234.50 € · null when it is none. */
export function centsOf(text: string): number | null {
  const bare = text.replace(/[\s\u00a0\u202f€]/g, "");
  const [, whole, rest = ""] = /^(\d{1,9})(?:[,.](\d{0,2}))?$/.exec(bare) ?? [];
  return whole === undefined ? null : Number(whole) * 100 + Number(rest.padEnd(2, "0"));
}

/** typedCents writes cents as one types them: 1234,50. */
export const typedCents = (cents: number): string => `${Math.floor(cents / 100)},${String(cents % 100).padStart(2, "0")}`;

const isoDay = /^(\d{4})-(\d{2})-(\d{2})/;

/** day writes an ISO day: 22/11/2026. What is none is given back as it is. */
export function day(iso: string): string {
  const [, y, m, d] = isoDay.exec(iso) ?? [];
  return y === undefined ? iso : `${d}/${m}/${y}`;
}

/** longDay writes an ISO day in words: dimanche 22 novembre 2026. */
export function longDay(iso: string, lang: Lang = locale()): string {
  if (!isoDay.test(iso)) return iso;
  return new Intl.DateTimeFormat(tag(lang), { weekday: "long", day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })
    .format(new Date(`${iso.slice(0, 10)}T00:00:00Z`));
}

/** moment writes an instant in local time: 22/11/2026 à 14:05. */
export function moment(instant: string, lang: Lang = locale()): string {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return instant;
  const two = (n: number): string => String(n).padStart(2, "0");
  const time = `${two(at.getHours())}:${two(at.getMinutes())}`;
  return `${day(isoOf(at))}${lang === "en" ? "," : " à"} ${time}`;
}

const tag = (lang: Lang): string => (lang === "en" ? "en-GB" : "fr-FR");

/** isoOf is the local day of a date. */
export function isoOf(date: Date): string {
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export const today = (): string => isoOf(new Date());

/** addDays moves an ISO day. */
export function addDays(iso: string, days: number): string {
  const at = new Date(`${iso}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/**
 * dayOf reads a day as typed: 22/11/2026 · 22-11-26 · 22112026 · 221126; null when there is no
 * such day. Two digits of a year are the nearest year that is not more than one year ahead of now.
 */
export function dayOf(text: string, now: Date = new Date()): string | null {
  const bare = text.trim();
  const [, d, m, y] = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4}|\d{2})$/.exec(bare) ?? /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(bare) ?? [];
  if (d === undefined || m === undefined || y === undefined) return null;
  const year = y.length === 4 ? Number(y) : century(Number(y), now.getFullYear());
  const at = new Date(Date.UTC(year, Number(m) - 1, Number(d)));
  if (year < 1850 || year > 2100) return null;
  const exists = at.getUTCFullYear() === year && at.getUTCMonth() === Number(m) - 1 && at.getUTCDate() === Number(d);
  return exists ? at.toISOString().slice(0, 10) : null;
}

function century(yy: number, year: number): number {
  const full = year - (year % 100) + yy;
  return full > year + 1 ? full - 100 : full;
}

/** nir spaces a number: 1 84 12 75 116 042 38. */
export function nir(digits: string): string {
  const parts = [digits.slice(0, 1), digits.slice(1, 3), digits.slice(3, 5), digits.slice(5, 7), digits.slice(7, 10), digits.slice(10, 13), digits.slice(13)];
  return parts.filter((p) => p !== "").join("\u00a0");
}

/** maskedNIR hides all of a number but the sex, the year and the last three digits before the key. */
export function maskedNIR(digits: string): string {
  const hidden = [...digits].map((c, i) => (i < 3 || (i >= 10 && i < 13) ? c : "•")).join("");
  return nir(hidden);
}
