// The number that identifies an assuré, as it is being typed. This only helps the fingers:
// it takes spaces out and says how far one is. Whether a number is good is said by the rules
// of Agrafe, and their message is the one that counts.

/** How far the typing of a NIR is. */
export type Progress = "vide" | "en-cours" | "format" | "cle" | "bon" | "anonyme";

const anonymousStart = "A555555";

/** bare is a typed or pasted number without spaces, dots and hyphens, letters in capitals. */
export const bare = (text: string): string => text.replace(/[\s\u00a0\u202f.\-]/g, "").toUpperCase().slice(0, 15);

/** isAnonymous recognises A555555, the caisse and a number of three characters each. */
export const isAnonymous = (nir: string): boolean => /^A555555[0-9A-Z]{6}$/i.test(nir);

/** anonymousOf begins the number of anonymous invoicing for a caisse, for the user to complete. */
export const anonymousOf = (caisse: string): string => anonymousStart + (/^\d{3}$/.test(caisse) ? caisse : "");

/** progressOf says how far a number without spaces is. */
export function progressOf(nir: string): Progress {
  if (nir === "") return "vide";
  if (nir.startsWith("A")) return isAnonymous(nir) ? "anonyme" : anonymousStart.startsWith(nir.slice(0, 7)) && nir.length < 13 ? "en-cours" : "format";
  if (!/^[1-8](\d{0,5}|\d{4}2[AB]\d*|\d+)$/.test(nir)) return "format";
  if (nir.length < 15) return "en-cours";
  return keyOf(nir.slice(0, 13)) === Number(nir.slice(13)) ? "bon" : "cle";
}

/** keyOf is 97 − (n mod 97) of 13 characters; 2A counts as 19 and 2B as 18 (INSEE). */
function keyOf(nir: string): number {
  const digits = nir.replace("2A", "19").replace("2B", "18");
  let rest = 0;
  for (const c of digits) rest = (rest * 10 + Number(c)) % 97;
  return 97 - rest;
}
