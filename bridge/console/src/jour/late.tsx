// What has to be done first, with its deadline and the reason for it.

import { day } from "../format";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { PayerName } from "../organismes/payer";
import { href } from "../route";
import { Badge, Card, Empty, ProblemNote } from "../ui";
import { urgents, type Urgent } from "./urgent";

const shown = 6;

export function Late() {
  const late = useQuery("lots.late", {}, ["fse", "lot"]);
  const all = late.data === undefined ? [] : urgents(late.data);
  return (
    <Card title={t("jour.urgent")}>
      <ProblemNote error={late.error} onRetry={late.reload} />
      {late.data !== undefined && all.length === 0 && <Empty icon="check" title={t("jour.urgent.rien")} />}
      <ul class="urgents">{all.slice(0, shown).map((u) => <Row key={u.key} urgent={u} />)}</ul>
      {all.length > shown && <p class="hint">{t("jour.urgent.autres", { n: all.length - shown })}</p>}
    </Card>
  );
}

function Row({ urgent: u }: { urgent: Urgent }) {
  const name = u.name === "" ? t("jour.sans-numero") : u.name;
  return (
    <li>
      <a href={href(u.page, u.id)}>{t(`jour.urgent.${u.what}`, { nom: name })}{u.payer !== undefined && <> <PayerName of={u.payer} /></>}</a>
      <Badge tone={u.overdue || u.silent ? "bad" : "warn"}>{deadline(u)}</Badge>
      <p class="hint" lang="fr">{u.reason}</p>
    </li>
  );
}

function deadline(u: Urgent): string {
  if (u.limit === "") return t("jour.attente");
  if (u.silent) return t("jour.attendue", { jour: day(u.limit) });
  if (u.overdue) return t("jour.depasse", { jour: day(u.limit) });
  return t("jour.avant", { jour: day(u.limit) });
}
