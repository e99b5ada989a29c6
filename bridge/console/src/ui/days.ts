// How a day is read while it is typed.

import { dayOf } from "../format";
import type { Script } from "./typing";

/** days are ISO. A year of two digits may become one of four: it is taken when the field is left. */
export const days: Script<string> = { read: dayOf, whole: (text) => /^(\d{8}|\d{1,2}\D\d{1,2}\D\d{4})$/.test(text.trim()) };
