// The filters of the list of FSE: state, day of care, number.

import { useRef } from "preact/hooks";
import { count } from "../format";
import { t } from "../i18n";
import { useSnapshot } from "../session";
import { useShortcut } from "../shortcuts";
import { DateField, Field } from "../ui";
import { Chips } from "./chips";
import { groups, type Filter } from "./filters";

export function FSEFilters({ filter, onChange }: { filter: Filter; onChange: (f: Filter) => void }) {
  const search = useRef<HTMLDivElement>(null);
  const queue = useSnapshot((s) => s.queue);
  useShortcut("/", "raccourcis.chercher", () => search.current?.querySelector("input")?.focus());
  const counts: Readonly<Record<string, number | undefined>> = { brouillon: queue?.brouillons, "a-signer": queue?.aSigner, rejetees: queue?.rejets };
  return (
    <div class="filters" role="search">
      <Chips
        label={t("fse.filtre")}
        current={filter.number === "" ? filter.group : ""}
        choices={groups.map((g) => ({ id: g.id, label: t(g.label), count: (counts[g.id] ?? 0) > 0 ? count(counts[g.id] ?? 0) : "" }))}
        onChange={(group) => onChange({ ...filter, group, number: "" })}
      />
      <div class="filter-fields">
        <DateField label={t("fse.filtre.jour")} value={filter.day} onChange={(day) => onChange({ ...filter, day, number: "" })} />
        <div ref={search}>
          <Field label={t("fse.filtre.numero")}>
            {(c) => (
              <input
                {...c}
                type="search"
                inputMode="numeric"
                maxLength={11}
                autocomplete="off"
                aria-keyshortcuts="/"
                placeholder={t("fse.filtre.numero.exemple")}
                value={filter.number}
                onInput={(e) => onChange({ ...filter, number: e.currentTarget.value })}
              />
            )}
          </Field>
        </div>
      </div>
    </div>
  );
}
