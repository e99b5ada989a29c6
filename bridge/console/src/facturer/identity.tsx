// Who the patient is, typed or corrected.

import { useState } from "preact/hooks";
import type { Personne } from "../../../client/src/types";
import { nir as spaced } from "../format";
import { t } from "../i18n";
import { Checkbox, Field, Select, TextField, TypedField } from "../ui";
import { birthText, isLunar } from "./birth";
import { useWork } from "./context";
import { withPerson } from "./draft";
import { anonymousOf, bare, isAnonymous, progressOf } from "./nir";
import { births } from "./scripts";
import { choicesOf, useRows } from "./tables";

export function Identity() {
  const { draft, edit, field } = useWork();
  const who = draft.beneficiaire;
  const set = (part: Partial<Personne>): void => edit((d) => withPerson(d, part));
  const day = draft.dateSoins ?? "";
  const qualities = choicesOf(useRows("qualites"), "code", day, true);
  const kinds = choicesOf(useRows("nir_types"), "code", day, true);
  const anonymous = who.nir.startsWith("A");
  return (
    <>
      <NIRField
        path="beneficiaire.nir" label={t(draft.assure === null ? "facturer.nir" : "facturer.nir.beneficiaire")} value={who.nir}
        required={draft.assure === null} onChange={(nir) => set({ nir })}
      />
      <BirthField value={who.naissance.enCarte} onChange={(enCarte) => set({ naissance: { enCarte, civile: null } })} />
      <TextField
        label={t("facturer.rang")} span={1} inputMode="numeric" maxLength={1} {...field("beneficiaire.rang")} value={String(who.rang)}
        onInput={(v) => /^\d?$/.test(v) && set({ rang: Number(v) })}
      />
      {!anonymous && <Names who={who} path="beneficiaire" set={set} />}
      <Select
        label={t("facturer.qualite")} span={3} {...field("beneficiaire.qualite")} value={who.qualite} choices={qualities}
        onChange={(qualite) => set({ qualite })}
      />
      <Select
        label={t("facturer.identification")} span={3} {...field("beneficiaire.identification")} value={who.identification ?? ""}
        empty={t("facturer.identification.nir")} choices={kinds} onChange={(identification) => set({ identification })}
      />
      <Checkbox
        label={t("facturer.anonyme")} hint={t("facturer.anonyme.aide")} checked={anonymous}
        onChange={(on) => set({ nir: on ? anonymousOf(draft.amo.caisse) : "" })}
      />
      {draft.assure !== null && <Assure assure={draft.assure} />}
    </>
  );
}

/** Assure is the insured person, where the patient is covered through somebody else. */
function Assure({ assure }: { assure: Personne }) {
  const { edit } = useWork();
  const set = (part: Partial<Personne>): void => edit((d) => ({ ...d, assure: { ...assure, ...part } }));
  return (
    <>
      <h3>{t("facturer.assure")}</h3>
      <NIRField path="assure.nir" label={t("facturer.nir.assure")} value={assure.nir} required onChange={(nir) => set({ nir })} />
      <Names who={assure} path="assure" set={set} />
    </>
  );
}

function Names({ who, path, set }: { who: Personne; path: "beneficiaire" | "assure"; set: (part: Partial<Personne>) => void }) {
  const { field } = useWork();
  return (
    <>
      <TextField label={t("facturer.nom")} span={2} {...field(`${path}.nom`)} value={who.nom} onInput={(nom) => set({ nom })} maxLength={80} />
      <TextField
        label={t("facturer.prenom")} span={2} {...field(`${path}.prenom`)} value={who.prenom} onInput={(prenom) => set({ prenom })} maxLength={80}
      />
      <TextField
        label={t("facturer.nom-famille")} span={2} {...field(`${path}.nomFamille`)} value={who.nomFamille}
        onInput={(nomFamille) => set({ nomFamille })} maxLength={80}
      />
    </>
  );
}

interface NIRFieldProps {
  readonly path: string;
  readonly label: string;
  readonly value: string;
  readonly required?: boolean;
  readonly onChange: (nir: string) => void;
}

/** NIRField takes a number typed or pasted, with its key. While it is not all there nothing is wrong with it. */
function NIRField({ path, label, value, required, onChange }: NIRFieldProps) {
  const { faults } = useWork();
  const [typing, setTyping] = useState(false);
  const progress = progressOf(value);
  const under = typing && progress === "en-cours";
  const said = faults.at(path);
  const own = progress === "cle" ? t("facturer.nir.cle") : progress === "format" && !typing ? t("facturer.nir.format") : "";
  const hint = progress === "bon" ? t("facturer.nir.bon") : progress === "anonyme" || isAnonymous(value) ? t("facturer.nir.anonyme") : t("facturer.nir.aide");
  return (
    <Field
      label={label} span={3} path={path} required={required === true}
      error={under ? "" : said !== "" ? said : own} warning={under ? "" : faults.doubt(path)}
      hint={under ? t("facturer.nir.reste", { n: 15 - value.length }) : hint}
    >
      {(c) => (
        <input
          {...c}
          class="mono"
          autocomplete="off"
          spellcheck={false}
          value={value.startsWith("A") ? value : spaced(value)}
          onInput={(e) => retype(e.currentTarget, onChange)}
          onFocus={() => setTyping(true)}
          onBlur={() => setTyping(false)}
        />
      )}
    </Field>
  );
}

/** retype spaces the number while it is typed; the caret stays behind the character that was typed. */
function retype(input: HTMLInputElement, onChange: (nir: string) => void): void {
  const before = bare(input.value.slice(0, input.selectionStart ?? input.value.length)).length;
  const value = bare(input.value);
  const text = value.startsWith("A") ? value : spaced(value);
  let at = 0;
  for (let seen = 0; seen < before && at < text.length; at++) if (!/\s/.test(text[at] ?? "")) seen++;
  input.value = text;
  input.setSelectionRange(at, at);
  onChange(value);
}

/** BirthField takes JJ/MM/AAAA, lunar dates too. */
function BirthField({ value, onChange }: { value: string; onChange: (digits: string) => void }) {
  const { field } = useWork();
  return (
    <TypedField
      label={t("facturer.naissance")} span={2} {...field("beneficiaire.naissance", "beneficiaire.naissance.enCarte")}
      hint={isLunar(value) ? t("facturer.naissance.lunaire") : t("facturer.naissance.aide")} placeholder={t("champ.date.forme")}
      script={births} none="" write={birthText} message={t("facturer.naissance.fausse")} inputMode="numeric" maxLength={10} value={value} onChange={onChange}
    />
  );
}
