// What the console says, in French and in English. Each page has its own pair of files.
// French is the model: a key, or a {variable}, that English lacks is an error of types or of a test.
// "{n} lot | {n} lots" has a form for one and one for several, chosen by n.

import { Store, useStore } from "../store";
import aideEN from "./aide.en";
import aideFR from "./aide.fr";
import commonEN from "./common.en";
import commonFR from "./common.fr";
import envoiEN from "./envoi.en";
import envoiFR from "./envoi.fr";
import facturerEN from "./facturer.en";
import facturerFR from "./facturer.fr";
import fseEN from "./fse.en";
import fseFR from "./fse.fr";
import jourEN from "./jour.en";
import jourFR from "./jour.fr";
import lotsEN from "./lots.en";
import lotsFR from "./lots.fr";
import papiersEN from "./papiers.en";
import papiersFR from "./papiers.fr";
import premiereFoisEN from "./premiere-fois.en";
import premiereFoisFR from "./premiere-fois.fr";
import recettesEN from "./recettes.en";
import recettesFR from "./recettes.fr";
import reglagesEN from "./reglages.en";
import reglagesFR from "./reglages.fr";
import rejetsEN from "./rejets.en";
import rejetsFR from "./rejets.fr";
import retoursEN from "./retours.en";
import retoursFR from "./retours.fr";

export type Lang = "fr" | "en";

const fr = {
  ...commonFR, ...jourFR, ...facturerFR, ...fseFR, ...lotsFR, ...papiersFR, ...rejetsFR, ...recettesFR, ...reglagesFR, ...aideFR,
  ...premiereFoisFR, ...envoiFR, ...retoursFR,
};

export type Key = keyof typeof fr;

const en: Readonly<Record<Key, string>> = {
  ...commonEN, ...jourEN, ...facturerEN, ...fseEN, ...lotsEN, ...papiersEN, ...rejetsEN, ...recettesEN, ...reglagesEN, ...aideEN,
  ...premiereFoisEN, ...envoiEN, ...retoursEN,
};

/** typeset puts the no-break spaces of French before ; : ! ? » and after «. */
export const typeset = (text: string): string => text.replace(/ ([;!?»])/g, "\u202f$1").replace(/« /g, "«\u202f").replace(/ :/g, "\u00a0:");

export const catalogs: Readonly<Record<Lang, Readonly<Record<Key, string>>>> = {
  fr: Object.fromEntries(Object.entries(fr).map(([key, text]) => [key, typeset(text)])) as Record<Key, string>,
  en,
};

/** Names are the {variables} of a text, and n where it has a form for one and one for several. */
type Names<S extends string> = Holes<S> | (S extends `${string} | ${string}` ? "n" : never);
type Holes<S extends string> = S extends `${string}{${infer V}}${infer Rest}` ? V | Holes<Rest> : never;
type Vars<K extends Key> = { readonly [V in Names<(typeof fr)[K]>]: string | number };
/** PlainKey is a text without variables. */
export type PlainKey = { [K in Key]: [Names<(typeof fr)[K]>] extends [never] ? K : never }[Key];
type Args<K extends Key> = [Names<(typeof fr)[K]>] extends [never] ? [] : [vars: Vars<K>];

export const lang = new Store<Lang>("fr");

export const locale = (): Lang => lang.get();

export const useLang = (): Lang => useStore(lang);

/** fill puts vars in the places that text keeps for them, in the form that n asks for. */
export function fill(text: string, vars: Readonly<Record<string, string | number>>, language: Lang): string {
  const [one = "", several = one] = text.split(" | ");
  const n = Number(vars["n"]);
  const singular = language === "fr" ? Math.abs(n) < 2 : n === 1;
  return (singular ? one : several).replace(/\{(\w+)\}/g, (hole, name: string) => String(vars[name] ?? hole));
}

/** t is a text of the catalog. */
export function t<K extends Key>(key: K, ...[vars]: Args<K>): string {
  return fill(catalogs[locale()][key], vars ?? {}, locale());
}

/** has says whether a text exists, for keys that are made of a code of the daemon's: t(has(k) ? k : …). */
export const has = (key: string): key is Key => Object.hasOwn(fr, key);

/** tOr is the text of a key that is made of a code, or the code itself where there is none. */
export const tOr = (key: string, otherwise: string): string => (has(key) ? catalogs[locale()][key] : otherwise);
