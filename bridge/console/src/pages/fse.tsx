// Feuilles de soins: all FSE, whichever front end made them, and the one that is looked at beside them.

import { useEffect, useState } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { t } from "../i18n";
import { href, parse } from "../route";
import { useFSEActions } from "../listes/fse-actions";
import { FSEFilters } from "../listes/fse-filters";
import { FSEPanel } from "../listes/fse-panel";
import { FSETable } from "../listes/fse-table";
import { asked, isFiltered, noFilter, wantedOf, type Filter } from "../listes/filters";
import { isReady } from "../listes/can";
import { useSigning } from "../listes/sign";
import { useFSE } from "../listes/use-fse";
import { useDebounced } from "../hooks";
import { useShortcut } from "../shortcuts";
import { Button, Card, Page, ProblemNote } from "../ui";
import type { PageProps } from "./index";

let last: Filter = noFilter; // of this tab, so that coming back shows the same list

export function FSE({ id }: PageProps) {
  const [filter, setFilter] = useFilter(id);
  const wanted = wantedOf(useDebounced(filter, filter.number === "" ? 0 : 250));
  const list = useFSE(wanted);
  const [open, setOpen] = useOpen(asked(id).id);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const signing = useSigning((ids) => setSelected((s) => new Set([...s].filter((one) => !ids.includes(one)))));
  const signOne = (f: FSESummary): void => void signing.sign([f]);
  const actions = useFSEActions({ onOpen: (f) => setOpen(f.id), onSign: signOne });
  const toSign = list.rows.filter((f) => selected.has(f.id) && isReady(f));
  const signSelected = (): void => void signing.sign(toSign);
  useShortcut("Ctrl+Enter", "raccourcis.signer", signSelected, toSign.length > 0);
  useEffect(() => setSelected(new Set()), [JSON.stringify(wanted)]);
  return (
    <Page title={t("nav.fse")}>
      <FSEFilters filter={filter} onChange={setFilter} />
      {selected.size > 0 && <Selection n={selected.size} signable={toSign.length} busy={signing.busy} onSign={signSelected} onClear={() => setSelected(new Set())} />}
      {signing.view}
      <ProblemNote error={list.error} onRetry={list.retry} />
      <div class={open === "" ? "list-panel" : "list-panel opened"}>
        <Card flush>
          <FSETable list={list} current={open} narrow={open !== ""} menu={actions.menu} onOpen={(f) => setOpen(f.id)} selected={selected} onSelect={setSelected} filtered={isFiltered(filter)} onAll={() => setFilter(noFilter)} />
        </Card>
        {open !== "" && <FSEPanel id={open} actions={actions} onClose={() => setOpen("")} onSign={signOne} />}
      </div>
      {actions.dialogs}
    </Page>
  );
}

function useFilter(word: string): readonly [Filter, (f: Filter) => void] {
  const [filter, setFilter] = useState(asked(word).filter ?? last);
  const set = (f: Filter): void => setFilter((last = f));
  return [filter, set];
}

/**
 * useOpen is the FSE that is shown. It stands in the address, for a reload; the page is not made
 * anew for it, so that the list stays where it is.
 */
function useOpen(first: string): readonly [string, (id: string) => void] {
  const [open, setOpen] = useState(first);
  useEffect(() => {
    const follow = (): void => {
      const { page, id } = parse(location.hash);
      if (page === "fse") setOpen(asked(id).id);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  const set = (id: string): void => {
    history.replaceState(null, "", href("fse", id));
    setOpen(id);
    if (id === "") document.querySelector<HTMLElement>(".list-panel tr[tabindex='0']")?.focus();
  };
  return [open, set];
}

interface SelectionProps {
  readonly n: number;
  readonly signable: number;
  readonly busy: boolean;
  readonly onSign: () => void;
  readonly onClear: () => void;
}

function Selection({ n, signable, busy, onSign, onClear }: SelectionProps) {
  return (
    <div class="selection row" role="region" aria-label={t("table.selection", { n })}>
      <strong aria-live="polite">{t("table.selection", { n })}</strong>
      <Button tone="primary" icon="key" keys="Ctrl+Enter" busy={busy} disabled={signable === 0} onClick={onSign}>{t("fse.signer-n", { n: signable })}</Button>
      <Button tone="quiet" onClick={onClear}>{t("fse.deselectionner")}</Button>
      {signable < n && <span class="hint">{t("fse.deja-signees", { n: n - signable })}</span>}
    </div>
  );
}
