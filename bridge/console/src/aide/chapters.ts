// The chapters of the guide, the same in both languages.

import type { ComponentType } from "preact";
import type { Lang } from "../i18n";
import * as en from "./en";
import * as enRest from "./en-suite";
import * as fr from "./fr";
import * as frRest from "./fr-suite";

export interface Chapter {
  /** In the address: #/aide/degrade. */
  readonly id: string;
  readonly title: string;
  readonly Body: ComponentType;
}

export const chapters: Readonly<Record<Lang, readonly Chapter[]>> = {
  fr: [...fr.first, ...frRest.rest],
  en: [...en.first, ...enRest.rest],
};
