// Amounts with the reason of each, on hover and on focus.

import type { Explication, Ligne, Prix } from "../../../client/src/types";
import { euros } from "../format";
import { t, tOr } from "../i18n";
import { Tooltip } from "../ui";
import { explanations, type Amount as AmountName } from "./explain";

/** Amount is an amount of a line. */
export function Amount({ line, name }: { line: Ligne; name: AmountName }) {
  const why = explanations(line, name);
  const shown = euros(line[name]);
  if (why.length === 0) return <span class="money">{shown}</span>;
  return (
    <Tooltip label={`${t(`facturer.montant.${name}`)} ${shown}`} text={<Reasons list={why} />}>
      <span class="money">{shown}</span>
    </Tooltip>
  );
}

function Reasons({ list }: { list: readonly Explication[] }) {
  return (
    <span class="reasons">
      {list.map((e, i) => (
        <span key={i}>
          <span lang="fr">{e.libelle}</span> <strong class="money">{euros(e.montant)}</strong>
          <span class="reason-source">{e.table !== "" && t("facturer.raison.ligne", { table: e.table, ligne: e.ligne })} {certainty(e.certitude)}</span>
        </span>
      ))}
    </span>
  );
}

/** certainty says in words how sure an amount is. */
export const certainty = (mark: string): string => tOr(`facturer.certitude.${mark}`, mark);

/** Sum is an amount of the total, with what each line gives to it. */
export function Sum({ prix, name, strong }: { prix: Prix; name: AmountName; strong?: boolean }) {
  const cents = prix.total[name];
  const parts = prix.lignes.filter((l) => l[name] !== 0);
  const text = (
    <span class="reasons">
      {parts.map((l, i) => <span key={i}>{l.code} <strong class="money">{euros(l[name])}</strong></span>)}
      <span class="reason-source">{t("facturer.raison.total", { certitude: certainty(prix.total.certitude), version: prix.tablesVersion })}</span>
    </span>
  );
  return (
    <Tooltip label={`${t(`facturer.montant.${name}`)} ${euros(cents)}`} text={text}>
      <span class={strong === true ? "money strong" : "money"}>{euros(cents)}</span>
    </Tooltip>
  );
}

/** Lines are those of an FSE that no longer changes. */
export function Lines({ prix }: { prix: Prix }) {
  return (
    <table class="acts">
      <thead>
        <tr>
          <th scope="col">{t("facturer.acte.code")}</th>
          <th scope="col" class="end">{t("facturer.acte.quantite.bref")}</th>
          {(["honoraires", "base"] as const).map((n) => <th key={n} scope="col" class="end">{t(`facturer.montant.${n}`)}</th>)}
          <th scope="col" class="end">{t("facturer.acte.taux")}</th>
          {(["amo", "amc", "patient"] as const).map((n) => <th key={n} scope="col" class="end">{t(`facturer.montant.${n}`)}</th>)}
        </tr>
      </thead>
      <tbody>
        {prix.lignes.map((l, i) => (
          <tr key={i}>
            <th scope="row" class="mono">{l.code}</th>
            <td class="end">{(l.km ?? 0) > 0 ? `${l.km} km` : l.quantite}</td>
            <td class="end"><Amount line={l} name="honoraires" /></td>
            <td class="end"><Amount line={l} name="base" /></td>
            <td class="end num">{`${l.taux}\u202f%`}</td>
            <td class="end"><Amount line={l} name="amo" /></td>
            <td class="end"><Amount line={l} name="amc" /></td>
            <td class="end"><Amount line={l} name="patient" /></td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
