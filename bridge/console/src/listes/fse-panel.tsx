// One FSE beside the list: who, how much and from which rule, and what became of it.

import { useEffect, useRef } from "preact/hooks";
import type { FSE, FSESummary } from "../../../client/src/types";
import { useAction, useQuery } from "../hooks";
import { t } from "../i18n";
import { href } from "../route";
import { call } from "../session";
import { Badge, Button, IconButton, LinkButton, MenuButton, ProblemNote, type MenuItem } from "../ui";
import { Amounts } from "./amounts";
import { documentsOf, hasSeal, isUnsigned, toneOf } from "./can";
import { Care } from "./care";
import { keep } from "./files";
import type { FSEActions } from "./fse-actions";
import { isOurs, numberOf, summaryOf } from "./full";
import { History } from "./history";

export interface PanelProps {
  readonly id: string;
  readonly actions: FSEActions;
  readonly onClose: () => void;
  readonly onSign: (f: FSESummary) => void;
}

export function FSEPanel({ id, actions, onClose, onSign }: PanelProps) {
  const query = useQuery("fse.get", { id }, ["fse"]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [id]);
  const f = query.data;
  const title = f === undefined || numberOf(f) === "" ? t("fse.sans-numero.titre") : t("fse.nom", { numero: numberOf(f) });
  const keys = (e: KeyboardEvent): void => {
    if (e.key !== "Escape" || e.defaultPrevented) return;
    e.preventDefault();
    onClose();
  };
  return (
    <aside class="card panel" aria-label={title} onKeyDown={keys}>
      <header>
        <h2 ref={heading} tabIndex={-1}>{title}</h2>
        {f !== undefined && <Badge tone={toneOf(f.etat)}>{t(`etat.${f.etat}`)}</Badge>}
        <span class="push"><IconButton icon="cross" label={t("action.fermer")} onClick={onClose} /></span>
      </header>
      <ProblemNote error={query.error} onRetry={query.reload} />
      {f === undefined ? query.loading && <p class="hint" role="status">{t("attente")}</p> : <Body f={f} actions={actions} onSign={onSign} />}
    </aside>
  );
}

function Body({ f, actions, onSign }: { f: FSE; actions: FSEActions; onSign: (f: FSESummary) => void }) {
  const row = summaryOf(f);
  const sealing = useAction(async () => keep(`${numberOf(f)}.p7s`, (await call("fse.seal", { id: f.id })).sceau, "application/pkcs7-signature"));
  const seal: readonly MenuItem[] = hasSeal(row) ? [{ label: t("fse.sceau"), icon: "download", run: () => void sealing.run() }] : [];
  const items = [...actions.menu(row, true), ...seal];
  const mayChange = isUnsigned(row) && isOurs(f);
  return (
    <div class="stack">
      {isUnsigned(row) && !mayChange && <p class="hint">{t("fse.autre.panneau")}</p>}
      <div class="row">
        {isUnsigned(row) && <Button tone="primary" icon="key" onClick={() => onSign(row)}>{t("action.signer")}</Button>}
        {mayChange && <LinkButton href={href("facturer", f.id)} icon="pen">{t("action.modifier")}</LinkButton>}
        {documentsOf(row).length > 0 && <Button icon="paper" onClick={() => actions.ask("print", row)}>{t("action.imprimer")}</Button>}
        {items.length > 0 && <MenuButton label={numberOf(f)} items={items} />}
      </div>
      <ProblemNote error={sealing.error} />
      <Care f={f} />
      <Amounts f={f} />
      <History f={f} />
    </div>
  );
}
