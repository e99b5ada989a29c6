// What it all comes to, who pays it, and where it goes.

import type { Prix } from "../../../client/src/types";
import { t, tOr } from "../i18n";
import { Badge, Money, Tooltip } from "../ui";
import { certainty, Sum } from "./amounts";
import { useWork } from "./context";
import { isSMG, payer, smgPayer } from "./draft";

export function Totals() {
  const { answer, fse, open, foreign, draft } = useWork();
  const prix = open || foreign ? (answer?.prix ?? null) : (fse?.prix ?? null);
  return (
    <>
      <Destination prix={prix} />
      <dl class="totals" aria-live="polite">
        <div class="due"><dt>{t("facturer.a-regler")}</dt><dd>{prix === null ? "—" : <Money cents={prix.total.aRegler} strong />}</dd></div>
        {prix !== null && <Parts prix={prix} />}
      </dl>
      {prix === null && draft.actes.length > 0 && <p class="hint">{t("facturer.sans-prix")}</p>}
    </>
  );
}

function Parts({ prix }: { prix: Prix }) {
  const { total } = prix;
  return (
    <>
      {(["honoraires", "base", "amo", "amc", "patient"] as const).map((name) => (
        <div key={name}><dt>{t(`facturer.montant.${name}`)}</dt><dd><Sum prix={prix} name={name} strong={name === "honoraires"} /></dd></div>
      ))}
      {total.nonPrisEnCharge > 0 && <div class="warn"><dt>{t("facturer.montant.nonPrisEnCharge")}</dt><dd><Sum prix={prix} name="nonPrisEnCharge" /></dd></div>}
      {(["mtm", "forfait", "retenue"] as const).filter((name) => total[name] > 0).map((name) => (
        <div key={name} class="info"><dt>{t(`facturer.total.${name}`)}</dt><dd><Money cents={total[name]} /></dd></div>
      ))}
    </>
  );
}

/** Destination is always on the screen: the CNMSS asks for it to be checked. */
function Destination({ prix }: { prix: Prix | null }) {
  const { draft } = useWork();
  const to = prix?.destinataire ?? (isSMG(draft) ? smgPayer : draft.amo);
  const number = payer(to);
  const changed = prix?.centreModifie ?? null;
  const said = changed === null ? "" : t("facturer.centre.modifie", { avant: changed.avant, apres: changed.apres });
  return (
    <div class="destination">
      <span class="hint">{t("facturer.destination")}</span>
      <strong class="mono">{number === "" ? "—" : number}</strong>
      {prix?.destinataire.nom !== undefined && <span>{prix.destinataire.nom}</span>}
      {changed !== null && (
        <Tooltip label={said} text={t("facturer.centre.pourquoi", { certitude: certainty(changed.certitude) })}>
          <Badge tone="warn">{said}</Badge>
        </Tooltip>
      )}
      {prix !== null && <Badge tone={prix.certification === "D" ? "warn" : "neutral"}>{tOr(`certification.${prix.certification}`, prix.certification)}</Badge>}
    </div>
  );
}
