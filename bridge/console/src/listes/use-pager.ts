// The hook of a list that is read page by page.

import { useEffect } from "preact/hooks";
import { isOpen, on, useSession } from "../session";
import { useStore } from "../store";
import type { Listed, Pager, Row } from "./pager";

const settle = 300; // ms: what is told in one go is read once

export interface Paged<R> extends Listed<R> {
  readonly more: () => void;
  readonly retry: () => void;
}

/**
 * usePager reads on while the pager is shown. listen hears what changes the list, calls soon to
 * have it read again a moment later, and gives what ends each hearing.
 */
export function usePager<R extends Row>(pager: Pager<R>, listen: (soon: () => void) => readonly (() => void)[]): Paged<R> {
  const open = useSession(isOpen);
  useEffect(() => () => pager.end(), [pager]);
  useEffect(() => void (open && (pager.list.get().rows.length === 0 ? pager.more() : pager.refresh())), [pager, open]);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => void pager.refresh(), settle);
    };
    const stops = [...listen(soon), on("snapshot", soon)];
    return () => {
      clearTimeout(timer);
      for (const stop of stops) stop();
    };
  }, [pager]);
  const list = useStore(pager.list);
  return { ...list, more: () => void pager.more(), retry: () => void (list.rows.length === 0 ? pager.more() : pager.refresh()) };
}
