// How the day ends and where papers come out.

import { useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { Button, Card, Form, Note, ProblemNote, Select, TextField } from "../ui";
import { timeOf, withText } from "./cabinet";
import type { Editor } from "./editor";

export function Closing({ editor: { cabinet: c, set, fault } }: { editor: Editor }) {
  return (
    <Card title={t("reglages.fermeture")}>
      <Form>
        <TextField
          label={t("reglages.fermeture.heure")}
          hint={t("reglages.fermeture.aide")}
          span={3}
          placeholder="19:30"
          maxLength={5}
          value={c.fermeture ?? ""}
          onInput={(v) => set(withText(c, "fermeture", v))}
          onBlur={() => set(withText(c, "fermeture", timeOf(c.fermeture ?? "")))}
          error={fault("fermeture")}
        />
      </Form>
    </Card>
  );
}

export function Printing({ editor: { cabinet: c, set, fault } }: { editor: Editor }) {
  const printers = useQuery("print.printers", {});
  const list = printers.data?.imprimantes ?? [];
  const gone = c.imprimante !== undefined && printers.data !== undefined && !list.some((p) => p.nom === c.imprimante);
  const choices = list.map((p) => ({ value: p.nom, label: [p.nom, p.defaut === true && t("reglages.imprimante.defaut"), p.etat !== "prete" && tOr(`reglages.imprimante.${p.etat}`, p.etat)].filter(Boolean).join(" · ") }));
  return (
    <Card title={t("reglages.imprimante")} actions={<Button small tone="quiet" icon="undo" busy={printers.loading} onClick={printers.reload}>{t("reglages.imprimante.relire")}</Button>}>
      <ProblemNote error={printers.error} />
      {printers.data?.probleme !== undefined && <Note tone="warning"><span lang="fr">{printers.data.probleme}</span></Note>}
      <Form>
        <Select
          label={t("reglages.imprimante.papiers")}
          hint={list.find((p) => p.nom === c.imprimante)?.detail ?? ""}
          span={4}
          value={c.imprimante ?? ""}
          empty={t("reglages.imprimante.systeme")}
          choices={gone ? [{ value: c.imprimante ?? "", label: c.imprimante ?? "" }, ...choices] : choices}
          onChange={(v) => set(withText(c, "imprimante", v))}
          error={gone ? t("reglages.imprimante.absente") : fault("imprimante")}
        />
      </Form>
    </Card>
  );
}
