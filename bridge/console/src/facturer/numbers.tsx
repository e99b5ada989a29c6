// Numbers of an act as one types them: a coefficient with a comma, kilometres, a quantity, an hour.

import { t } from "../i18n";
import { TypedField, type FieldProps } from "../ui";
import { coefficients, hours, wholes } from "./scripts";

type Of<V> = FieldProps & { readonly value: V; readonly onChange: (value: V) => void };

export const CoefficientField = ({ value, onChange, ...field }: Of<string>) => (
  <TypedField
    {...field} script={coefficients} none="" write={(v) => v.replace(".", ",")} message={t("champ.nombre.faux")} inputMode="decimal" maxLength={7}
    placeholder="1" value={value} onChange={onChange}
  />
);

/** WholeField takes a whole number; 0 is an empty field. */
export const WholeField = ({ value, onChange, maxLength, placeholder, ...field }: Of<number> & { maxLength: number; placeholder?: string }) => (
  <TypedField
    {...field} script={wholes} none={0} write={(v) => (v === 0 ? "" : String(v))} message={t("champ.nombre.faux")} inputMode="numeric"
    maxLength={maxLength} value={value} onChange={onChange} {...(placeholder !== undefined && { placeholder })}
  />
);

/** HourField takes HH:MM; "" for none. */
export const HourField = ({ value, onChange, ...field }: Of<string>) => (
  <TypedField
    {...field} script={hours} none="" write={(v) => v} message={t("champ.heure.fausse")} inputMode="numeric" maxLength={5} placeholder="HH:MM"
    value={value} onChange={onChange}
  />
);
