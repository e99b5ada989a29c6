// A menu of actions, which opens under a button or where one clicked.

import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n";
import { IconButton } from "./button";
import { Icon, type IconName } from "./icon";

export interface MenuItem {
  readonly label: ComponentChildren;
  readonly icon?: IconName;
  readonly run: () => void;
  readonly disabled?: boolean;
  readonly danger?: boolean;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Menu is open as long as it is shown. Its owner hides it in onClose. */
export function Menu({ at, items, onClose, label }: { at: Place; items: readonly MenuItem[]; onClose: () => void; label: string }) {
  const menu = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => place(menu.current, at), [at.x, at.y]);
  useEffect(() => {
    const before = document.activeElement;
    menu.current?.querySelector<HTMLElement>("[role=menuitem]:not(:disabled)")?.focus();
    const outside = (e: Event): void => void (e.target instanceof Node && menu.current?.contains(e.target) !== true && onClose());
    addEventListener("pointerdown", outside);
    addEventListener("blur", onClose);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("blur", onClose);
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const choose = (item: MenuItem): void => {
    onClose();
    item.run();
  };
  return (
    <div class="menu" role="menu" aria-label={label} ref={menu} onKeyDown={(e) => keyed(e, menu.current, onClose)}>
      {items.map((item, i) => (
        <button key={i} type="button" role="menuitem" tabIndex={-1} class={item.danger === true ? "danger" : undefined} disabled={item.disabled === true} onClick={() => choose(item)}>
          {item.icon === undefined ? <span class="icon" /> : <Icon name={item.icon} size={16} />}
          <span>{item.label}</span>
        </button>
      ))}
    </div>
  );
}

/** place keeps the menu on the screen. */
function place(menu: HTMLElement | null, { x, y }: Place): void {
  if (menu === null) return;
  const { width, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(x, innerWidth - width - 4))}px`;
  menu.style.top = `${Math.max(4, y + height > innerHeight - 4 ? y - height : y)}px`;
}

function keyed(e: KeyboardEvent, menu: HTMLElement | null, close: () => void): void {
  const items = [...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]:not(:disabled)") ?? [])];
  const at = items.findIndex((item) => item === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[e.key];
  if (e.key === "Escape" || e.key === "Tab") close();
  else if (to !== undefined) items[(to + items.length) % items.length]?.focus();
  else return;
  e.preventDefault();
  e.stopPropagation();
}

/** MenuButton opens a menu of actions about what it stands beside; label names that. */
export function MenuButton({ label, items }: { label: string; items: readonly MenuItem[] }) {
  const [at, setAt] = useState<Place | null>(null);
  const open = (e: MouseEvent): void => {
    e.stopPropagation();
    const box = (e.currentTarget as HTMLElement).getBoundingClientRect();
    setAt({ x: box.left, y: box.bottom + 2 });
  };
  return (
    <>
      <IconButton icon="more" label={t("action.menu", { label })} onClick={open} disabled={items.length === 0} />
      {at !== null && <Menu at={at} items={items} label={label} onClose={() => setAt(null)} />}
    </>
  );
}
