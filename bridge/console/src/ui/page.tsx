// The parts that pages are made of.

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Icon, type IconName } from "./icon";

export interface PageProps {
  readonly title: string;
  /** A line under the title. */
  readonly lead?: ComponentChildren;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** Page is a page's frame. Its title takes the focus when the page is shown, so that it is heard and the keyboard starts there. */
export function Page({ title, lead, actions, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => void (document.title = `${title} · Agrafe`), [title]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class="page">
      <header class="page-head">
        <div>
          <h1 ref={heading} tabIndex={-1}>{title}</h1>
          {lead !== undefined && <div class="lead">{lead}</div>}
        </div>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Card is a box with a title. */
export function Card({ title, actions, children, flush }: { title?: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; flush?: boolean }) {
  const id = useId();
  return (
    <section class={flush === true ? "card flush" : "card"} aria-labelledby={title === undefined ? undefined : id}>
      {title !== undefined && (
        <header>
          <h2 id={id}>{title}</h2>
          {actions !== undefined && <div class="actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

/** Empty says that there is nothing, and what may be done. */
export function Empty({ icon, title, children, actions }: { icon: IconName; title: string; children?: ComponentChildren; actions?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} size={36} />
      <p class="empty-title">{title}</p>
      {children !== undefined && <div>{children}</div>}
      {actions !== undefined && <div class="actions">{actions}</div>}
    </div>
  );
}

export type BadgeTone = "neutral" | "accent" | "good" | "warn" | "bad";

/** Badge is a state in one or two words. The words say it; the colour only repeats it. */
export const Badge = ({ tone = "neutral", children }: { tone?: BadgeTone; children: ComponentChildren }) => <span class={`badge ${tone}`}>{children}</span>;

/** Tooltip explains what it stands beside, on hover and on focus; Escape puts it away. */
export function Tooltip({ text, label, children }: { text: ComponentChildren; label: string; children?: ComponentChildren }) {
  const id = useId();
  const [away, setAway] = useState(false);
  return (
    <span class={away ? "tooltip away" : "tooltip"} onMouseLeave={() => setAway(false)} onFocusOut={() => setAway(false)}>
      <button type="button" class="tooltip-anchor" aria-label={label} aria-describedby={id} onKeyDown={(e) => e.key === "Escape" && setAway(true)}>
        {children ?? <Icon name="info" size={16} />}
      </button>
      <span role="tooltip" id={id}>{text}</span>
    </span>
  );
}

/** Facts are names and values. */
export const Facts = ({ children }: { children: ComponentChildren }) => <dl class="facts">{children}</dl>;

export const Fact = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** Form lays fields on a grid of six columns. */
export const Form = ({ children, onSubmit }: { children: ComponentChildren; onSubmit?: () => void }) => (
  <form
    class="form"
    noValidate
    onSubmit={(e) => {
      e.preventDefault();
      onSubmit?.();
    }}
  >
    {children}
  </form>
);
