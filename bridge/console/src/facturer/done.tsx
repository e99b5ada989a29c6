// After the signature: number, lot, the paper that goes with it, what the patient gave.

import { useState } from "preact/hooks";
import type { FSE } from "../../../client/src/types";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { CollectDialog } from "../listes/fse-dialogs";
import { numberOf, summaryOf } from "../listes/full";
import { canCollect, documentsOf, toneOf, type DocumentName } from "../listes/can";
import { PrintDialog } from "../listes/print-dialog";
import { href } from "../route";
import { Badge, Button, Fact, Facts, LinkButton, Money, Note } from "../ui";
import { useWork } from "./context";

export function Done({ printing }: { printing: boolean }) {
  const { fse, editor } = useWork();
  const [dialog, setDialog] = useState<"quittance" | "feuille" | "encaisser" | null>(printing ? "feuille" : null);
  const lot = useQuery("lots.get", fse?.lot === undefined ? null : { id: fse.lot }).data?.lot;
  if (fse === null) return null;
  const { papier, encaisse } = fse;
  const row = summaryOf(fse);
  const papers = documentsOf(row);
  const sheet = papers.find((d) => d !== "quittance");
  const close = (): void => {
    setDialog(null);
    void editor.changed();
  };
  const collected = async (): Promise<void> => {
    await editor.changed();
    setDialog(editor.state.get().fse?.encaisse === undefined ? null : "quittance");
  };
  const mustPrint = papier?.etat === "a-imprimer";
  return (
    <>
      <p class="signed" role="status">
        <Badge tone={toneOf(fse.etat)}>{t(`etat.${fse.etat}`)}</Badge>
        <strong class="num">{titleOf(fse)}</strong>
      </p>
      <Facts>
        {lot !== undefined && <Fact name={t("facturer.lot")}><a href={href("lots", lot.id)} class="num">{lot.numero}</a></Fact>}
        {papier !== undefined && <Fact name={t("facturer.feuille")}><Badge tone={toneOf(papier.etat)}>{t(`papier.${papier.etat as "a-imprimer"}`)}</Badge></Fact>}
        {encaisse !== undefined && <Fact name={t("facturer.encaisse")}><Money cents={encaisse.montant} /></Fact>}
      </Facts>
      {mustPrint && <Note tone="warning">{t(fse.etat === "papier" ? "facturer.fsp.imprimer" : "facturer.feuille.obligatoire")}</Note>}
      <div class="sign-actions">
        {sheet !== undefined && (
          <Button tone={mustPrint ? "primary" : "plain"} icon="paper" onClick={() => setDialog("feuille")}>{t("facturer.feuille.imprimer")}</Button>
        )}
        {canCollect(row) && fse.prix !== undefined && (
          <Button icon="takings" onClick={() => setDialog(encaisse === undefined ? "encaisser" : "quittance")}>{t("facturer.quittance")}</Button>
        )}
        <LinkButton href={href("facturer")} icon="plus" tone={mustPrint ? "plain" : "primary"}>{t("facturer.nouvelle")}</LinkButton>
        <LinkButton href={href("fse", fse.id)} tone="quiet">{t("facturer.liste")}</LinkButton>
      </div>
      {dialog === "encaisser" && <CollectDialog fse={row} onClose={() => void collected()} />}
      {dialog === "feuille" && sheet !== undefined && <Print id={fse.id} name={numberOf(fse)} document={sheet} onClose={close} />}
      {dialog === "quittance" && <Print id={fse.id} name={numberOf(fse)} document="quittance" onClose={close} />}
    </>
  );
}

function titleOf(fse: FSE): string {
  if (fse.etat === "papier") return t("facturer.sans-numero");
  return numberOf(fse) === "" ? "" : t("facturer.numero", { numero: numberOf(fse) });
}

const Print = ({ id, name, document, onClose }: { id: string; name: string; document: DocumentName; onClose: () => void }) => (
  <PrintDialog
    subject={{ kind: "fse", id, name: name === "" ? t("facturer.fsp") : t("facturer.numero", { numero: name }) }} documents={[document]}
    onClose={onClose}
  />
);
