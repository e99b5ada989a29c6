// Dates of birth as cards write them: digits that stay as they are, lunar dates included
// (day or month 00 or beyond the calendar), read and written as JJ/MM/AAAA.

/** Nobody alive was born before: tells JJMMAAAA from AAAAMMJJ. */
const oldest = 1850;
const newest = 2100;

const isYear = (digits: string): boolean => Number(digits) >= oldest && Number(digits) <= newest;

/** birthText writes the digits of a card: 26/02/1997, 00/13/1950; digits of another form stay. */
export function birthText(digits: string): string {
  const [, a = "", b = "", c = "", d = ""] = /^(\d{2})(\d{2})(\d{2})(\d{2})$/.exec(digits) ?? [];
  if (a !== "" && isYear(c + d)) return `${a}/${b}/${c}${d}`;
  if (a !== "" && isYear(a + b)) return `${d}/${c}/${a}${b}`;
  const [, day, month, year] = /^(\d{2})(\d{2})(\d{2})$/.exec(digits) ?? [];
  return day === undefined ? digits : `${day}/${month}/${year}`;
}

/** birthDigits reads JJ/MM/AAAA as typed, with or without separators, into JJMMAAAA; null when it is none. */
export function birthDigits(text: string): string | null {
  const [, d, m, y] = /^(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})$/.exec(text.trim()) ?? /^(\d{2})(\d{2})(\d{4})$/.exec(text.trim()) ?? [];
  if (d === undefined || m === undefined || y === undefined || !isYear(y)) return null;
  const digits = d.padStart(2, "0") + m.padStart(2, "0") + y;
  const lunar = Number(d) === 0 || Number(m) === 0 || Number(m) > 12; // 31/02 is a slip
  return lunar || !isLunar(digits) ? digits : null;
}

/** isLunar says whether digits JJMMAAAA are no day of the calendar. */
export function isLunar(digits: string): boolean {
  const [, d, m, y] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(birthText(digits)) ?? [];
  if (d === undefined || m === undefined || y === undefined) return false;
  const at = new Date(Date.UTC(Number(y), Number(m) - 1, Number(d)));
  return at.getUTCMonth() !== Number(m) - 1 || at.getUTCDate() !== Number(d);
}

/** dayOfCard is the ISO day of digits AAAAMMJJ; "" for none. */
export const dayOfCard = (digits: string): string => (/^\d{8}$/.test(digits) ? digits.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3") : "");

/** cardDigits are AAAAMMJJ, which teleservices ask for. */
export function cardDigits(digits: string): string {
  const [, d, m, y] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(birthText(digits)) ?? [];
  return d === undefined || m === undefined || y === undefined ? digits : y + m + d;
}
