// A payer on the screen: its name with the number small beside it.

import { Fragment } from "preact";
import { useEffect, useState } from "preact/hooks";
import { payer } from "../facturer/draft";
import { t } from "../i18n";
import { distinct, nameOf, namesOf, payerOfLot, readNames, type Names, type Payer } from "./names";

const none = namesOf();

/** useNames are the names of payers; none until they are there, and where they cannot be had: the numbers say enough. */
export function useNames(): Names {
  const [names, setNames] = useState(none);
  useEffect(() => {
    let shown = true;
    readNames().then((n) => shown && setNames(n), () => undefined);
    return () => void (shown = false);
  }, []);
  return names;
}

/** PayerName is a payer; hovering over it tells what its number means and where its name is from. */
export function PayerName({ of }: { of: Payer }) {
  const names = useNames();
  const row = names.get(payer(of));
  const name = nameOf(names, of);
  const where = t("lots.organisme", of);
  if (row === undefined || name === "") return <span class="num" title={where}>{payer(of)}</span>;
  const source = t("lots.organisme.source", { source: row["source"] ?? "—", certitude: row["certitude"] ?? "—" });
  return (
    <span class="payer" title={`${name} · ${where} · ${source}`}>
      <span class="payer-name" lang="fr">{name}</span> <span class="hint num">{payer(of)}</span>
    </span>
  );
}

/** LotPayers are the payers of lots by their IDs, each once, with a glue before each; nothing until they are known. */
export function LotPayers({ lots, glue }: { lots: readonly string[]; glue?: string }) {
  const [list, setList] = useState<readonly Payer[]>([]);
  useEffect(() => {
    let shown = true;
    Promise.all(lots.map(payerOfLot)).then((all) => shown && setList(distinct(all)), () => undefined); // a lot is shown without its payer
    return () => void (shown = false);
  }, [lots.join()]);
  return <>{list.map((o) => <Fragment key={payer(o)}>{glue}<PayerName of={o} /></Fragment>)}</>;
}
