// Acts typed as one writes them on a sheet: "G", "G + MEG", "IK 12", "K 50", "2 AMI 1,5".

import type { Acte } from "../../../client/src/types";

/** acte is an act with nothing said of it but its code. */
export const acte = (code: string): Acte => ({ code: code.toUpperCase(), enRapportALD: false });

/**
 * actsOf reads a line of acts: a quantity may stand before a code, and behind it the
 * kilometres where byKm says that the code is paid by them, else the coefficient. Null when a
 * part is none of that.
 */
export function actsOf(text: string, byKm: (code: string) => boolean): Acte[] | null {
  const acts: Acte[] = [];
  let quantity: number | undefined;
  for (const word of text.toUpperCase().split(/[\s+;]+/).filter((w) => w !== "")) {
    const last = acts.at(-1);
    if (/^[A-Z][A-Z0-9/]*$/.test(word)) {
      acts.push({ ...acte(word), ...(quantity !== undefined && { quantite: quantity }) });
      quantity = undefined;
    } else if (/^\d{1,2}[X×*]?$/.test(word) && (last === undefined || /\D$/.test(word))) {
      quantity = Number.parseInt(word, 10);
    } else if (/^\d{1,4}([,.]\d{1,2})?$/.test(word) && last !== undefined && quantity === undefined && !measured(last)) {
      acts[acts.length - 1] = measure(last, word.replace(",", "."), byKm(last.code));
    } else return null;
  }
  return quantity === undefined ? acts : null;
}

const measured = (a: Acte): boolean => a.km !== undefined || a.coefficient !== undefined;

const measure = (a: Acte, n: string, km: boolean): Acte => (km ? { ...a, km: Math.round(Number(n)) } : { ...a, coefficient: n });
