// What the user prefers on this browser: language, theme, keys.

import { lang, type Lang } from "./i18n";
import { Store } from "./store";

export type Theme = "auto" | "light" | "dark";

export interface Preferences {
  readonly lang: Lang;
  readonly theme: Theme;
  /** Whether keys of one character are shortcuts. */
  readonly letters: boolean;
}

const name = "agrafe.preferences";
const standard: Preferences = { lang: "fr", theme: "auto", letters: true };

export const preferences = new Store<Preferences>(standard);

export function prefer(part: Partial<Preferences>): void {
  const next = { ...preferences.get(), ...part };
  try {
    localStorage.setItem(name, JSON.stringify(next));
  } catch {
    // A browser that keeps nothing: the choice lasts as long as the page.
  }
  preferences.set(next);
}

/** read takes what a browser has kept; anything else is the standard. */
export function read(text: string | null): Preferences {
  try {
    const kept = JSON.parse(text ?? "{}") as Partial<Record<keyof Preferences, unknown>>;
    return {
      lang: kept.lang === "en" ? "en" : "fr",
      theme: kept.theme === "light" || kept.theme === "dark" ? kept.theme : "auto",
      letters: kept.letters !== false,
    };
  } catch {
    return standard;
  }
}

/** applyPreferences keeps the page in step with them. */
export function applyPreferences(): void {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const apply = (): void => {
    const p = preferences.get();
    lang.set(p.lang);
    document.documentElement.lang = p.lang;
    document.documentElement.dataset["theme"] = p.theme === "auto" ? (dark.matches ? "dark" : "light") : p.theme;
  };
  preferences.subscribe(apply);
  dark.addEventListener("change", apply);
  preferences.set(read(kept()));
  apply();
}

function kept(): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
