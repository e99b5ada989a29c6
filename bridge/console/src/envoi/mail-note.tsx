// How the way to the payers is, where it keeps lots from leaving.

import { moment } from "../format";
import { t } from "../i18n";
import { href } from "../route";
import { useSnapshot } from "../session";
import { Button, LinkButton, Note } from "../ui";
import { FaultText } from "./fault";

/** useMail is undefined before the first connection. */
export const useMail = () => useSnapshot((s) => s.mail);

/** MailNote says nothing while all is well. onRetry tries at once. */
export function MailNote({ onRetry, busy = false }: { onRetry?: () => void; busy?: boolean }) {
  const mail = useMail();
  if (mail?.configure !== true) {
    return <Note actions={<LinkButton small href={href("reglages", "transmission")}>{t("envoi.configurer")}</LinkButton>}>{t("envoi.pas-configure")}</Note>;
  }
  const next = mail.prochainEssai;
  const retry = onRetry !== undefined && mail.enAttente > 0 && <Button small busy={busy} onClick={onRetry}>{t("action.reessayer")}</Button>;
  if (mail.horsLigne) {
    return (
      <Note tone="warning" title={t("envoi.hors-ligne")} actions={retry}>
        {next === undefined ? t("envoi.hors-ligne.texte") : t("envoi.prochain", { moment: moment(next) })}
      </Note>
    );
  }
  if (mail.probleme === undefined) return null;
  const passes = mail.probleme.kind === "offline" || mail.probleme.kind === "busy";
  return (
    <Note tone={passes ? "warning" : "error"} title={t(passes ? "envoi.attente" : "envoi.probleme")} actions={retry}>
      <FaultText fault={mail.probleme} />
      {next !== undefined && <p class="hint">{t("envoi.prochain", { moment: moment(next) })}</p>}
    </Note>
  );
}
