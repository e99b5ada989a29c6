// Legal deadlines: until when, and why.

import type { Late, LateLot } from "../../../client/src/types";
import { day } from "../format";
import { t } from "../i18n";
import { urgents, type Urgent } from "../jour/urgent";
import { PayerName } from "../organismes/payer";
import { href } from "../route";
import { Badge, Card, type BadgeTone } from "../ui";

interface Why {
  readonly limit: string;
  readonly overdue: boolean;
  /** An answer should have come by then. */
  readonly silent: boolean;
}

export function deadline({ limit, overdue, silent }: Why): string {
  if (limit === "") return t("lots.retard.attente");
  if (silent) return t("lots.retard.attendue", { jour: day(limit) });
  return overdue ? t("lots.retard.depasse", { jour: day(limit) }) : t("lots.retard.avant", { jour: day(limit) });
}

/** urgencyOf is the colour of a deadline. */
export const urgencyOf = ({ overdue, silent }: Why): BadgeTone => (overdue || silent ? "bad" : "warn");

/** lateOf is what is said of a lot; undefined when it is in time. */
export const lateOf = (late: Late | undefined, lot: string): LateLot | undefined =>
  late === undefined ? undefined : [...late.lotsOuverts, ...late.lotsClos, ...late.sansReponse].find((l) => l.lot.id === lot);

export const whyOf = (l: LateLot): Why => ({ limit: l.dateLimite ?? "", overdue: l.raison === "delai-depasse", silent: l.raison === "sans-reponse" });

/** Deadlines are what has to be done first, each with its reason. */
export function Deadlines({ late }: { late: Late }) {
  const all = urgents(late);
  if (all.length === 0) return null;
  return (
    <Card title={t("lots.retard")}>
      <ul class="deadlines">{all.map((u) => <Row key={u.key} u={u} />)}</ul>
    </Card>
  );
}

function Row({ u }: { u: Urgent }) {
  return (
    <li>
      <a href={href(u.page, u.id)}>{t(`lots.retard.${u.what}`, { nom: u.name === "" ? t("fse.sans-numero") : u.name })}{u.payer !== undefined && <> <PayerName of={u.payer} /></>}</a>
      <Badge tone={urgencyOf(u)}>{deadline(u)}</Badge>
      <span class="hint" lang="fr">{u.reason}</span>
    </li>
  );
}
