// A field that proposes what it finds while one types: arrows choose, Enter takes.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { announce, Field, type FieldProps } from "../ui";

export interface SuggestProps<T> extends FieldProps {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly find: (words: string, signal: AbortSignal) => Promise<readonly T[]>;
  readonly show: (item: T) => ComponentChildren;
  readonly keyOf: (item: T) => string;
  readonly onTake: (item: T) => void;
  /** Enter without a proposal chosen; true when the text was taken as it is, else the first proposal is. */
  readonly onEnter?: (proposed: boolean) => boolean;
  readonly placeholder?: string;
  /** Letters from which it searches; 2 by default. */
  readonly from?: number;
}

const patience = 120; // ms of silence before searching
const most = 8; // proposals at a time

export function Suggest<T>(p: SuggestProps<T>) {
  const { items, clear } = useFound(p);
  const [at, setAt] = useState(-1);
  const list = useId();
  useEffect(() => setAt(-1), [items]);
  const take = (item: T): void => {
    clear();
    p.onTake(item);
  };
  const keyed = (e: KeyboardEvent): void => {
    const chosen = items[at];
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      const step = e.key === "ArrowDown" ? 1 : -1;
      if (items.length > 0) setAt((n) => (n + step + items.length + (n < 0 && step < 0 ? 1 : 0)) % items.length);
    } else if (e.key === "Enter" && !e.ctrlKey && !e.metaKey) {
      if (chosen !== undefined) take(chosen);
      else if (p.onEnter?.(items.length > 0) === true) clear();
      else if (items[0] !== undefined) take(items[0]);
    } else if (e.key === "Escape" && items.length > 0) clear();
    else return;
    e.preventDefault();
  };
  return (
    <Field {...p}>
      {(c) => (
        <span class="suggest">
          <input
            {...c}
            type="text"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={items.length > 0}
            aria-controls={list}
            aria-activedescendant={at >= 0 ? `${list}-${at}` : undefined}
            autocomplete="off"
            spellcheck={false}
            placeholder={p.placeholder}
            value={p.text}
            onInput={(e) => p.onText(e.currentTarget.value)}
            onKeyDown={keyed}
            onBlur={clear}
          />
          <ul role="listbox" id={list} aria-label={p.label} hidden={items.length === 0}>
            {items.map((item, i) => (
              <li
                key={p.keyOf(item)}
                id={`${list}-${i}`}
                role="option"
                aria-selected={i === at}
                onPointerDown={(e) => {
                  e.preventDefault(); // the field keeps the focus
                  take(item);
                }}
              >
                {p.show(item)}
              </li>
            ))}
          </ul>
        </span>
      )}
    </Field>
  );
}

/** useFound searches for what is being typed, not for what stood there before. */
function useFound<T>({ text, find, from = 2 }: Pick<SuggestProps<T>, "text" | "find" | "from">): { items: readonly T[]; clear: () => void } {
  const [items, setItems] = useState<readonly T[]>([]);
  const latest = useRef(find);
  latest.current = find;
  const last = useRef(text);
  useEffect(() => {
    if (text === last.current) return;
    last.current = text;
    if (text.trim().length < from) return setItems([]);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      latest.current(text, stop.signal).then(
        (found) => {
          if (stop.signal.aborted) return;
          setItems(found.slice(0, most));
          announce(t("facturer.propositions", { n: Math.min(found.length, most) }));
        },
        () => setItems([]), // one types on without proposals
      );
    }, patience);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [text]);
  return {
    items,
    clear: () => {
      last.current = text;
      setItems([]);
    },
  };
}
