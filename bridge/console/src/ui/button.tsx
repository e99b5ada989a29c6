// Buttons, and links that look like them.

import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Icon, type IconName } from "./icon";

export type ButtonTone = "primary" | "plain" | "quiet" | "danger";

export interface ButtonProps {
  readonly children: ComponentChildren;
  /** plain by default. */
  readonly tone?: ButtonTone;
  readonly icon?: IconName;
  readonly onClick?: (e: MouseEvent) => void;
  /** Shown as under way; presses do nothing meanwhile. */
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly submit?: boolean;
  readonly small?: boolean;
  /** Key that does the same, as KeyboardEvent.key: shown beside the text. */
  readonly keys?: string;
  readonly id?: string;
  readonly pressed?: boolean;
}

export function Button(p: ButtonProps) {
  return (
    <button
      type={p.submit === true ? "submit" : "button"}
      id={p.id}
      class={`button ${p.tone ?? "plain"}${p.small === true ? " small" : ""}`}
      disabled={p.disabled === true}
      aria-disabled={p.busy === true ? "true" : undefined}
      aria-busy={p.busy === true ? "true" : undefined}
      aria-pressed={p.pressed}
      aria-keyshortcuts={p.keys?.replace("Ctrl", "Control")}
      onClick={(e: MouseEvent) => (p.busy === true ? e.preventDefault() : p.onClick?.(e))}
    >
      {p.busy === true ? <Spinner /> : p.icon !== undefined && <Icon name={p.icon} size={p.small === true ? 16 : 18} />}
      <span>{p.children}</span>
      {p.keys !== undefined && <kbd>{p.keys.replace("Enter", t("touche.entree"))}</kbd>}
    </button>
  );
}

/** IconButton has no text on the screen: label is its name. */
export function IconButton({ icon, label, onClick, disabled }: IconButtonProps) {
  return (
    <button type="button" class="button quiet icon-only" aria-label={label} title={label} onClick={onClick} disabled={disabled === true}>
      <Icon name={icon} />
    </button>
  );
}

export interface IconButtonProps {
  readonly icon: IconName;
  readonly label: string;
  readonly onClick: (e: MouseEvent) => void;
  readonly disabled?: boolean;
}

/** LinkButton leads to another page. */
export function LinkButton({ href, icon, children, tone = "plain", small }: LinkButtonProps) {
  return (
    <a class={`button ${tone}${small === true ? " small" : ""}`} href={href}>
      {icon !== undefined && <Icon name={icon} size={small === true ? 16 : 18} />}
      <span>{children}</span>
    </a>
  );
}

export interface LinkButtonProps {
  readonly href: string;
  readonly icon?: IconName;
  readonly children: ComponentChildren;
  readonly tone?: ButtonTone;
  readonly small?: boolean;
}

export const Spinner = () => <span class="spinner" aria-hidden="true" />;
