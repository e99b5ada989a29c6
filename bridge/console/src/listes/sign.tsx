// Signing FSE, one or many, with one code: what is under way, and what became of each.

import { useState } from "preact/hooks";
import type { FSESummary, Job, SignOutcome } from "../../../client/src/types";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { withPin, pinWait } from "../pin";
import { href } from "../route";
import { act, job } from "../session";
import { Button, Dialog, Note, notify, ProblemNote } from "../ui";
import { batches, split } from "./outcomes";
import { confirmRestored, isRestored } from "./restored";

export interface Signing {
  readonly sign: (rows: readonly FSESummary[]) => Promise<void>;
  readonly busy: boolean;
  /** Shows what is under way and what failed. */
  readonly view: preact.ComponentChildren;
}

interface Under {
  readonly done: number;
  readonly total: number;
}

/** useSigning signs; onSigned is given those that are signed. */
export function useSigning(onSigned: (ids: readonly string[]) => void): Signing {
  const [under, setUnder] = useState<Under>();
  const [failed, setFailed] = useState<readonly Failed[]>([]);
  const [done, setDone] = useState(0);
  const action = useAction((ids: readonly string[], restored: boolean) => signAll(ids, restored, setUnder));
  const sign = async (rows: readonly FSESummary[]): Promise<void> => {
    const all = await confirmRestored(rows);
    const wanted = rows.filter((r) => all || !isRestored(r));
    if (wanted.length === 0) return;
    const outcomes = await action.run(wanted.map((r) => r.id), wanted.some(isRestored));
    setUnder(undefined);
    if (outcomes === undefined) return;
    const { signed, refused } = split(outcomes);
    if (signed.length > 0) notify(t("fse.signees", { n: signed.length }));
    setDone(signed.length);
    setFailed(refused.map((o) => ({ outcome: o, row: rows.find((r) => r.id === o.id) })));
    onSigned(signed);
  };
  const view = (
    <>
      {under !== undefined && <Progress under={under} />}
      <ProblemNote error={action.error} />
      {failed.length > 0 && <Refused list={failed} signed={done} onClose={() => setFailed([])} />}
    </>
  );
  return { sign, busy: action.busy, view };
}

/** signAll signs as many at a time as the daemon takes. A refusal of one is an outcome; a cancelled job has some. restored: the user wants those signed too that a backup brought back. */
async function signAll(ids: readonly string[], restored: boolean, tell: (under: Under) => void): Promise<readonly SignOutcome[]> {
  const outcomes: SignOutcome[] = [];
  for (const batch of batches(ids)) {
    const before = outcomes.length;
    const onProgress = (j: Job): void => {
      if (j.done > 0) pinWait.set(null); // the code was given
      tell({ done: before + j.done, total: ids.length });
    };
    tell({ done: before, total: ids.length });
    const ended = await withPin("pin.signer", (signal) => job(act("fse.signMany", { ids: batch, ...(restored && { confirmRestored: true }) }, { signal }), { onProgress, signal }));
    outcomes.push(...(ended.result?.resultats ?? []));
    if (ended.state === "cancelled") break;
  }
  return outcomes;
}

const Progress = ({ under: { done, total } }: { under: Under }) => (
  <Note live title={t("fse.signature")}>
    <progress max={total} value={done} aria-label={t("fse.signature")} /> {t("fse.signature.n", { done, total })}
  </Note>
);

interface Failed {
  readonly outcome: SignOutcome;
  readonly row: FSESummary | undefined;
}

function Refused({ list, signed, onClose }: { list: readonly Failed[]; signed: number; onClose: () => void }) {
  return (
    <Dialog title={t("fse.refusees", { n: list.length })} size="large" onClose={onClose} actions={<Button tone="primary" onClick={onClose}>{t("action.fermer")}</Button>}>
      <p>{signed === 0 ? t("fse.refusees.aucune") : t("fse.refusees.texte", { n: signed })}</p>
      <ul class="outcomes">
        {list.map(({ outcome, row }) => (
          <li key={outcome.id}>
            <a href={href("facturer", outcome.id)} onClick={onClose}>{nameOf(row)}</a>
            <p lang="fr">{outcome.erreur?.message}</p>
            {(outcome.erreur?.issues ?? []).length > 0 && <ul lang="fr">{outcome.erreur?.issues?.map((i) => <li key={i.code + i.chemin}>{i.message}</li>)}</ul>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

const nameOf = (row: FSESummary | undefined): string => [row?.numero ?? t("fse.sans-numero"), row?.beneficiaire].filter((s) => s !== undefined && s !== "").join(" · ");
