// Keys that do something wherever one is on the page. The dialog of shortcuts lists those
// that work now. Keys of one character can be turned off, and never act while one types.

import { useLayoutEffect, useRef } from "preact/hooks";
import type { PlainKey } from "./i18n";
import { preferences } from "./preferences";
import { Store } from "./store";

export interface Shortcut {
  /** As KeyboardEvent.key says it, with "Ctrl+" before it where it goes with Ctrl (or ⌘). */
  readonly keys: string;
  readonly label: PlainKey;
  readonly run: () => void;
}

export const shortcuts = new Store<readonly Shortcut[]>([]);

/** useShortcut makes keys run something as long as the component is shown and enabled. */
export function useShortcut(keys: string, label: PlainKey, run: () => void, enabled = true): void {
  const latest = useRef(run);
  latest.current = run;
  useLayoutEffect(() => { // what is on the screen can be used
    if (!enabled) return;
    const mine: Shortcut = { keys, label, run: () => latest.current() };
    shortcuts.set([...shortcuts.get(), mine]);
    return () => shortcuts.set(shortcuts.get().filter((s) => s !== mine));
  }, [keys, label, enabled]);
}

const typing = (e: KeyboardEvent): boolean =>
  e.target instanceof HTMLElement && (e.target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName));

const modal = (): boolean => document.querySelector("dialog:modal") !== null;

function pressed(e: KeyboardEvent): void {
  const control = e.ctrlKey || e.metaKey;
  if (e.defaultPrevented || e.altKey || e.isComposing || e.repeat || modal()) return;
  if (!control && (typing(e) || (e.key.length === 1 && !preferences.get().letters))) return;
  const keys = (control ? "Ctrl+" : "") + (e.key.length === 1 ? e.key.toLowerCase() : e.key);
  const found = shortcuts.get().findLast((s) => s.keys === keys);
  if (found === undefined) return;
  e.preventDefault();
  found.run();
}

/** listenToKeys is for the boot of the page. */
export const listenToKeys = (): void => addEventListener("keydown", pressed);
