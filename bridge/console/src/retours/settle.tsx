// Returns that wait for somebody: nobody knows which FSE or lot they are about, or they say what can't be.

import { useState } from "preact/hooks";
import type { Return } from "../../../client/src/types";
import { day } from "../format";
import { t, tOr } from "../i18n";
import { Badge, Button, Card, Empty, Money } from "../ui";
import { MatchLotDialog } from "./match-lot";
import { amountOf, isOfLot } from "./payments";
import { DismissDialog, MatchDialog } from "./settle-dialogs";
import { About, From, Says } from "./return-table";

interface Asked {
  readonly what: "match" | "match-lot" | "dismiss";
  readonly r: Return;
}

export function ToSettle({ list, onSettled }: { list: readonly Return[]; onSettled: () => void }) {
  const [asked, setAsked] = useState<Asked>();
  if (list.length === 0) return <Card><Empty icon="check" title={t("retours.regler.rien")}>{t("retours.regler.rien.texte")}</Empty></Card>;
  const close = (): void => setAsked(undefined);
  return (
    <div class="stack">
      <p class="hint">{t("retours.regler.texte")}</p>
      {list.map((r) => <Open key={r.id} r={r} onAsk={(what) => setAsked({ what, r })} />)}
      {asked?.what === "match-lot" && <MatchLotDialog r={asked.r} onClose={close} onSettled={onSettled} />}
      {asked?.what === "match" && <MatchDialog r={asked.r} onClose={close} onSettled={onSettled} />}
      {asked?.what === "dismiss" && <DismissDialog r={asked.r} onClose={close} onSettled={onSettled} />}
    </div>
  );
}

/** titleOf names a return as the payer does. */
const titleOf = (r: Return): string => [tOr(`retour.${r.type}`, r.type), r.numero ?? "", r.date === undefined ? "" : day(r.date)].filter((s) => s !== "").join(" · ");

function Open({ r, onAsk }: { r: Return; onAsk: (what: Asked["what"]) => void }) {
  const unknown = r.effet !== "a-examiner";
  const paid = amountOf(r);
  return (
    <Card
      title={titleOf(r)}
      actions={
        <>
          {unknown && <Button small tone="primary" icon="link" onClick={() => onAsk(isOfLot(r) ? "match-lot" : "match")}>{t("retours.rapprocher.suite")}</Button>}
          <Button small onClick={() => onAsk("dismiss")}>{t("retours.classer.suite")}</Button>
        </>
      }
    >
      <div class="row">
        <Badge tone={unknown ? "warn" : "bad"}>{t(unknown ? "effet.a-rapprocher" : "effet.a-examiner")}</Badge>
        <About r={r} />
        {(r.lot !== undefined || (r.organisme ?? "") !== "") && <From r={r} />}
        {paid !== undefined && <span class="push">{r.part} <Money cents={paid} strong /></span>}
      </div>
      <p class="gap-top"><Says r={r} /></p>
      {r.pourquoi !== undefined && <p class="hint" lang="fr">{r.pourquoi}</p>}
    </Card>
  );
}
