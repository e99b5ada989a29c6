// A return about a whole lot: which one it is, said by somebody.

import { useState } from "preact/hooks";
import type { Lot, Return } from "../../../client/src/types";
import { wayOf } from "../envoi/way";
import { day, euros } from "../format";
import { useAction } from "../hooks";
import { t, tOr } from "../i18n";
import { readAll, useLoad } from "../listes/load";
import { readLots } from "../listes/lot-pages";
import { textOf as payerText, type Names } from "../organismes/names";
import { useNames } from "../organismes/payer";
import { faultAt } from "../problem";
import { act } from "../session";
import { Button, Dialog, Form, notify, ProblemNote, Radios, TextField } from "../ui";
import { textOf } from "./fse-answers";
import { lotNumber, lotsFor } from "./payments";
import type { SettleProps } from "./settle-dialogs";

const most = 1000; // lots: their numbers begin again after 999

/** MatchLotDialog says which lot a return is about; the number that it names is tried first. */
export function MatchLotDialog({ r, onClose, onSettled }: SettleProps) {
  const [numero, setNumero] = useState(lotNumber(r));
  const [chosen, setChosen] = useState("");
  const list = useLoad(() => readAll(readLots, most), []);
  const found = lotsFor(r, list.data ?? [], numero);
  const lot = found.find((l) => l.id === chosen) ?? (found.length === 1 ? found[0] : undefined);
  const action = useAction((id: string) => act("returns.reconcile", { id: r.id, lot: id }));
  const save = async (): Promise<void> => {
    if (lot === undefined || (await action.run(lot.id)) === undefined) return;
    notify(t("retours.lot.rapproche", { numero: lot.numero }));
    onSettled();
    onClose();
  };
  const actions = (
    <>
      <Button onClick={onClose}>{t("action.annuler")}</Button>
      <Button tone="primary" busy={action.busy} disabled={lot === undefined} onClick={() => void save()}>{t("retours.rapprocher")}</Button>
    </>
  );
  return (
    <Dialog title={t("retours.lot.titre")} onClose={onClose} actions={actions}>
      <p>{textOf(r)}</p>
      <Form onSubmit={() => void save()}>
        <TextField
          label={t("retours.lot.numero")} hint={t("retours.lot.numero.aide")} span={3} mono inputMode="numeric" maxLength={3} value={numero}
          onInput={(v) => setNumero(v.replace(/\D/g, ""))} onBlur={() => numero !== "" && setNumero(numero.padStart(3, "0"))} error={faultAt(action.error, "lot")}
        />
        {list.data !== undefined && <Found list={found} chosen={lot?.id ?? ""} onChoose={setChosen} />}
      </Form>
      {list.data !== undefined && list.data.length >= most && <p class="hint">{t("lots.plafond", { n: list.data.length })}</p>}
      {lot !== undefined && <p class="hint">{effectOf(r, lot)}</p>}
      <ProblemNote error={list.error ?? action.error} />
    </Dialog>
  );
}

/** Found are the lots that may be meant. */
function Found({ list, chosen, onChoose }: { list: readonly Lot[]; chosen: string; onChoose: (id: string) => void }) {
  const names = useNames();
  if (list.length === 0) return <p class="fault lots-meant" role="status">{t("retours.lot.inconnu")}</p>;
  return (
    <div class="lots-meant">
      <Radios legend={t("retours.lot.lequel")} value={chosen} onChange={onChoose} choices={list.map((l) => ({ value: l.id, label: lineOf(l, names) }))} />
    </div>
  );
}

/** lineOf tells a lot from others: number, day, payer, amount, state. */
const lineOf = (l: Lot, names: Names): string =>
  [t("lots.nom", l), day(l.transmis ?? l.clos ?? ""), payerText(names, l), euros(l.total), tOr(`lot.${l.etat}`, l.etat)].filter((s) => s !== "").join(" · ");

/** effectOf is what becomes of a lot once r is known to be about it. */
function effectOf(r: Return, l: Lot): string {
  const told = t(r.sens === "accepte" ? "retours.lot.acquitte" : "retours.lot.rejete", { n: l.fse });
  const way = wayOf(l);
  return way === "" || way === "parti" ? told : `${t("retours.lot.parti")} ${told}`;
}
