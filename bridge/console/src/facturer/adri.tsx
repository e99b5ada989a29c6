// Rights asked of the payer by teleservice. Where it does not answer, the attestation does.

import type { CardRights } from "../../../client/src/types";
import { today } from "../format";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { call } from "../session";
import { Button, Note, ProblemNote } from "../ui";
import { birthText, cardDigits } from "./birth";
import { useWork } from "./context";
import { fromADRi, personName } from "./draft";

export function ADRi() {
  const { draft, edit, toActs, goTo } = useWork();
  const { nir, naissance, rang } = draft.beneficiaire;
  const number = draft.assure !== null && nir === "" ? draft.assure.nir : nir;
  const ask = useAction(async () => {
    const { beneficiaires } = await call("rights.adri", { nir: number, naissance: cardDigits(naissance.enCarte), rang, dateSoins: draft.dateSoins ?? today() });
    if (beneficiaires.length === 1 && beneficiaires[0] !== undefined) take(beneficiaires[0]);
    return beneficiaires;
  });
  const take = (r: CardRights): void => {
    edit((d) => fromADRi(d, r));
    toActs();
  };
  const ready = number !== "" && naissance.enCarte !== "";
  return (
    <div class="stack tight">
      <p class="hint">{t("facturer.adri.texte")}</p>
      <div class="row">
        <Button icon="send" busy={ask.busy} disabled={!ready} onClick={() => void ask.run()}>{t("facturer.adri.demander")}</Button>
        <span class="hint">{ready ? t("facturer.ne", { date: birthText(naissance.enCarte) }) : t("facturer.adri.manque")}</span>
        <span>{personName(draft.beneficiaire)}</span>
      </div>
      <ProblemNote error={ask.error} />
      {ask.error !== undefined && (
        <Note actions={<Button small onClick={() => goTo("amo.attestation")}>{t("facturer.attestation.choisir")}</Button>}>{t("facturer.adri.sinon")}</Note>
      )}
    </div>
  );
}
