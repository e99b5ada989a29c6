// A table of many rows: only those on the screen are drawn, all of them when it is printed.
// One row has the focus: the arrows move it, Enter opens it, Space selects it, the menu key
// or a right click shows what may be done with it.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { Menu, type MenuItem, type Place } from "./menu";
import { window as slice } from "./window";

export interface Column<R> {
  readonly id: string;
  /** Heard only, for a column that needs none on the screen: <span class="unseen">…</span>. */
  readonly title: ComponentChildren;
  readonly cell: (row: R) => ComponentChildren;
  /** end for amounts and counts. */
  readonly align?: "start" | "end";
  /** As in CSS; the rest is shared by columns without one. */
  readonly width?: string;
}

export interface TableProps<R> {
  readonly label: string;
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly rowKey: (row: R) => string;
  readonly onOpen?: (row: R) => void;
  readonly menu?: (row: R) => readonly MenuItem[];
  /** Keys of the rows that are selected; with onSelect each row has a box. */
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (keys: ReadonlySet<string>) => void;
  /** Called when the end of the rows comes near, to read the next page. */
  readonly onEnd?: () => void;
  /** Shown when there is no row. */
  readonly empty?: ComponentChildren;
}

const ahead = 60; // rows below those drawn when the next page is asked for
const rowHeight = 38; // px, as .grid tr in table.css

export function Table<R>(p: TableProps<R>) {
  const box = useRef<HTMLDivElement>(null);
  const [first, last] = useShown(box, p.rows.length, p.onEnd);
  const [at, setAt] = useState(0);
  const [menuAt, setMenuAt] = useState<{ row: R; place: Place } | null>(null);
  const current = Math.min(at, Math.max(0, p.rows.length - 1));
  const focus = (i: number): void => {
    setAt(i);
    reveal(box.current, i);
  };
  if (p.rows.length === 0) return <>{p.empty}</>;
  const openMenu = (row: R, place: Place): void => {
    if (p.menu !== undefined && p.menu(row).length > 0) setMenuAt({ row, place });
  };
  const keys = (e: KeyboardEvent): void => keyed(e, { ...p, current, focus, openMenu });
  return (
    <div class="grid-box" ref={box}>
      <table class="grid" role="grid" aria-label={p.label} aria-rowcount={p.rows.length + 1} onKeyDown={keys}>
        <Head {...p} />
        <tbody>
          {first > 0 && <Gap rows={first} />}
          {p.rows.slice(first, last).map((row, i) => (
            <Row key={p.rowKey(row)} table={p} row={row} index={first + i} focused={first + i === current} onFocus={() => setAt(first + i)} onMenu={openMenu} />
          ))}
          {last < p.rows.length && <Gap rows={p.rows.length - last} />}
        </tbody>
      </table>
      {menuAt !== null && <Menu at={menuAt.place} items={p.menu?.(menuAt.row) ?? []} label={p.label} onClose={() => setMenuAt(null)} />}
    </div>
  );
}

