// Fields whose text means something: amounts and days. They keep what is typed until it is
// left, and give the value each time that the text has one.

import { useEffect, useRef, useState } from "preact/hooks";
import { addDays, centsOf, day, dayOf, today, typedCents } from "../format";
import { t } from "../i18n";
import { IconButton } from "./button";
import { Field, type FieldProps } from "./field";

export interface MoneyFieldProps extends FieldProps {
  /** Cents; null for none. */
  readonly value: number | null;
  readonly onChange: (cents: number | null) => void;
}

export function MoneyField({ value, onChange, error, ...field }: MoneyFieldProps) {
  const [text, setText] = useState<string | null>(null); // null: nobody is typing
  const wrong = text !== null && text.trim() !== "" && centsOf(text) === null;
  const take = (typed: string): void => {
    setText(typed);
    const cents = centsOf(typed);
    if (cents !== null || typed.trim() === "") onChange(cents);
  };
  return (
    <Field {...field} error={wrong ? t("champ.montant.faux") : error}>
      {(c) => (
        <span class="money-input">
          <input
            {...c}
            inputMode="decimal"
            autocomplete="off"
            value={text ?? (value === null ? "" : typedCents(value))}
            onInput={(e) => take(e.currentTarget.value)}
            onFocus={(e) => e.currentTarget.select()}
            onBlur={() => !wrong && setText(null)}
          />
          <span aria-hidden="true">€</span>
        </span>
      )}
    </Field>
  );
}

export interface DateFieldProps extends FieldProps {
  /** ISO; "" for none. */
  readonly value: string;
  readonly onChange: (iso: string) => void;
}

/** DateField is typed as 22/11/2026 or 221126; the arrows move by a day, the calendar is the browser's. */
export function DateField({ value, onChange, error, ...field }: DateFieldProps) {
  const [text, setText] = useState<string | null>(null);
  const calendar = useRef<HTMLInputElement>(null);
  useEffect(() => setText(null), [value === "" ? null : value]);
  const wrong = text !== null && text.trim() !== "" && dayOf(text) === null;
  const take = (typed: string): void => {
    setText(typed);
    const iso = dayOf(typed);
    if (iso !== null && typed.length >= 6) onChange(iso);
    else if (typed.trim() === "") onChange("");
  };
  const move = (e: KeyboardEvent): void => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[e.key];
    if (by === undefined) return;
    e.preventDefault();
    setText(null);
    onChange(value === "" ? today() : addDays(value, by));
  };
  return (
    <Field {...field} error={wrong ? t("champ.date.fausse") : error}>
      {(c) => (
        <span class="date-input">
          <input
            {...c}
            inputMode="numeric"
            autocomplete="off"
            placeholder={t("champ.date.forme")}
            value={text ?? day(value)}
            onInput={(e) => take(e.currentTarget.value)}
            onKeyDown={move}
            onBlur={() => !wrong && setText(null)}
          />
          <IconButton icon="day" label={t("champ.date.calendrier", { label: field.label })} disabled={c.disabled} onClick={() => calendar.current?.showPicker()} />
          <input ref={calendar} type="date" class="behind" tabIndex={-1} aria-hidden="true" value={value} onChange={(e) => onChange(e.currentTarget.value)} />
        </span>
      )}
    </Field>
  );
}
