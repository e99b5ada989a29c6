// What keeps the data: the recovery code and the second copy. The code itself is never shown in a page.

import { moment } from "../format";
import { t } from "../i18n";
import { useSession, useSnapshot } from "../session";
import { Badge, Card, Fact, Facts, Note } from "../ui";

export function Safety() {
  const journal = useSnapshot((s) => s.journal);
  if (journal === undefined) return null;
  const { sauvegarde: backup } = journal;
  return (
    <div class="stack">
      <Card title={t("reglages.code")} actions={<Badge tone={journal.codeNote === true ? "good" : "warn"}>{t(journal.codeNote === true ? "reglages.code.note" : "reglages.code.pas-note")}</Badge>}>
        <p>{t("reglages.code.texte")}</p>
        <ol class="gap-top">
          <li>{t("reglages.code.1")} <code class="mono">agrafe journal code</code></li>
          <li>{t("reglages.code.2")}</li>
          <li>{t("reglages.code.3")} <code class="mono">agrafe journal code --noted</code></li>
        </ol>
      </Card>
      <Card title={t("reglages.sauvegarde")}>
        {backup === undefined && <Note tone="warning">{t("reglages.sauvegarde.aucune")}</Note>}
        {backup?.probleme !== undefined && <Note tone="error"><span lang="fr">{backup.probleme.message}</span></Note>}
        {backup?.date !== undefined && <Facts><Fact name={t("reglages.sauvegarde.derniere")}>{moment(backup.date)}</Fact></Facts>}
      </Card>
      <About />
    </div>
  );
}

function About() {
  const hello = useSession((s) => s.hello);
  return (
    <Card title={t("reglages.apropos")}>
      <Facts>
        <Fact name={t("reglages.version")}>{hello?.version ?? "—"}</Fact>
        <Fact name={t("reglages.environnement")}>{hello?.environnement ?? "—"}</Fact>
      </Facts>
    </Card>
  );
}
