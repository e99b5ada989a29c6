// Who bills: the settings of the practice of whoever's CPS is in the reader.

import { useEffect } from "preact/hooks";
import type { Cabinet, Card } from "../../../client/src/types";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { href } from "../route";
import { useSnapshot } from "../session";
import { LinkButton, Note, ProblemNote } from "../ui";
import { useWork } from "./context";
import { billedBy } from "./draft";
import { cabinetFor } from "./practice";

/** useCPS is the CPS in a reader. */
export function useCPS(): Card | undefined {
  return useSnapshot((s) => s.cards)?.find((c) => c.state === "cps");
}

/** Professional fills in who bills, and says what to do when nobody can. */
export function Professional() {
  const { draft, editor, open, goTo } = useWork();
  const holder = useCPS()?.holder?.nationalId;
  const query = useQuery("practice.list", {});
  const list = query.data?.cabinets;
  const known = draft.professionnel.numeroAM !== "";
  const one: Cabinet | undefined = list === undefined ? undefined : cabinetFor(list, holder);
  useEffect(() => {
    if (open && !known && one !== undefined) editor.edit((d) => ({ ...d, professionnel: billedBy(one) }), "page");
  }, [open, known, one]);
  if (!open || known) return null;
  if (query.error !== undefined) return <ProblemNote error={query.error} onRetry={query.reload} />;
  if (list === undefined || one !== undefined) return null;
  if (list.length === 0) {
    const fill = <LinkButton href={href("premiere-fois")} tone="primary" small>{t("facturer.cabinet.remplir")}</LinkButton>;
    return <Note tone="warning" title={t("facturer.cabinet.absent")} actions={fill}>{t("facturer.cabinet.texte")}</Note>;
  }
  return (
    <Note tone="warning" title={t("facturer.professionnel.choisir")}>
      <button type="button" class="as-link" onClick={() => goTo("professionnel.numeroAM")}>{t("facturer.professionnel.choisir.texte", { n: list.length })}</button>
    </Note>
  );
}
