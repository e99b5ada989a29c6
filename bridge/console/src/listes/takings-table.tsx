// The takings, day by day and in all.

import type { Takings } from "../../../client/src/types";
import { count, day, longDay } from "../format";
import { t } from "../i18n";
import { go } from "../route";
import { Button, IconButton, Money } from "../ui";

export interface TakingsTableProps {
  readonly days: readonly Takings[];
  readonly total: Takings;
  readonly onPrint: (day: string) => void;
  readonly onDay: (day: string) => void;
}

export function TakingsTable({ days, total, onPrint, onDay }: TakingsTableProps) {
  return (
    <div class="scroll-x">
      <table class="lines takings">
        <thead>
          <tr>
            <th scope="col">{t("recettes.col.jour")}</th>
            <th scope="col" class="end">{t("recettes.col.fse")}</th>
            <th scope="col" class="end">{t("fse.honoraires")}</th>
            <th scope="col" class="end">{t("fse.col.amo")}</th>
            <th scope="col" class="end">{t("fse.col.amc")}</th>
            <th scope="col" class="end">{t("recettes.col.patient")}</th>
            <th scope="col" class="end">{t("recettes.encaisse")}</th>
            <th scope="col"><span class="unseen">{t("fse.col.menu")}</span></th>
          </tr>
        </thead>
        <tbody>{days.map((d) => <Row key={d.jour} d={d} onPrint={onPrint} onDay={onDay} />)}</tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("fse.total")}</th>
            <Sums d={total} strong />
            <td />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

function Row({ d, onPrint, onDay }: { d: Takings; onPrint: (day: string) => void; onDay: (day: string) => void }) {
  return (
    <tr>
      <th scope="row"><Button tone="quiet" small onClick={() => onDay(d.jour)}><span class="num" title={longDay(d.jour)}>{day(d.jour)}</span></Button></th>
      <Sums d={d} />
      <td class="end">
        <span class="row paper-do">
          <IconButton icon="list" label={t("recettes.voir", { jour: day(d.jour) })} onClick={() => go("fse", d.jour)} />
          <IconButton icon="paper" label={t("recettes.imprimer.jour", { jour: day(d.jour) })} onClick={() => onPrint(d.jour)} />
        </span>
      </td>
    </tr>
  );
}

const Sums = ({ d, strong = false }: { d: Takings; strong?: boolean }) => (
  <>
    <td class="end">{count(d.nombre)}</td>
    {[d.honoraires, d.amo, d.amc, d.patient, d.encaisse].map((cents, i) => <td key={i} class="end"><Money cents={cents} strong={strong} faintZero /></td>)}
  </>
);
