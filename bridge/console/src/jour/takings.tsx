// What today has brought, and the days before as a small chart.

import { addDays, count, day, euros, today } from "../format";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { href } from "../route";
import { Card, Fact, Facts, LinkButton, Money, ProblemNote } from "../ui";
import type { Takings } from "../../../client/src/types";
import { bars } from "./bars";

const span = 14; // days in the chart
const width = 420;
const height = 84;

export function TakingsCard() {
  const now = today();
  const query = useQuery("takings.days", { du: addDays(now, 1 - span), au: now }, ["fse"]);
  const days = query.data?.jours ?? [];
  const mine = days.find((d) => d.jour === now);
  return (
    <Card title={t("jour.recettes")} actions={<LinkButton href={href("recettes")} small tone="quiet">{t("action.tout-voir")}</LinkButton>}>
      <ProblemNote error={query.error} onRetry={query.reload} />
      {query.data !== undefined && (
        <>
          <p class="takings-sum">
            <Money cents={mine?.honoraires ?? 0} strong />
            <span class="hint">{t("fse.n", { n: count(mine?.nombre ?? 0) })}</span>
          </p>
          <Facts>
            <Fact name={t("jour.recettes.amo")}><Money cents={mine?.amo ?? 0} /></Fact>
            <Fact name={t("jour.recettes.amc")}><Money cents={mine?.amc ?? 0} /></Fact>
            <Fact name={t("jour.recettes.patient")}><Money cents={mine?.patient ?? 0} /></Fact>
            <Fact name={t("jour.recettes.encaisse")}><Money cents={mine?.encaisse ?? 0} /></Fact>
          </Facts>
          <Chart days={days} last={now} />
        </>
      )}
    </Card>
  );
}

/** Chart is a picture for those who see it, and the same in words for the others. */
function Chart({ days, last }: { days: readonly Takings[]; last: string }) {
  const axis = Array.from({ length: span }, (_, i) => addDays(last, i + 1 - span));
  const all = bars(axis, new Map(days.map((d) => [d.jour, d.honoraires])), width, height);
  const said = days.map((d) => `${day(d.jour)} : ${euros(d.honoraires)}`).join(" ; ");
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${width} ${height + 18}`} role="img" aria-label={t("jour.recettes.graphe", { jours: said === "" ? t("jour.recettes.rien") : said })}>
        <line x1="0" y1={height + 0.5} x2={width} y2={height + 0.5} />
        {all.map((b) => (
          <g key={b.day} class={b.day === last ? "now" : undefined}>
            <rect x={b.x} y={b.y} width={b.width} height={b.height} rx="2">
              <title>{`${day(b.day)} : ${euros(b.value)}`}</title>
            </rect>
            <text x={b.x + b.width / 2} y={height + 14}>{b.day.slice(8)}</text>
          </g>
        ))}
      </svg>
      <figcaption class="hint">{t("jour.recettes.legende", { n: span })}</figcaption>
    </figure>
  );
}
