// Editing one practice: what is typed, what the daemon says of it, and keeping it.

import { useEffect, useState } from "preact/hooks";
import type { Cabinet } from "../../../client/src/types";
import { useAction, useDebounced, useQuery } from "../hooks";
import { act } from "../session";
import { issueAt, tidy } from "./cabinet";

/** What was typed and not saved, by number and structure: it is there again when one comes back to the page. */
const unsaved = new Map<string, Cabinet>();

const pause = 400; // ms of rest in typing before it is checked

export interface Editor {
  readonly cabinet: Cabinet;
  readonly set: (next: Cabinet) => void;
  /** fault is what is shown at a field: once it was touched, or everything was to be saved. */
  readonly fault: (path: keyof Cabinet | `${keyof Cabinet}.${string}`) => string;
  /** Whether the number is to be typed: no card tells that of a remplaçant. */
  readonly asksNumber: boolean;
  readonly changed: boolean;
  readonly saving: boolean;
  readonly error: unknown;
  /** save keeps it, unless something stands against it; true when it was kept. */
  readonly save: () => Promise<boolean>;
}

/** useEditor edits initial; kept says whether the daemon has it as it is. */
export function useEditor(initial: Cabinet, kept: boolean): Editor {
  const name = `${initial.numeroAM} ${initial.structure ?? ""}`;
  const [cabinet, setCabinet] = useState(unsaved.get(name) ?? initial);
  const [base, setBase] = useState(kept ? initial : undefined);
  const [all, setAll] = useState(false);
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const settled = useDebounced(cabinet, pause);
  const check = useQuery("practice.check", { cabinet: tidy(settled) });
  const issues = check.data?.problemes ?? [];
  const keep = useAction(async (c: Cabinet) => act("practice.set", { cabinet: tidy(c) }));
  const changed = base === undefined || JSON.stringify(tidy(cabinet)) !== JSON.stringify(tidy(base));
  useLeaving(changed && touched.size > 0);
  return {
    cabinet,
    set: (next) => {
      const fields = (Object.keys({ ...cabinet, ...next }) as (keyof Cabinet)[]).filter((f) => cabinet[f] !== next[f]);
      setTouched(new Set([...touched, ...fields]));
      setCabinet(next);
      unsaved.set(name, next);
      keep.clear();
    },
    fault: (path) => (all || touched.has(path.split(".")[0] ?? "") ? issueAt(issues, path) : ""),
    asksNumber: initial.numeroAM === "" && base === undefined,
    changed,
    saving: keep.busy,
    error: keep.error ?? check.error,
    save: async () => {
      setAll(true);
      const saved = await keep.run(cabinet);
      if (saved === undefined) return false;
      unsaved.delete(name);
      setBase(saved);
      setCabinet(saved);
      setAll(false);
      setTouched(new Set());
      return true;
    },
  };
}

/** useLeaving has the browser ask before the page is closed or loaded again with changes that are not saved. */
function useLeaving(changed: boolean): void {
  useEffect(() => {
    if (!changed) return;
    const ask = (e: Event): void => e.preventDefault();
    addEventListener("beforeunload", ask);
    return () => removeEventListener("beforeunload", ask);
  }, [changed]);
}
