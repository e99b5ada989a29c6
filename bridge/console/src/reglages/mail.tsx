// The mail that takes lots to the payers and brings their returns: how it is, as the configuration
// of the service has it. It is not set from a page: it names servers, and a password.

import { useState } from "preact/hooks";
import type { Mail } from "../../../client/src/types";
import { FaultText } from "../envoi/fault";
import { count, moment } from "../format";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { call, useSnapshot } from "../session";
import { Badge, Button, Card, Fact, Facts, Note, ProblemNote } from "../ui";

export function MailSettings() {
  const mail = useSnapshot((s) => s.mail);
  const set = mail?.configure === true;
  return (
    <div class="stack">
      <Card title={t("envoi.reglages")} actions={<Badge tone={set ? "good" : "warn"}>{t(set ? "envoi.reglages.configuree" : "envoi.reglages.pas-configuree")}</Badge>}>
        <p>{t("envoi.reglages.texte")}</p>
        {mail !== undefined && set && <State mail={mail} />}
        <p class="gap-top">{t("envoi.reglages.ou")} <code class="mono">agrafe mail password</code></p>
      </Card>
      {set && <Check />}
    </div>
  );
}

function State({ mail }: { mail: Mail }) {
  const at = (instant: string | undefined): string => (instant === undefined ? t("envoi.reglages.jamais") : moment(instant));
  return (
    <>
      <div class="gap-top">
        <Facts>
          <Fact name={t("envoi.reglages.adresse")}><span class="mono">{mail.adresse ?? "—"}</span></Fact>
          <Fact name={t("envoi.reglages.environnement")}>{t(mail.environnement === "production" ? "envoi.reglages.production" : "envoi.reglages.demonstration")}</Fact>
          <Fact name={t("envoi.reglages.smtp")}><span class="mono">{mail.smtp ?? "—"}</span></Fact>
          <Fact name={t("envoi.reglages.pop3")}><span class="mono">{mail.pop3 ?? "—"}</span></Fact>
          <Fact name={t("envoi.reglages.depart")}>{t(mail.envoi === "auto" ? "envoi.reglages.depart.auto" : "envoi.reglages.depart.clic")}</Fact>
          <Fact name={t("envoi.reglages.rythme")}>{(mail.releve ?? 0) === 0 ? t("envoi.reglages.rythme.clic") : t("envoi.reglages.rythme.minutes", { n: mail.releve ?? 0 })}</Fact>
          <Fact name={t("envoi.reglages.attendent")}>{count(mail.enAttente)}</Fact>
          <Fact name={t("envoi.reglages.indecis")}>{count(mail.indecis)}</Fact>
          <Fact name={t("envoi.reglages.dernier")}>{at(mail.dernierEnvoi)}</Fact>
          <Fact name={t("envoi.reglages.releve")}>{at(mail.derniereReleve)}</Fact>
        </Facts>
      </div>
      {mail.horsLigne && <Note tone="warning" title={t("envoi.hors-ligne")}>{mail.prochainEssai === undefined ? t("envoi.hors-ligne.texte") : t("envoi.prochain", { moment: moment(mail.prochainEssai) })}</Note>}
      {mail.probleme !== undefined && <Note tone="error"><FaultText fault={mail.probleme} /></Note>}
    </>
  );
}

/** Check logs in to both servers when the user asks. */
function Check() {
  const [well, setWell] = useState(false);
  const action = useAction(() => call("mail.check", {}));
  const check = async (): Promise<void> => {
    setWell(false);
    setWell((await action.run()) !== undefined);
  };
  return (
    <Card title={t("envoi.reglages.verifier")} actions={<Button small icon="check" busy={action.busy} onClick={() => void check()}>{t("envoi.reglages.verifier")}</Button>}>
      <div class="stack">
        <p class="hint">{t("envoi.reglages.verifier.texte")}</p>
        <ProblemNote error={action.error} />
        {well && <Note live tone="success">{t("envoi.reglages.verifiee")}</Note>}
      </div>
    </Card>
  );
}
