// Whom an FSE is for, and how it is billed.

import type { FSE, Personne } from "../../../client/src/types";
import { day, maskedNIR } from "../format";
import { t, tOr } from "../i18n";
import { Fact, Facts } from "../ui";

export function Care({ f: { facture: d, certification } }: { f: FSE }) {
  return (
    <section>
      <h3>{t("fse.soins")}</h3>
      <Facts>
        <Fact name={t("fse.col.beneficiaire")}><Person who={d.beneficiaire} /></Fact>
        <Fact name={t("fse.col.date")}>{day(d.dateSoins ?? "") || "—"}</Fact>
        {d.assure !== null && <Fact name={t("fse.assure")}><Person who={d.assure} /></Fact>}
        <Fact name={t("fse.nature")}>{tOr(`nature.${d.nature.code}`, d.nature.code)}</Fact>
        <Fact name={t("fse.mode")}>{tOr(`mode.${d.mode}`, d.mode)}</Fact>
        <Fact name={t("fse.certification")}>{tOr(`certification.${certification}`, certification)}</Fact>
      </Facts>
    </section>
  );
}

function Person({ who }: { who: Personne }) {
  const name = `${who.nom} ${who.prenom}`.trim();
  return (
    <>
      <div>{name === "" ? "—" : name}</div>
      {who.nir !== "" && <div class="hint num">{maskedNIR(who.nir)}</div>}
    </>
  );
}
