// Recettes: what a day or some days have brought, by share and by means of payment.

import { useState } from "preact/hooks";
import type { Takings } from "../../../client/src/types";
import { count, day, longDay, today } from "../format";
import { useAction, useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { Chips } from "../listes/chips";
import { show } from "../listes/files";
import { useFSEActions } from "../listes/fse-actions";
import { Payments } from "../listes/payments";
import { faultOf, presetOf, presets, sharesOf, type Range } from "../listes/range";
import { TakingsChart } from "../listes/takings-chart";
import { TakingsTable } from "../listes/takings-table";
import { call } from "../session";
import { Button, Card, DateField, Empty, Fact, Facts, Money, Note, notify, Page, ProblemNote } from "../ui";

export function Recettes() {
  const now = today();
  const [range, setRange] = useState<Range>({ from: now, to: now });
  const fault = faultOf(range);
  const query = useQuery("takings.days", fault === undefined ? { du: range.from, au: range.to } : null, ["fse"]);
  const actions = useFSEActions({});
  const printing = useAction(async (jour: string) => show(await call("takings.print", { jour, fichier: true })));
  const print = async (jour: string): Promise<void> => void ((await printing.run(jour)) === false && notify(t("imprimer.enregistre"), "info"));
  const one = fault === undefined && range.from === range.to;
  const lead = one ? longDay(range.from) : t("recettes.du-au", { du: day(range.from), au: day(range.to) });
  return (
    <Page title={t("nav.recettes")} lead={lead} actions={one && <Button icon="paper" busy={printing.busy} onClick={() => void print(range.from)}>{t("recettes.imprimer")}</Button>}>
      <Choice range={range} now={now} onChange={setRange} />
      {fault !== undefined && <Note tone="warning" live>{t(fault)}</Note>}
      <ProblemNote error={query.error ?? printing.error} onRetry={query.reload} />
      {query.data !== undefined && fault === undefined && (
        <>
          <Sums total={query.data.total} one={one} />
          {!one && <ByDay range={range} days={query.data.jours} total={query.data.total} onPrint={(d) => void print(d)} onDay={(d) => setRange({ from: d, to: d })} />}
        </>
      )}
      {one && <Payments day={range.from} actions={actions} />}
      {actions.dialogs}
    </Page>
  );
}

function Choice({ range, now, onChange }: { range: Range; now: string; onChange: (r: Range) => void }) {
  const list = presets(now);
  const choose = (id: string): void => {
    const p = list.find((one) => one.id === id);
    if (p !== undefined) onChange({ from: p.from, to: p.to });
  };
  return (
    <div class="filters">
      <Chips label={t("recettes.quand")} current={presetOf(range, now)} choices={list.map((p) => ({ id: p.id, label: t(p.label) }))} onChange={choose} />
      <div class="filter-fields">
        <DateField label={t("recettes.du")} value={range.from} onChange={(from) => onChange({ from, to: range.to < from ? from : range.to })} />
        <DateField label={t("recettes.au")} value={range.to} onChange={(to) => onChange({ from: to !== "" && to < range.from ? to : range.from, to })} />
      </div>
    </div>
  );
}

function Sums({ total, one }: { total: Takings; one: boolean }) {
  return (
    <div class="takings-columns">
      <Card title={t("recettes.total")}>
        <p class="takings-sum">
          <Money cents={total.honoraires} strong />
          <span class="hint">{t("fse.n", { n: count(total.nombre) })}</span>
        </p>
        <Facts>
          <Fact name={t("fse.col.amo")}><Money cents={total.amo} /></Fact>
          <Fact name={t("fse.col.amc")}><Money cents={total.amc} /></Fact>
          <Fact name={t("recettes.col.patient")}><Money cents={total.patient} /></Fact>
          {total.nonPrisEnCharge > 0 && <Fact name={t("fse.non-pris")}><Money cents={total.nonPrisEnCharge} /></Fact>}
        </Facts>
        {(total.sansPrix ?? 0) > 0 && <p class="hint">{t("recettes.sans-prix", { n: total.sansPrix ?? 0 })}</p>}
      </Card>
      <Card title={t(one ? "recettes.encaisse" : "recettes.encaisse.periode")}>
        <p class="takings-sum"><Money cents={total.encaisse} strong /></p>
        <Means total={total} />
      </Card>
    </div>
  );
}

function Means({ total }: { total: Takings }) {
  const shares = sharesOf(total.parMoyen);
  if (shares.length === 0) return <p class="hint">{t("recettes.rien-encaisse")}</p>;
  return (
    <dl class="means">
      {shares.map((s) => (
        <div key={s.mean}>
          <dt>{tOr(`moyen.${s.mean}`, s.mean)}</dt>
          <dd><Money cents={s.cents} /></dd>
          <div class="means-bar" aria-hidden="true"><span style={{ width: `${Math.round(s.part * 100)}%` }} /></div>
        </div>
      ))}
    </dl>
  );
}

interface ByDayProps {
  readonly range: Range;
  readonly days: readonly Takings[];
  readonly total: Takings;
  readonly onPrint: (day: string) => void;
  readonly onDay: (day: string) => void;
}

function ByDay({ range, days, total, onPrint, onDay }: ByDayProps) {
  return (
    <Card title={t("recettes.par-jour")}>
      {days.length === 0 ? (
        <Empty icon="takings" title={t("recettes.rien")} />
      ) : (
        <div class="stack">
          <TakingsChart range={range} days={days} />
          <TakingsTable days={days} total={total} onPrint={onPrint} onDay={onDay} />
          <p class="hint">{t("recettes.a-signer")}</p>
        </div>
      )}
    </Card>
  );
}
