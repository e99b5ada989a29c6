// Fields whose text means something: amounts, days, numbers. See typing.ts for what they keep.

import { useEffect, useId, useLayoutEffect, useRef, useState } from "preact/hooks";
import { addDays, centsOf, day, today, typedCents } from "../format";
import { t } from "../i18n";
import { IconButton } from "./button";
import { days } from "./days";
import { Field, TextField, type FieldProps } from "./field";
import { released } from "./press";
import { atRest, hold, leave, standing, typed, type Script, type Step } from "./typing";

interface TypedOf<V> {
  readonly value: V;
  readonly none: V;
  readonly script: Script<V>;
  readonly write: (value: V) => string;
  readonly onChange: (value: V) => void;
  /** What is said of a text that cannot be read. */
  readonly message: string;
  readonly label: string;
  readonly path: string | undefined;
}

/** useTyped is the text of a field while it is typed, and what is wrong with it; "" for nothing. */
function useTyped<V>({ value, none, script, write, onChange, message, label, path = "" }: TypedOf<V>) {
  const id = useId();
  const [typing, setTyping] = useState(atRest);
  const now = useRef(typing);
  const show = (): void => setTyping(now.current);
  const take = ({ typing: next, give }: Step<V>): void => {
    now.current = next;
    const state = standing(script, next);
    hold(id, state === "taken" ? null : { path, label, state, message });
    if (give !== undefined && give !== value) onChange(give);
  };
  useEffect(() => () => hold(id, null), []);
  return {
    text: typing.text ?? write(value),
    /** Nothing is being typed. */
    untouched: typing.text === null,
    error: standing(script, typing) === "wrong" ? message : "",
    type: (text: string) => (take(typed(script, none, text)), show()),
    leave: () => (take(leave(script, none, now.current)), void released().then(show)), // a press leaves it, and the fault moves what is pressed
    /** set gives a value that was not typed. */
    set: (give: V) => (take({ typing: atRest, give }), show()),
  };
}

const always = (): boolean => true;
const cents: Script<number | null> = { read: centsOf, whole: always };

export interface MoneyFieldProps extends FieldProps {
  /** Cents; null for none. */
  readonly value: number | null;
  readonly onChange: (cents: number | null) => void;
}

export function MoneyField({ value, onChange, error, ...field }: MoneyFieldProps) {
  const write = (v: number | null): string => (v === null ? "" : typedCents(v));
  const typing = useTyped({ value, none: null, script: cents, write, onChange, message: t("champ.montant.faux"), label: field.label, path: field.path });
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => { // an amount that comes while one is about to type is replaced by what is typed, as at the entry
    if (typing.untouched && input.current === document.activeElement) input.current?.select();
  }, [value]);
  return (
    <Field {...field} error={typing.error === "" ? error : typing.error}>
      {(c) => (
        <span class="money-input">
          <input
            {...c}
            ref={input}
            inputMode="decimal"
            autocomplete="off"
            value={typing.text}
            onInput={(e) => typing.type(e.currentTarget.value)}
            onFocus={(e) => e.currentTarget.select()}
            onKeyDown={(e) => e.key === "Enter" && typing.leave()}
            onBlur={typing.leave}
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
  const calendar = useRef<HTMLInputElement>(null);
  const typing = useTyped({ value, none: "", script: days, write: day, onChange, message: t("champ.date.fausse"), label: field.label, path: field.path });
  const keyed = (e: KeyboardEvent): void => {
    if (e.key === "Enter") return typing.leave();
    const by = { ArrowUp: 1, ArrowDown: -1 }[e.key];
    if (by === undefined) return;
    e.preventDefault();
    typing.set(value === "" ? today() : addDays(value, by));
  };
  return (
    <Field {...field} error={typing.error === "" ? error : typing.error}>
      {(c) => (
        <span class="date-input">
          <input
            {...c}
            inputMode="numeric"
            autocomplete="off"
            placeholder={t("champ.date.forme")}
            value={typing.text}
            onInput={(e) => typing.type(e.currentTarget.value)}
            onKeyDown={keyed}
            onBlur={typing.leave}
          />
          <IconButton icon="day" label={t("champ.date.calendrier", { label: field.label })} disabled={c.disabled} onClick={() => calendar.current?.showPicker()} />
          <input ref={calendar} type="date" class="behind" tabIndex={-1} aria-hidden="true" value={value} onChange={(e) => typing.set(e.currentTarget.value)} />
        </span>
      )}
    </Field>
  );
}

export interface TypedFieldProps<V> extends FieldProps {
  readonly value: V;
  readonly none: V;
  readonly script: Script<V>;
  readonly write: (value: V) => string;
  readonly onChange: (value: V) => void;
  /** What is said of a text that cannot be read. */
  readonly message: string;
  readonly inputMode: "numeric" | "decimal";
  readonly maxLength: number;
  readonly placeholder?: string;
}

/** TypedField is a field of any other kind: a number, a coefficient, an hour, a birth. */
export function TypedField<V>({ value, none, script, write, onChange, message, error, inputMode, maxLength, placeholder, ...field }: TypedFieldProps<V>) {
  const typing = useTyped({ value, none, script, write, onChange, message, label: field.label, path: field.path });
  return (
    <TextField
      {...field} error={typing.error === "" ? error : typing.error} inputMode={inputMode} maxLength={maxLength} value={typing.text}
      onInput={typing.type} onBlur={typing.leave} {...(placeholder !== undefined && { placeholder })}
    />
  );
}
