// What became of an FSE: when it was made, who sealed it, where it is, what it is linked to.

import type { ComponentChildren } from "preact";
import type { FSE } from "../../../client/src/types";
import { day, euros, moment } from "../format";
import { t, tOr } from "../i18n";
import { FSEAnswers } from "../retours/fse-answers";
import { href } from "../route";

export function History({ f }: { f: FSE }) {
  const { papier, encaisse, rejet, remplace, remplaceePar, payeeLe } = f;
  return (
    <section>
      <h3>{t("fse.historique")}</h3>
      <dl class="history">
        <Row name={t("fse.creee")}>{moment(f.creee)}</Row>
        {f.signature === undefined ? <Row name={t("fse.modifiee")}>{moment(f.modifiee)}</Row> : <Sealed f={f} />}
        {f.lot !== undefined && <Row name={t("fse.lot")}><a href={href("lots", f.lot)}>{t("fse.lot.voir")}</a></Row>}
        {papier !== undefined && <Row name={t("fse.feuille")}>{[tOr(`papier.${papier.etat}`, papier.etat), day(papier.date ?? "")].filter((s) => s !== "").join(" · ")}</Row>}
        {encaisse !== undefined && <Row name={t("fse.encaisse.titre")}>{`${euros(encaisse.montant)} · ${tOr(`moyen.${encaisse.moyen}`, encaisse.moyen)} · ${day(encaisse.date)}`}</Row>}
        {isSent(f) && <FSEAnswers key={f.id} f={f} />}
        {payeeLe !== undefined && <Row name={t("fse.payee")}>{moment(payeeLe)}</Row>}
        {rejet !== undefined && <Row name={t("fse.rejet")}><span lang="fr">{`${day(rejet.date)} · ${rejet.libelle}`}</span></Row>}
        {remplace?.fse !== undefined && <Row name={t("fse.remplace")}><a href={href("fse", remplace.fse)}>{remplace.numero ?? t("fse.original")}</a></Row>}
        {remplace !== undefined && remplace.fse === undefined && <Row name={t("fse.remplace")}>{remplace.numero ?? t("fse.autre-logiciel")}</Row>}
        {remplaceePar !== undefined && remplaceePar !== "" && <Row name={t("fse.remplacee-par")}><a href={href("fse", remplaceePar)}>{t("fse.nouvelle")}</a></Row>}
        {(f.liees ?? []).map((id) => <Row key={id} name={t("fse.liee")}><a href={href("fse", id)}>{t("fse.liee.voir")}</a></Row>)}
      </dl>
    </section>
  );
}

/** isSent: only what has left is answered. */
const isSent = (f: FSE): boolean => f.lot !== undefined && !["signee", "en-lot", "annulee"].includes(f.etat);

function Sealed({ f: { signature: s } }: { f: FSE }) {
  if (s === undefined) return null;
  const who = s.titulaire === undefined || s.titulaire === "" ? "" : ` · ${s.titulaire}`;
  return (
    <>
      <Row name={t("fse.signee")}>{`${moment(s.date)}${who}`}</Row>
      <Row name={t("fse.cps")}><span class="num">{s.cps}</span></Row>
      <Row name={t("fse.vitale")}>{t(s.presenceVitale ? "fse.vitale.oui" : "fse.vitale.non")}</Row>
    </>
  );
}

export const Row = ({ name, children }: { name: string; children: ComponentChildren }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
