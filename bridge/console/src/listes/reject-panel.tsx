// The original of a reject, and the two ways to make it again.

import { useEffect, useRef } from "preact/hooks";
import { day } from "../format";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { href } from "../route";
import { useSnapshot } from "../session";
import { Button, Fact, Facts, IconButton, LinkButton, ProblemNote } from "../ui";
import { Amounts } from "./amounts";
import { Care } from "./care";
import { remakeLabels, useRemake, type Original } from "./fse-dialogs";
import { History } from "./history";
import { Withdraw } from "./reject-withdraw";
import type { RejectRow } from "./rejects";

export interface RejectPanelProps {
  readonly row: RejectRow;
  readonly onClose: () => void;
  readonly onWithdrawn: () => void;
}

export function RejectPanel({ row, onClose, onWithdrawn }: RejectPanelProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [row.key]);
  const keys = (e: KeyboardEvent): void => {
    if (e.key !== "Escape" || e.defaultPrevented) return;
    e.preventDefault();
    onClose();
  };
  return (
    <aside class="card panel" aria-label={t("rejets.original")} onKeyDown={keys}>
      <header>
        <h2 ref={heading} tabIndex={-1}>{t("rejets.nom", { numero: row.numero })}</h2>
        <span class="push"><IconButton icon="cross" label={t("action.fermer")} onClick={onClose} /></span>
      </header>
      <div class="stack">
        <Facts>
          <Fact name={t("rejets.col.date")}>{row.date === "" ? "—" : day(row.date)}</Fact>
          <Fact name={t("rejets.col.origine")}>{t(row.fse === undefined ? "rejets.autre" : "rejets.ici")}</Fact>
        </Facts>
        <p class="reason" lang="fr">{row.label === "" ? "—" : row.label}</p>
        <Again row={row} />
        {row.byHand && row.remade === "" && <Withdraw row={row} onWithdrawn={onWithdrawn} />}
        {row.fse !== undefined && <OriginalFSE id={row.fse.id} />}
      </div>
    </aside>
  );
}

/** Again: with a Vitale in a reader it is made again secured, else degraded; both can be chosen. */
function Again({ row }: { row: RejectRow }) {
  const vitale = useSnapshot((s) => s.cards.some((c) => c.state === "vitale")) === true;
  const { remake, busy, error } = useRemake();
  if (row.remade !== "") return <LinkButton href={href("facturer", row.remade)} icon="right" tone="primary">{t("rejets.refaite.voir")}</LinkButton>;
  const original: Original = row.fse === undefined ? { retour: row.retour } : { id: row.fse.id };
  return (
    <>
      <p class="hint">{t("rejets.refaire.texte")}</p>
      <div class="row">
        <Button tone={vitale ? "primary" : "plain"} icon="card" busy={busy} onClick={() => void remake(original, "securise")}>{t(remakeLabels.securise)}</Button>
        <Button tone={vitale ? "plain" : "primary"} icon="paper" busy={busy} onClick={() => void remake(original, "degrade")}>{t(remakeLabels.degrade)}</Button>
      </div>
      <ProblemNote error={error} />
    </>
  );
}

function OriginalFSE({ id }: { id: string }) {
  const query = useQuery("fse.get", { id }, ["fse"]);
  return (
    <>
      <ProblemNote error={query.error} onRetry={query.reload} />
      {query.data !== undefined && (
        <>
          <Care f={query.data} />
          <Amounts f={query.data} />
          <History f={query.data} />
        </>
      )}
    </>
  );
}
