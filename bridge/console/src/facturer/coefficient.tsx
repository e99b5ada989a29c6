// A coefficient, typed with a comma. The draft only gets what is a number: the rules read no other.

import { useState } from "preact/hooks";
import { TextField, type FieldProps } from "../ui";

export function CoefficientField({ value, onChange, ...field }: FieldProps & { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState<string | null>(null); // null: nobody is typing
  const take = (typed: string): void => {
    if (!/^\d*[,.]?\d*$/.test(typed)) return;
    setText(typed);
    if (/^(\d+([,.]\d+)?)?$/.test(typed)) onChange(typed.replace(",", "."));
  };
  return (
    <TextField
      {...field} inputMode="decimal" maxLength={7} placeholder="1" value={text ?? value.replace(".", ",")} onInput={take}
      onBlur={() => setText(null)}
    />
  );
}
