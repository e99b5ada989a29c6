// Fields: a label, a control, a hint and what is wrong, tied together for those who hear them.

import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";
import { t } from "../i18n";
import { Icon } from "./icon";

export interface FieldProps {
  readonly label: string;
  readonly hint?: string;
  /** What is wrong; "" for nothing. */
  readonly error?: string | undefined;
  /** What is to be looked at, and refuses nothing; "" for nothing. */
  readonly warning?: string | undefined;
  readonly required?: boolean;
  readonly disabled?: boolean;
  /** Grid width in a Form: 1 to 6 columns; 3 by default. */
  readonly span?: 1 | 2 | 3 | 4 | 5 | 6;
  /** Of the field in what it is about, "amo.caisse": by which an issue finds it. */
  readonly path?: string;
}

/** Control is what the control of a field must carry. */
export interface Control {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": "true" | undefined;
  readonly required: boolean;
  readonly disabled: boolean;
}

/** Field frames any control: <Field label="…">{(c) => <input {...c} />}</Field>. */
export function Field({ label, hint, error, warning, required, disabled, span, path, children }: FieldProps & { children: (c: Control) => ComponentChildren }) {
  const id = useId();
  const wrong = error !== undefined && error !== "";
  const doubtful = !wrong && warning !== undefined && warning !== "";
  const said = [hint !== undefined && hint !== "" && `${id}-hint`, (wrong || doubtful) && `${id}-error`].filter(Boolean).join(" ");
  const control: Control = {
    id,
    "aria-describedby": said === "" ? undefined : said,
    "aria-invalid": wrong ? "true" : undefined,
    required: required === true,
    disabled: disabled === true,
  };
  return (
    <div class={`field span-${span ?? 3}`} data-path={path}>
      <label for={id}>
        {label}
        {required === true && <span class="required" aria-hidden="true"> *</span>}
      </label>
      {children(control)}
      {hint !== undefined && hint !== "" && <div class="hint" id={`${id}-hint`}>{hint}</div>}
      {doubtful && <div class="fault doubtful" id={`${id}-error`}><Icon name="warning" size={14} /> {warning}</div>}
      {wrong && <div class="fault" id={`${id}-error`}><Icon name="warning" size={14} /> {error}</div>}
    </div>
  );
}

export interface TextFieldProps extends FieldProps {
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly onBlur?: () => void;
  readonly type?: "text" | "search" | "tel" | "email" | "url";
  readonly inputMode?: "numeric" | "decimal" | "tel" | "email" | "url";
  readonly maxLength?: number;
  readonly autoFocus?: boolean;
  readonly placeholder?: string;
  readonly mono?: boolean;
}

const longText = 40; // characters: shorter fields show by themselves that they are full

export function TextField({ value, onInput, onBlur, type = "text", inputMode, maxLength, autoFocus, placeholder, mono, ...field }: TextFieldProps) {
  const full = maxLength !== undefined && maxLength >= longText && value.length >= maxLength;
  return (
    <Field {...field} {...(full && { hint: t("champ.plein", { n: maxLength }) })}>
      {(c) => (
        <input
          {...c}
          type={type as "text"}
          class={mono === true ? "mono" : undefined}
          value={value}
          inputMode={inputMode}
          maxLength={maxLength}
          autofocus={autoFocus === true}
          placeholder={placeholder}
          autocomplete="off"
          spellcheck={false}
          onInput={(e) => onInput(e.currentTarget.value)}
          onBlur={onBlur}
        />
      )}
    </Field>
  );
}

export function TextArea({ value, onInput, rows = 3, ...field }: FieldProps & { value: string; onInput: (value: string) => void; rows?: number }) {
  return <Field {...field}>{(c) => <textarea {...c} rows={rows} value={value} onInput={(e) => onInput(e.currentTarget.value)} />}</Field>;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly disabled?: boolean;
}

export interface SelectProps extends FieldProps {
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string) => void;
  /** The first line, of value "": nothing is chosen. */
  readonly empty?: string;
}

export function Select({ value, choices, onChange, empty, ...field }: SelectProps) {
  return (
    <Field {...field}>
      {(c) => (
        <select {...c} value={value} onChange={(e) => onChange(e.currentTarget.value)}>
          {empty !== undefined && <option value="">{empty}</option>}
          {choices.map((o) => (
            <option key={o.value} value={o.value} disabled={o.disabled === true}>
              {o.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export interface CheckboxProps {
  readonly label: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly hint?: string;
  readonly disabled?: boolean;
}

export function Checkbox({ label, checked, onChange, hint, disabled }: CheckboxProps) {
  const id = useId();
  return (
    <div class="checkbox">
      <input
        type="checkbox"
        id={id}
        checked={checked}
        disabled={disabled === true}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={(e) => {
          const wanted = e.currentTarget.checked;
          e.currentTarget.checked = checked; // the value decides, also when it refuses
          onChange(wanted);
        }}
      />
      <label for={id}>{label}</label>
      {hint !== undefined && <div class="hint" id={`${id}-hint`}>{hint}</div>}
    </div>
  );
}

export interface RadiosProps {
  readonly legend: string;
  readonly value: string;
  readonly choices: readonly Choice[];
  readonly onChange: (value: string) => void;
  /** Side by side, as one control. */
  readonly inline?: boolean;
}

export function Radios({ legend, value, choices, onChange, inline }: RadiosProps) {
  const name = useId();
  return (
    <fieldset class={inline === true ? "radios segmented" : "radios"}>
      <legend>{legend}</legend>
      {choices.map((o) => (
        <label key={o.value}>
          <input type="radio" name={name} value={o.value} checked={o.value === value} disabled={o.disabled === true} onChange={() => onChange(o.value)} />
          <span>{o.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
