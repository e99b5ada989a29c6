// The takings of some days as bars. The table below it says the same to those who do not see them.

import type { Takings } from "../../../client/src/types";
import { day, euros } from "../format";
import { t } from "../i18n";
import { bars, type Bar } from "../jour/bars";
import { daysOf, type Range } from "./range";

const width = 1076;
const height = 120;
const most = 20; // labels that fit below the bars

export function TakingsChart({ range, days }: { range: Range; days: readonly Takings[] }) {
  const axis = daysOf(range);
  const fees = bars(axis, new Map(days.map((d) => [d.jour, d.honoraires])), width, height);
  const every = Math.ceil(axis.length / most);
  const top = days.reduce((n, d) => Math.max(n, d.honoraires), 0);
  return (
    <figure class="chart wide">
      <svg viewBox={`0 -14 ${width} ${height + 32}`} role="img" aria-label={t("recettes.graphe", { n: axis.length, montant: euros(top) })}>
        <text class="scale" x="0" y="-4">{euros(top)}</text>
        <line x1="0" y1="0" x2={width} y2="0" />
        <line x1="0" y1={height + 0.5} x2={width} y2={height + 0.5} />
        {fees.map((b, i) => <OneBar key={b.day} bar={b} label={i % every === 0} />)}
      </svg>
      <figcaption class="hint">{t("recettes.graphe.legende")}</figcaption>
    </figure>
  );
}

const OneBar = ({ bar: b, label }: { bar: Bar; label: boolean }) => (
  <g class="now">
    <rect x={b.x} y={b.y} width={b.width} height={b.height} rx="2">
      <title>{`${day(b.day)} : ${euros(b.value)}`}</title>
    </rect>
    {label && <text x={b.x + b.width / 2} y={height + 14}>{day(b.day).slice(0, 5)}</text>}
  </g>
);
