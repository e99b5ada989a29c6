// Rights asked of the payer by teleservice. Where it does not answer, the attestation does.

import { useState } from "preact/hooks";
import type { PayerRights, RightsAnswer } from "../../../client/src/types";
import { moment, today } from "../format";
import { useAction } from "../hooks";
import { t, tOr } from "../i18n";
import { withPin } from "../pin";
import { call } from "../session";
import { Button, Note, ProblemNote } from "../ui";
import { ageOf } from "./age";
import { birthText, cardDigits } from "./birth";
import { useWork } from "./context";
import { fromADRi, personName } from "./draft";

export function ADRi() {
  const { draft, edit, toActs, goTo } = useWork();
  const [answer, setAnswer] = useState<RightsAnswer>();
  const [taken, setTaken] = useState<PayerRights>();
  const { nir, naissance, rang } = draft.beneficiaire;
  const number = draft.assure !== null && nir === "" ? draft.assure.nir : nir;
  const ask = useAction(async (rafraichir: boolean) => {
    setTaken(undefined);
    const who = { nir: number, naissance: cardDigits(naissance.enCarte), rang, dateSoins: draft.dateSoins ?? today() };
    const got = await withPin("pin.adri", (signal) => call("rights.adri", { ...who, ...(rafraichir && { rafraichir }) }, { signal }));
    setAnswer(got);
    const [only] = got.beneficiaires;
    if (got.beneficiaires.length === 1 && only !== undefined) take(only);
  });
  const take = (r: PayerRights): void => {
    edit((d) => fromADRi(d, r));
    setTaken(r);
  };
  const ready = number !== "" && naissance.enCarte !== "";
  return (
    <div class="stack tight">
      <p class="hint">{t("facturer.adri.texte")}</p>
      <div class="row">
        <Button icon="send" busy={ask.busy} disabled={!ready} onClick={() => void ask.run(false)}>{t("facturer.adri.demander")}</Button>
        <span class="hint">{ready ? t("facturer.ne", { date: birthText(naissance.enCarte) }) : t("facturer.adri.manque")}</span>
        <span>{personName(draft.beneficiaire)}</span>
      </div>
      {answer !== undefined && ask.error === undefined && !ask.busy && <Answered answer={answer} taken={taken} onTake={take} onAgain={() => void ask.run(true)} onGo={toActs} />}
      <ProblemNote error={ask.error} />
      {ask.error !== undefined && (
        <Note actions={<Button small onClick={() => goTo("amo.attestation")}>{t("facturer.attestation.choisir")}</Button>}>{t("facturer.adri.sinon")}</Note>
      )}
    </div>
  );
}

interface AnsweredProps {
  readonly answer: RightsAnswer;
  readonly taken: PayerRights | undefined;
  readonly onTake: (r: PayerRights) => void;
  readonly onAgain: () => void;
  readonly onGo: () => void;
}

function Answered({ answer, taken, onTake, onAgain, onGo }: AnsweredProps) {
  const { beneficiaires, obtenu, age, cache, mention } = answer;
  const doctor = taken?.medecinTraitant;
  const actions = (
    <>
      {cache && <Button small icon="undo" onClick={onAgain}>{t("facturer.adri.redemander")}</Button>}
      {taken !== undefined && <Button small tone="primary" icon="right" onClick={onGo}>{t("action.continuer")}</Button>}
    </>
  );
  const title = taken === undefined ? t(beneficiaires.length === 0 ? "facturer.adri.personne" : "facturer.adri.qui") : t("facturer.adri.pris", { nom: personName(taken.beneficiaire) });
  return (
    <Note live tone={taken === undefined ? "info" : "success"} title={title} actions={actions}>
      <p>{t("facturer.adri.obtenu", { moment: moment(obtenu), age: ageOf(age) })} {cache && t("facturer.adri.cache")}</p>
      {doctor !== undefined && <p>{tOr(`facturer.adri.mt.${doctor}`, doctor)}</p>}
      {mention !== "" && <p class="hint" lang="fr">{mention}</p>}
      {taken === undefined && (
        <ul class="persons">
          {beneficiaires.map((r, i) => (
            <li key={i}>
              <Button icon="person" onClick={() => onTake(r)}>{personName(r.beneficiaire)}</Button>
              <span class="hint num">{t("facturer.ne", { date: birthText(r.beneficiaire.naissance.enCarte) })}</span>
            </li>
          ))}
        </ul>
      )}
    </Note>
  );
}