function Head<R>({ columns, rows, rowKey, selected, onSelect }: TableProps<R>) {
  const all = rows.length > 0 && rows.every((r) => selected?.has(rowKey(r)));
  return (
    <thead>
      <tr aria-rowindex={1}>
        {onSelect !== undefined && (
          <th class="box" scope="col">
            <input
              type="checkbox"
              aria-label={t("table.tout")}
              checked={all}
              indeterminate={!all && (selected?.size ?? 0) > 0}
              onChange={() => onSelect(new Set(all ? [] : rows.map(rowKey)))}
            />
          </th>
        )}
        {columns.map((c) => (
          <th key={c.id} scope="col" class={c.align === "end" ? "end" : undefined} style={c.width === undefined ? undefined : { width: c.width }}>
            {c.title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

interface RowProps<R> {
  readonly table: TableProps<R>;
  readonly row: R;
  readonly index: number;
  readonly focused: boolean;
  readonly onFocus: () => void;
  readonly onMenu: (row: R, place: Place) => void;
}

function Row<R>({ table, row, index, focused, onFocus, onMenu }: RowProps<R>) {
  const key = table.rowKey(row);
  const context = (e: MouseEvent): void => {
    if (table.menu === undefined) return;
    e.preventDefault();
    onMenu(row, { x: e.clientX, y: e.clientY });
  };
  return (
    <tr
      data-row={index}
      tabIndex={focused ? 0 : -1}
      aria-rowindex={index + 2}
      aria-selected={table.onSelect === undefined ? undefined : table.selected?.has(key) === true}
      class={table.onOpen === undefined ? undefined : "opens"}
      onFocus={onFocus}
      onContextMenu={context}
      onClick={(e) => !onControl(e) && table.onOpen?.(row)}
    >
      {table.onSelect !== undefined && (
        <td class="box">
          <input type="checkbox" tabIndex={-1} aria-label={t("table.ligne")} checked={table.selected?.has(key) === true} onChange={() => toggle(table, row)} />
        </td>
      )}
      {table.columns.map((c) => (
        <td key={c.id} class={c.align === "end" ? "end" : undefined}>{c.cell(row)}</td>
      ))}
    </tr>
  );
}

const Gap = ({ rows }: { rows: number }) => <tr class="gap" aria-hidden="true" style={{ height: `${rows * rowHeight}px` }} />;

const onControl = (e: Event): boolean => e.target instanceof Element && e.target.closest("button, a, input, label, [role=menu]") !== null;

function toggle<R>({ selected, onSelect, rowKey }: TableProps<R>, row: R): void {
  const next = new Set(selected);
  if (!next.delete(rowKey(row))) next.add(rowKey(row));
  onSelect?.(next);
}

interface Moves<R> extends TableProps<R> {
  readonly current: number;
  readonly focus: (index: number) => void;
  readonly openMenu: (row: R, place: Place) => void;
}

function keyed<R>(e: KeyboardEvent, m: Moves<R>): void {
  const row = m.rows[m.current];
  if (row === undefined || e.ctrlKey || e.metaKey || onControl(e)) return;
  const end = m.rows.length - 1;
  const to = { ArrowDown: m.current + 1, ArrowUp: m.current - 1, PageDown: m.current + 10, PageUp: m.current - 10, Home: 0, End: end }[e.key];
  if (to !== undefined) m.focus(Math.max(0, Math.min(end, to)));
  else if (e.key === "Enter" && m.onOpen !== undefined) m.onOpen(row);
  else if (e.key === " " && m.onSelect !== undefined) toggle(m, row);
  else if (e.key === "ContextMenu" || (e.key === "F10" && e.shiftKey)) {
    const box = (e.target as Element).closest("tr")?.getBoundingClientRect();
    m.openMenu(row, { x: (box?.left ?? 0) + 24, y: box?.bottom ?? 0 });
  } else return;
  e.preventDefault();
}

/** reveal shows the row and gives it the focus once it is drawn. */
function reveal(box: HTMLElement | null, index: number): void {
  if (box === null) return;
  const top = index * rowHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + 2 * rowHeight > box.scrollTop + box.clientHeight) box.scrollTop = top + 2 * rowHeight - box.clientHeight;
  requestAnimationFrame(() => requestAnimationFrame(() => box.querySelector<HTMLElement>(`[data-row="${index}"]`)?.focus({ preventScroll: true })));
}

/** useShown is the part of the rows that is drawn. */
function useShown(box: { current: HTMLDivElement | null }, total: number, onEnd: (() => void) | undefined): readonly [number, number] {
  const [view, setView] = useState({ top: 0, height: 800 });
  const [printing, setPrinting] = useState(false);
  const shown = printing ? ([0, total] as const) : slice(view.top, view.height, rowHeight, total);
  useLayoutEffect(() => {
    const el = box.current;
    if (el === null) return;
    const look = (): void => setView({ top: el.scrollTop, height: el.clientHeight });
    const size = new ResizeObserver(look);
    size.observe(el);
    el.addEventListener("scroll", look, { passive: true });
    return () => {
      size.disconnect();
      el.removeEventListener("scroll", look);
    };
  }, [total === 0]);
  useEffect(() => {
    const before = (): void => setPrinting(true);
    const after = (): void => setPrinting(false);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, []);
  useEffect(() => {
    if (!printing && total > 0 && shown[1] + ahead >= total) onEnd?.();
  }, [shown[1], total, printing]);
  return shown;
}
