// How long ago something was, in words.

import { t } from "../i18n";

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** ageOf tells seconds in the greatest unit that fits. */
export function ageOf(seconds: number): string {
  if (seconds < minute) return t("facturer.age.instant");
  if (seconds < hour) return t("facturer.age.minutes", { n: Math.floor(seconds / minute) });
  if (seconds < day) return t("facturer.age.heures", { n: Math.floor(seconds / hour) });
  return t("facturer.age.jours", { n: Math.floor(seconds / day) });
}
