// The state of a field whose text means something: an amount, a day, a number. What is typed is
// never rewritten before the field is left, and what cannot be read stays and is said.

import { Store } from "../store";

/** Script reads and writes the values of a kind of field. */
export interface Script<V> {
  /** The value of a text; null when it has none. */
  readonly read: (text: string) => V | null;
  /** Whether a text that can be read is all there, and may be taken before the field is left. */
  readonly whole: (text: string) => boolean;
}

export interface Typing {
  /** As it was typed; null when the field shows its value. */
  readonly text: string | null;
  /** Whether the field was left with a text that cannot be read. */
  readonly left: boolean;
}

export const atRest: Typing = { text: null, left: false };

/** Step is what becomes of a field, with the value that it gives, if any. */
export interface Step<V> {
  readonly typing: Typing;
  readonly give?: V;
}

const isBlank = (text: string): boolean => text.trim() === "";

/** typed is after a key: a value is given where there is no doubt about it, none for an empty field. */
export function typed<V>({ read, whole }: Script<V>, none: V, text: string): Step<V> {
  const typing = { text, left: false };
  if (isBlank(text)) return { typing, give: none };
  const value = read(text);
  return value !== null && whole(text) ? { typing, give: value } : { typing };
}

/** leave is at the end of typing: what can be read is taken and shown as it was understood. */
export function leave<V>({ read }: Script<V>, none: V, { text }: Typing): Step<V> {
  if (text === null) return { typing: atRest };
  if (isBlank(text)) return { typing: atRest, give: none };
  const value = read(text);
  return value === null ? { typing: { text, left: true } } : { typing: atRest, give: value };
}

/** standing is what a field holds back: nothing, a text that is not taken yet, or one that cannot be read. */
export function standing<V>({ read, whole }: Script<V>, { text, left }: Typing): "taken" | "open" | "wrong" {
  if (text === null || isBlank(text)) return "taken";
  if (left) return "wrong";
  return read(text) !== null && whole(text) ? "taken" : "open";
}

/** Held is a field whose text is not in the value. */
export interface Held {
  /** Of the field in what it is about; "" for one that no list leads to. */
  readonly path: string;
  readonly label: string;
  readonly state: "open" | "wrong";
  /** How it is to be written. */
  readonly message: string;
}

/** held are the fields of the page whose text is not in their values, by the field. */
export const held = new Store<ReadonlyMap<string, Held>>(new Map());

/** hold notes a field, or with null that nothing is held back. */
export function hold(id: string, what: Held | null): void {
  const now = held.get();
  if (what === null && !now.has(id)) return;
  const next = new Map(now);
  next.delete(id);
  if (what !== null) next.set(id, what);
  held.set(next);
}

/** anyWrong says whether a field has a text that cannot be read. */
export const anyWrong = (all: ReadonlyMap<string, Held>): boolean => [...all.values()].some((h) => h.state === "wrong");
