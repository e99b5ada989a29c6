// One of the three steps: all are on the screen, each with its number and whether it is done.

import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { Icon } from "../ui";
import type { StepName } from "./issues";

export const stepNames: readonly StepName[] = ["patient", "facturation", "signature"];

export interface StepProps {
  readonly n: number;
  readonly name: StepName;
  readonly done: boolean;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Step({ n, name, done, actions, children }: StepProps) {
  return (
    <section class={`card step ${name}${done ? " done" : ""}`} aria-labelledby={`etape-${name}`}>
      <header>
        <h2 id={`etape-${name}`} tabIndex={-1}>
          <span class="step-mark" aria-hidden="true">{done ? <Icon name="check" size={14} /> : n}</span>
          {t(`facturer.etape.${name}`)}
          {done && <span class="unseen">{t("facturer.etape.faite")}</span>}
        </h2>
        {actions !== undefined && <div class="actions">{actions}</div>}
      </header>
      {children}
    </section>
  );
}

/** focusStep leads to a step: to its first control, or to its title where it has none. */
export function focusStep(name: string): void {
  const title = document.getElementById(`etape-${name}`);
  const first = title?.closest("section")?.querySelector<HTMLElement>("[data-first], input:not(:disabled), select:not(:disabled), .choice button");
  (first ?? title)?.focus();
  title?.scrollIntoView({ block: "nearest" });
}
