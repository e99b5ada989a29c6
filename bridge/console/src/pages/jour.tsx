// Ma journée: what waits, what is urgent, what the day has brought, and the last FSE.

import { longDay, today } from "../format";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { Late } from "../jour/late";
import { Recent } from "../jour/recent";
import { TakingsCard } from "../jour/takings";
import { Waiting } from "../jour/waiting";
import { href } from "../route";
import { useSnapshot } from "../session";
import { LinkButton, Note, Page } from "../ui";

export function Jour() {
  return (
    <Page title={t("nav.jour")} lead={longDay(today())}>
      <Warnings />
      <Waiting />
      <div class="day-columns">
        <Late />
        <TakingsCard />
      </div>
      <Recent />
    </Page>
  );
}

/** Warnings are about the practice and the journal; most days there is none. */
function Warnings() {
  const journal = useSnapshot((s) => s.journal);
  const practice = useQuery("practice.list", {});
  return (
    <>
      {practice.data?.cabinets.length === 0 && (
        <Note title={t("jour.cabinet")} actions={<LinkButton href={href("premiere-fois")} tone="primary">{t("jour.cabinet.faire")}</LinkButton>}>
          {t("jour.cabinet.texte")}
        </Note>
      )}
      {journal?.endommage === true && <Note tone="error" title={t("journal.endommage")}>{t("journal.endommage.texte")}</Note>}
      {journal !== undefined && journal.codeNote !== true && (
        <Note tone="warning" title={t("jour.code")} actions={<LinkButton href={href("reglages", "securite")} small>{t("jour.code.faire")}</LinkButton>}>
          {t("jour.code.texte")}
        </Note>
      )}
      {journal?.sauvegarde?.probleme !== undefined && (
        <Note tone="warning" title={t("journal.copie")}><span lang="fr">{journal.sauvegarde.probleme.message}</span></Note>
      )}
    </>
  );
}
