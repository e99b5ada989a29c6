// Fetching the returns, and what came of it.

import { useState } from "preact/hooks";
import type { Fetched } from "../../../client/src/types";
import { useMail } from "../envoi/mail-note";
import { moment } from "../format";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { act, job } from "../session";
import { Button, Note, ProblemNote } from "../ui";

/** useFetch is the button and what is said below it. */
export function useFetch(onFetched: () => void) {
  const [told, setTold] = useState<Fetched>();
  const action = useAction(() => job(act("returns.fetch", {})));
  const last = useMail()?.derniereReleve;
  const fetchAll = async (): Promise<void> => {
    setTold(undefined);
    const ended = await action.run();
    setTold(ended?.result);
    if (ended !== undefined) onFetched();
  };
  const button = <Button icon="download" busy={action.busy} onClick={() => void fetchAll()}>{t("retours.relever")}</Button>;
  const view = (
    <>
      <ProblemNote error={action.error} />
      {told !== undefined && <Result told={told} />}
    </>
  );
  return { button, view, lead: last === undefined ? t("retours.lead") : t("retours.releve-le", { moment: moment(last) }) };
}

function Result({ told }: { told: Fetched }) {
  const wrong = told.problemes > 0 || told.aRapprocher > 0;
  return (
    <Note live tone={wrong ? "warning" : "success"} title={t("retours.releves", { n: told.recus })}>
      <ul>{linesOf(told).map((line) => <li key={line}>{line}</li>)}</ul>
    </Note>
  );
}

/** linesOf is what a round of the mailbox has brought, in words; what is none is not told. */
export function linesOf(told: Fetched): readonly string[] {
  const lines: readonly (readonly [number, string])[] = [
    [told.retours, t("retours.releve.retours", { n: told.retours, dont: kindsOf(told) })],
    [told.copies, t("retours.releve.copies", { n: told.copies })],
    [told.connus, t("retours.releve.connus", { n: told.connus })],
    [told.rapproches, t("retours.releve.rapproches", { n: told.rapproches })],
    [told.aRapprocher, t("retours.releve.a-rapprocher", { n: told.aRapprocher })],
    [told.problemes, t("retours.releve.problemes", { n: told.problemes })],
    [told.etrangers, t("retours.releve.etrangers", { n: told.etrangers })],
  ];
  return lines.filter(([n]) => n > 0).map(([, line]) => line);
}

/** kindsOf are the returns by what they say; those of a kind of which there is none are not told. */
function kindsOf(told: Fetched): string {
  const kinds = (["paiements", "rejets", "accuses", "autres", "doublons", "inconnus"] as const).filter((kind) => told[kind] > 0);
  return kinds.map((kind) => t(`retours.releve.${kind}`, { n: told[kind] })).join(", ");
}
