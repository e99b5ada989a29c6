// Tabs, and the steps of work that is done in order.

import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { Icon } from "./icon";

export interface Tab {
  readonly id: string;
  readonly label: ComponentChildren;
}

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly current: string;
  readonly onChange: (id: string) => void;
  /** The panel of the current tab. */
  readonly children: ComponentChildren;
}

/** Tabs are moved along with the arrows. */
export function Tabs({ label, tabs, current, onChange, children }: TabsProps) {
  const base = useId();
  const bar = useRef<HTMLDivElement>(null);
  const move = (e: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[e.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    e.preventDefault();
    onChange(next.id);
    bar.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} ref={bar} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${base}-${tab.id}`}
            data-tab={tab.id}
            aria-selected={tab.id === current}
            aria-controls={`${base}-panel`}
            tabIndex={tab.id === current ? 0 : -1}
            onClick={() => onChange(tab.id)}
          >
            {tab.label}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${current}`}>{children}</div>
    </>
  );
}

export interface Step {
  readonly id: string;
  readonly label: string;
  readonly done: boolean;
  /** Whether one may go there now. */
  readonly open: boolean;
}

/** Steps show where one is in work that is done in order. */
export function Steps({ label, steps, current, onGo }: { label: string; steps: readonly Step[]; current: string; onGo: (id: string) => void }) {
  return (
    <nav class="steps" aria-label={label}>
      <ol>
        {steps.map((step, i) => (
          <li key={step.id} class={step.done ? "done" : undefined}>
            <button type="button" disabled={!step.open} aria-current={step.id === current ? "step" : undefined} onClick={() => onGo(step.id)}>
              <span class="step-mark" aria-hidden="true">{step.done ? <Icon name="check" size={14} /> : i + 1}</span>
              <span>{step.label}</span>
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
