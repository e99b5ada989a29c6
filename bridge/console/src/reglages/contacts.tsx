// « Les bons contacts »: whom to call about what, shown on the help page.

import type { Contact } from "../../../client/src/types";
import { t, tOr } from "../i18n";
import { Button, Card, Form, IconButton, TextField } from "../ui";
import { phone, subjects } from "./cabinet";
import type { Editor } from "./editor";

const blank = (sujet: string): Contact => ({ sujet, nom: "" });

export function Contacts({ editor: { cabinet: c, set, fault } }: { editor: Editor }) {
  const list = c.contacts ?? [];
  const put = (at: number, next: Contact): void => set({ ...c, contacts: list.map((old, i) => (i === at ? next : old)) });
  const missing = subjects.filter((s) => !list.some((p) => p.sujet === s));
  return (
    <Card title={t("reglages.contacts")}>
      <p class="hint gap-bottom">{t("reglages.contacts.aide")}</p>
      {list.map((person, i) => (
        <Person key={i} person={person} onChange={(next) => put(i, next)} onRemove={() => set({ ...c, contacts: list.filter((_, j) => j !== i) })} fault={(f) => fault(`contacts.${i}.${f}`)} />
      ))}
      <div class="row">
        {missing.map((s) => (
          <Button key={s} small icon="plus" onClick={() => set({ ...c, contacts: [...list, blank(s)] })}>{t(`reglages.sujet.${s}`)}</Button>
        ))}
        <Button small icon="plus" onClick={() => set({ ...c, contacts: [...list, blank("")] })}>{t("reglages.sujet.autre")}</Button>
      </div>
    </Card>
  );
}

interface PersonProps {
  readonly person: Contact;
  readonly onChange: (next: Contact) => void;
  readonly onRemove: () => void;
  readonly fault: (field: keyof Contact) => string;
}

function Person({ person: p, onChange, onRemove, fault }: PersonProps) {
  const standard = subjects.some((s) => s === p.sujet);
  return (
    <section class="part">
      <header class="row">
        <h3>{tOr(`reglages.sujet.${p.sujet}`, p.sujet === "" ? t("reglages.sujet.autre") : p.sujet)}</h3>
        <IconButton icon="cross" label={t("reglages.contact.retirer", { nom: p.nom })} onClick={onRemove} />
      </header>
      <Form>
        {!standard && <TextField label={t("reglages.contact.sujet")} span={6} value={p.sujet} onInput={(sujet) => onChange({ ...p, sujet })} error={fault("sujet")} />}
        <TextField label={t("reglages.contact.nom")} span={3} value={p.nom} onInput={(nom) => onChange({ ...p, nom })} error={fault("nom")} />
        <TextField label={t("reglages.telephone")} span={3} type="tel" value={p.telephone ?? ""} onInput={(v) => onChange({ ...p, telephone: phone(v) })} error={fault("telephone")} />
        <TextField label={t("reglages.contact.courriel")} span={3} type="email" value={p.courriel ?? ""} onInput={(courriel) => onChange({ ...p, courriel })} error={fault("courriel")} />
        <TextField label={t("reglages.contact.site")} span={3} type="url" value={p.site ?? ""} onInput={(site) => onChange({ ...p, site })} error={fault("site")} />
      </Form>
    </section>
  );
}
