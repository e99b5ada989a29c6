// « Les bons contacts » of the settings, where one looks for them.

import type { Contact } from "../../../client/src/types";
import { useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { href } from "../route";
import { Empty, Fact, Facts, LinkButton, ProblemNote } from "../ui";

export function Contacts() {
  const practice = useQuery("practice.list", {});
  const all = (practice.data?.cabinets ?? []).flatMap((c) => c.contacts ?? []);
  return (
    <>
      <p>{t("aide.contacts")}</p>
      <ProblemNote error={practice.error} onRetry={practice.reload} />
      {practice.data !== undefined && all.length === 0 && (
        <Empty icon="phone" title={t("aide.contacts.aucun")} actions={<LinkButton href={href("reglages")}>{t("nav.reglages")}</LinkButton>} />
      )}
      {all.map((c, i) => <Person key={i} contact={c} />)}
    </>
  );
}

function Person({ contact: c }: { contact: Contact }) {
  return (
    <section class="part">
      <h2>{tOr(`reglages.sujet.${c.sujet}`, c.sujet)}</h2>
      <Facts>
        <Fact name={t("reglages.contact.nom")}>{c.nom}</Fact>
        {c.telephone !== undefined && <Fact name={t("reglages.telephone")}><a href={`tel:${c.telephone.replace(/\s/g, "")}`}>{c.telephone}</a></Fact>}
        {c.courriel !== undefined && <Fact name={t("reglages.contact.courriel")}><a href={`mailto:${c.courriel}`}>{c.courriel}</a></Fact>}
        {c.site?.startsWith("https://") === true && <Fact name={t("reglages.contact.site")}><a href={c.site} target="_blank" rel="noreferrer">{c.site}</a></Fact>}
      </Facts>
    </section>
  );
}
