// The acts: one row each, with what the rules make of it.

import { useState } from "preact/hooks";
import type { Acte, Ligne } from "../../../client/src/types";
import { t } from "../i18n";
import { Checkbox, Icon, MenuButton, MoneyField, Select, TextField } from "../ui";
import { keyOf } from "./act-keys";
import { ActDetails } from "./act-details";
import { Amount } from "./amounts";
import { useWork } from "./context";
import { withActe, withoutActe } from "./draft";
import { CoefficientField, WholeField } from "./numbers";
import { choicesOf, sentence, useRows } from "./tables";

export function Acts() {
  const { draft, answer } = useWork();
  const [details, setDetails] = useState<number | null>(null); // the key of an act
  if (draft.actes.length === 0) return null;
  const lines = answer?.prix?.lignes ?? [];
  const detailed = draft.actes.findIndex((a) => keyOf(a) === details);
  return (
    <>
      <table class="acts">
        <thead>
          <tr>
            <th scope="col">{t("facturer.acte.code")}</th>
            <th scope="col">{t("facturer.acte.quantite.bref")}</th>
            <th scope="col">{t("facturer.acte.coefficient.bref")}</th>
            <th scope="col" class="end">{t("facturer.montant.honoraires")}</th>
            <th scope="col">{t("facturer.acte.qualificatif.bref")}</th>
            <th scope="col">{t("facturer.ald")}</th>
            <th scope="col" class="end">{t("facturer.montant.base")}</th>
            <th scope="col" class="end">{t("facturer.acte.taux")}</th>
            <th scope="col" class="end">{t("facturer.montant.amo")}</th>
            <th scope="col" class="end">{t("facturer.montant.amc")}</th>
            <th scope="col" class="end">{t("facturer.montant.patient")}</th>
            <th scope="col"><span class="unseen">{t("facturer.acte.actions")}</span></th>
          </tr>
        </thead>
        {draft.actes.map((a, i) => (
          <Row key={keyOf(a)} acte={a} at={i} lines={lines.filter((l) => l.acte === i)} onDetails={() => setDetails(keyOf(a))} />
        ))}
      </table>
      {detailed >= 0 && <ActDetails at={detailed} onClose={() => setDetails(null)} />}
    </>
  );
}

interface RowProps {
  readonly acte: Acte;
  readonly at: number;
  /** Its own line, and a supplement that the rules have made of it. */
  readonly lines: readonly Ligne[];
  readonly onDetails: () => void;
}

function Row({ acte, at, lines, onDetails }: RowProps) {
  const { edit, faults, toActs } = useWork();
  const line = lines[0];
  const issues = faults.under(`actes[${at}]`);
  const remove = (): void => {
    edit((d) => withoutActe(d, at));
    toActs();
  };
  const items = [
    { label: t("facturer.acte.details"), icon: "more" as const, run: onDetails },
    { label: t("action.retirer"), icon: "cross" as const, danger: true, run: remove },
  ];
  return (
    <tbody class={issues.some((i) => i.bloquant) ? "bad" : undefined} data-path={`actes[${at}]`}>
      <tr>
        <ActInputs acte={acte} at={at} line={line} />
        {line === undefined ? <td class="end faint" colSpan={5}>—</td> : <LineCells line={line} />}
        <td><MenuButton label={`${acte.code} (${at + 1})`} items={items} /></td>
      </tr>
      {lines.slice(1).map((l) => (
        <tr key={l.code} class="supplement">
          <th scope="row" class="mono">{l.code}</th>
          <td colSpan={2} class="hint">{t("facturer.acte.supplement")}</td>
          <td class="end"><Amount line={l} name="honoraires" /></td>
          <td colSpan={2} />
          <LineCells line={l} />
          <td />
        </tr>
      ))}
      {issues.map((i) => (
        <tr key={i.code + i.chemin} class={i.bloquant ? "issue bad" : "issue warn"}>
          <td colSpan={12} lang="fr"><Icon name="warning" size={14} /> {i.message}</td>
        </tr>
      ))}
    </tbody>
  );
}

/** LineCells are what the rules give; each says its name where the table has no room for a head. */
const LineCells = ({ line }: { line: Ligne }) => (
  <>
    <td class="end" data-name={t("facturer.montant.base")}><Amount line={line} name="base" /></td>
    <td class="end num" data-name={t("facturer.acte.taux")}>{`${line.taux}\u202f%`}</td>
    <td class="end" data-name={t("facturer.montant.amo")}><Amount line={line} name="amo" /></td>
    <td class="end" data-name={t("facturer.montant.amc")}><Amount line={line} name="amc" /></td>
    <td class="end" data-name={t("facturer.montant.patient")}><Amount line={line} name="patient" /></td>
  </>
);

/** ActInputs are the cells that one types in. Their labels are heard; what is wrong stands under the row. */
function ActInputs({ acte, at, line }: { acte: Acte; at: number; line: Ligne | undefined }) {
  const { draft, edit, field } = useWork();
  const set = (part: Partial<Acte>): void => edit((d) => withActe(d, at, part));
  const known = useRows("actes").find((r) => r["code"] === acte.code);
  const qualifiers = choicesOf(useRows("qualificatifs").filter((r) => r["sens"] !== "systeme"), "code", draft.dateSoins ?? "");
  const byKm = known?.["type"] === "kilometrique" || acte.km !== undefined;
  const of = (name: string) => field(`actes[${at}].${name}`);
  const n = at + 1;
  return (
    <>
      <th scope="row">
        <TextField
          {...of("code")} label={t("facturer.acte.code.n", { n })} mono maxLength={8} value={acte.code}
          onInput={(v) => set({ code: v.trim().toUpperCase() })}
        />
        <span class="hint" title={known?.["libelle"]} lang="fr">{known === undefined ? "" : sentence(known["libelle"] ?? "")}</span>
      </th>
      <td>
        {byKm ? (
          <WholeField
            {...of("km")} label={t("facturer.acte.km.n", { n })} maxLength={4} placeholder="km" value={acte.km ?? 0} onChange={(km) => set({ km })}
          />
        ) : (
          <WholeField
            {...of("quantite")} label={t("facturer.acte.quantite.n", { n })} maxLength={2} value={acte.quantite ?? 1}
            onChange={(quantite) => set({ quantite })}
          />
        )}
      </td>
      <td>
        <CoefficientField
          {...of("coefficient")} label={t("facturer.acte.coefficient.n", { n })} value={acte.coefficient ?? ""}
          onChange={(coefficient) => set({ coefficient })}
        />
      </td>
      <td>
        <MoneyField
          {...of("honoraires")} label={t("facturer.acte.honoraires.n", { n })} value={acte.honoraires ?? line?.honoraires ?? null}
          onChange={(honoraires) => set({ honoraires })}
        />
      </td>
      <td>
        <Select
          {...of("qualificatif")} label={t("facturer.acte.qualificatif.n", { n })} value={acte.qualificatif ?? ""} empty="—"
          choices={qualifiers.map((c) => ({ value: c.value, label: `${c.value} · ${c.label}` }))} onChange={(qualificatif) => set({ qualificatif })}
        />
      </td>
      <td class="tick" data-path={`actes[${at}].enRapportALD`}>
        <Checkbox
          label={<span class="unseen">{t("facturer.acte.ald.n", { n })}</span>} checked={acte.enRapportALD}
          onChange={(enRapportALD) => set({ enRapportALD })}
        />
      </td>
    </>
  );
}
