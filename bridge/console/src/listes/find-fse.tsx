// An FSE by its number: what a letter or a return names.

import { useState } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { day } from "../format";
import { useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { Radios, TextField } from "../ui";
import { isNumber } from "./rejects";

export interface NumberProps {
  readonly value: string;
  readonly onInput: (numero: string) => void;
  readonly error?: string;
}

/** NumberField takes digits, and adds the zeros before them. */
export const NumberField = ({ value, onInput, error }: NumberProps) => (
  <TextField label={t("rejets.numero")} span={3} value={value} onInput={(v) => onInput(v.replace(/\D/g, ""))} onBlur={() => value !== "" && onInput(value.padStart(9, "0"))} inputMode="numeric" maxLength={9} mono required hint={t("rejets.numero.forme")} error={error} />
);

export interface Looked {
  /** The one that is meant; undefined while that is open. */
  readonly fse: FSESummary | undefined;
  readonly error: unknown;
  /** What was found, or the choice among several. */
  readonly view: preact.ComponentChildren;
}

/** useFSEByNumber looks an FSE up; "" looks for nothing. */
export function useFSEByNumber(numero: string): Looked {
  const [chosen, setChosen] = useState("");
  const asked = isNumber(numero);
  const found = useQuery("fse.list", asked ? { all: true, beneficiaires: true, numero } : null);
  const list = asked ? (found.data?.fse ?? []).filter((f) => f.numero === numero) : [];
  const fse = list.find((f) => f.id === chosen) ?? (list.length === 1 ? list[0] : undefined);
  const answered = asked && found.data !== undefined && !found.loading;
  return { fse, error: asked ? found.error : undefined, view: answered && <Found list={list} chosen={fse?.id ?? ""} onChoose={setChosen} /> };
}

/** Found are the FSE with that number: each professional of a practice has numbers of their own. */
function Found({ list, chosen, onChoose }: { list: readonly FSESummary[]; chosen: string; onChoose: (id: string) => void }) {
  if (list.length === 0) return <p class="fault" role="status">{t("rejets.inconnue")}</p>;
  const text = (f: FSESummary): string => [f.beneficiaire ?? "", day(f.dateSoins), tOr(`etat.${f.etat}`, f.etat)].filter((s) => s !== "").join(" · ");
  const [only] = list;
  if (list.length === 1 && only !== undefined) return <p role="status">{text(only)}</p>;
  return <Radios legend={t("rejets.laquelle")} value={chosen} onChange={onChoose} choices={list.map((f) => ({ value: f.id, label: text(f) }))} />;
}
