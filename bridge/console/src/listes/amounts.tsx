// The amounts of an FSE, line by line, and the rules that they come from.

import type { Explication, FSE, Prix } from "../../../client/src/types";
import { euros } from "../format";
import { t } from "../i18n";
import { Fact, Facts, Money } from "../ui";

export function Amounts({ f }: { f: FSE }) {
  return (
    <section>
      <h3>{t("fse.montants")}</h3>
      {f.prix === undefined ? <p class="hint">{t("fse.sans-prix")}</p> : <Priced prix={f.prix} collected={f.encaisse?.montant ?? 0} />}
    </section>
  );
}

function Priced({ prix, collected }: { prix: Prix; collected: number }) {
  const { total } = prix;
  return (
    <>
      <Lines prix={prix} />
      <Facts>
        <Fact name={t("fse.honoraires")}><Money cents={total.honoraires} strong /></Fact>
        <Fact name={t("fse.a-regler")}><Money cents={total.aRegler} strong /></Fact>
        <Fact name={t("fse.encaisse.titre")}><Money cents={collected} /></Fact>
        {total.nonPrisEnCharge > 0 && <Fact name={t("fse.non-pris")}><Money cents={total.nonPrisEnCharge} /></Fact>}
      </Facts>
      <details>
        <summary>{t("fse.explications")}</summary>
        <ul class="explained" lang="fr">{prix.lignes.flatMap((l, i) => l.explications.map((e, n) => <Explained key={`${i} ${n}`} code={l.code} e={e} />))}</ul>
      </details>
    </>
  );
}

function Lines({ prix }: { prix: Prix }) {
  const { total } = prix;
  return (
    <table class="lines">
      <thead>
        <tr>
          <th scope="col">{t("fse.col.actes")}</th>
          <th scope="col" class="end">{t("fse.taux")}</th>
          <th scope="col" class="end">{t("fse.col.amo")}</th>
          <th scope="col" class="end">{t("fse.col.amc")}</th>
          <th scope="col" class="end">{t("fse.col.patient")}</th>
        </tr>
      </thead>
      <tbody>
        {prix.lignes.map((l, i) => (
          <tr key={i}>
            <th scope="row">{l.quantite > 1 ? `${l.quantite} × ${l.code}` : l.code}{l.exoneration !== "" && l.exoneration !== "0" && <span class="hint"> {t("fse.exo", { code: l.exoneration })}</span>}</th>
            <td class="end">{`${l.taux}\u202f%`}</td>
            <td class="end"><Money cents={l.amo} /></td>
            <td class="end"><Money cents={l.amc} faintZero /></td>
            <td class="end"><Money cents={l.patient} faintZero /></td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>{t("fse.total")}</th>
          <td class="end"><Money cents={total.amo} strong /></td>
          <td class="end"><Money cents={total.amc} strong /></td>
          <td class="end"><Money cents={total.patient} strong /></td>
        </tr>
      </tfoot>
    </table>
  );
}

const Explained = ({ code, e }: { code: string; e: Explication }) => (
  <li title={t("fse.source", { table: e.table, certitude: e.certitude })}>
    <strong>{code}</strong> {e.libelle} : {euros(e.montant)}
  </li>
);
