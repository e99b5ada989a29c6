// How the numbers of an act and a birth are read.

import type { Script } from "../ui/typing";
import { birthDigits } from "./birth";

const always = (): boolean => true;

/** coefficients are written with a point for the rules, whatever was typed. */
export const coefficients: Script<string> = { read: (text) => (/^\d+([,.]\d+)?$/.test(text.trim()) ? text.trim().replace(",", ".") : null), whole: always };

export const wholes: Script<number> = { read: (text) => (/^\d+$/.test(text.trim()) ? Number(text.trim()) : null), whole: always };

/** hours are HH:MM; 9:05 and 0905 are taken when the field is left. */
export const hours: Script<string> = {
  read: (text) => {
    const [, h, m] = /^(\d{1,2}):?(\d{2})$/.exec(text.trim()) ?? [];
    return h === undefined || m === undefined || Number(h) > 23 || Number(m) > 59 ? null : `${h.padStart(2, "0")}:${m}`;
  },
  whole: (text) => /^\d{2}:\d{2}$/.test(text.trim()),
};

/** births are digits JJMMAAAA. */
export const births: Script<string> = { read: birthDigits, whole: always };
