// A lot on whose way somebody has to decide: nobody knows whether the server took it, it came back, or it was refused.

import type { Lot } from "../../../client/src/types";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { act } from "../session";
import { Button, confirm, Note, notify, ProblemNote } from "../ui";
import { ServerWords } from "./server-words";
import type { Transmitting } from "./transmit";
import { wayOf } from "./way";

export interface StuckProps {
  readonly lot: Lot;
  readonly transmitting: Transmitting;
  readonly onChanged: () => void;
}

export function Stuck(p: StuckProps) {
  const way = wayOf(p.lot);
  if (way === "indecis" || way === "rebond") return <Undecided {...p} way={way} />;
  return way === "refuse" ? <Refused {...p} /> : null;
}

const useDecide = () => useAction((id: string, parti: boolean) => act("lots.decide", { id, parti }));

/** Undecided: both answers may cost money, so each says how before it is taken. */
function Undecided({ lot, way, transmitting, onChanged }: StuckProps & { readonly way: "indecis" | "rebond" }) {
  const action = useDecide();
  const settle = async (parti: boolean): Promise<void> => {
    const word = parti ? "oui" : "non";
    const sure = await confirm({
      title: t(`envoi.trancher.${word}.titre`, { numero: lot.numero }),
      text: <><p>{t(`envoi.trancher.${word}.texte`)}</p><p>{t("envoi.trancher.verifier")}</p></>,
      action: t(`envoi.trancher.${word}`),
      danger: !parti,
    });
    if (!sure || (await action.run(lot.id, parti)) === undefined) return;
    if (parti) notify(t("envoi.trancher.note", { numero: lot.numero }));
    else await transmitting.send([lot.id]);
    onChanged();
  };
  return (
    <Note
      tone="warning"
      title={t(`envoi.${way}.titre`, { numero: lot.numero })}
      actions={
        <>
          <Button small busy={action.busy} onClick={() => void settle(true)}>{t("envoi.trancher.oui")}</Button>
          <Button small busy={action.busy || transmitting.busy} onClick={() => void settle(false)}>{t("envoi.trancher.non")}</Button>
        </>
      }
    >
      <p>{t(`envoi.${way}.texte`)}</p>
      {lot.envoi?.probleme !== undefined && <p class="hint" lang="fr">{lot.envoi.probleme}</p>}
      <ServerWords lot={lot} />
      <ProblemNote error={action.error} />
    </Note>
  );
}

/** Refused: the server said no, so the payer does not have it and it may be sent again. */
function Refused({ lot, transmitting, onChanged }: StuckProps) {
  const action = useDecide();
  const again = async (): Promise<void> => {
    if ((await action.run(lot.id, false)) === undefined) return;
    await transmitting.send([lot.id]);
    onChanged();
  };
  return (
    <Note tone="error" title={t("envoi.refuse.titre", { numero: lot.numero })} actions={<Button small busy={action.busy || transmitting.busy} onClick={() => void again()}>{t("action.reessayer")}</Button>}>
      <p lang="fr">{lot.envoi?.probleme ?? t("envoi.refuse.sans-motif")}</p>
      <ServerWords lot={lot} />
      <p class="hint">{t("envoi.refuse.texte")}</p>
      <ProblemNote error={action.error} />
    </Note>
  );
}
