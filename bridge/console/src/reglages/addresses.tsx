// Where the practice is, and where its papers go.

import type { Caisse } from "../../../client/src/types";
import { useQuery } from "../hooks";
import { t } from "../i18n";
import { Card, Form, IconButton, Select, TextArea, TextField } from "../ui";
import { choicesOf, knownAddresses, linesOf, textOf, type KnownAddress } from "./cabinet";
import type { Editor } from "./editor";

export function Address({ editor: { cabinet: c, set, fault } }: { editor: Editor }) {
  return (
    <Card title={t("reglages.adresse")}>
      <Form>
        <TextArea label={t("reglages.adresse.lignes")} hint={t("reglages.adresse.aide")} required span={6} rows={4} value={textOf(c.adresse)} onInput={(v) => set({ ...c, adresse: linesOf(v) })} error={fault("adresse")} />
      </Form>
    </Card>
  );
}

/** Payers is the caisse de rattachement, and others for some régimes. */
export function Payers({ editor: { cabinet: c, set, fault } }: { editor: Editor }) {
  const table = useQuery("tables.show", { table: "adresses_papiers" });
  const known = table.data === undefined ? [] : knownAddresses(table.data);
  const others = Object.entries(c.parRegime ?? {});
  const put = (code: string, caisse: Caisse): void => set({ ...c, parRegime: { ...c.parRegime, [code]: caisse } });
  const drop = (code: string): void => {
    const { [code]: _, ...rest } = c.parRegime ?? {};
    set({ ...c, parRegime: rest });
  };
  return (
    <Card title={t("reglages.rattachement")}>
      <p class="hint gap-bottom">{t("reglages.rattachement.aide")}</p>
      <CaisseForm caisse={c.rattachement} known={known} onChange={(rattachement) => set({ ...c, rattachement })} fault={(f) => fault(`rattachement.${f}`) || fault(f === "nom" ? "rattachement" : "rattachement.adresse")} />
      {others.map(([code, caisse]) => (
        <section class="part" key={code}>
          <header class="row">
            <h3>{t("reglages.regime", { code })}</h3>
            <IconButton icon="cross" label={t("reglages.regime.retirer", { code })} onClick={() => drop(code)} />
          </header>
          <CaisseForm caisse={caisse} known={known} onChange={(next) => put(code, next)} fault={(f) => fault(`parRegime.${code}.${f}`)} />
        </section>
      ))}
      <AddRegime taken={others.map(([code]) => code)} onAdd={(code) => put(code, { nom: "", adresse: [] })} />
    </Card>
  );
}

interface CaisseFormProps {
  readonly caisse: Caisse;
  readonly known: readonly KnownAddress[];
  readonly onChange: (next: Caisse) => void;
  readonly fault: (field: "nom" | "adresse") => string;
}

function CaisseForm({ caisse, known, onChange, fault }: CaisseFormProps) {
  const fill = (id: string): void => {
    const found = known.find((k) => k.id === id);
    if (found !== undefined) onChange(found.caisse);
  };
  return (
    <Form>
      <TextField label={t("reglages.caisse.nom")} required span={3} value={caisse.nom} onInput={(nom) => onChange({ ...caisse, nom })} error={fault("nom")} />
      <Select
        label={t("reglages.caisse.connue")}
        hint={t("reglages.caisse.connue.aide")}
        span={3}
        value=""
        empty={t("reglages.caisse.choisir")}
        choices={known.map((k) => ({ value: k.id, label: `${k.caisse.nom} (${k.source})` }))}
        onChange={fill}
      />
      <TextArea label={t("reglages.caisse.adresse")} required span={6} rows={3} value={textOf(caisse.adresse)} onInput={(v) => onChange({ ...caisse, adresse: linesOf(v) })} error={fault("adresse")} />
    </Form>
  );
}

function AddRegime({ taken, onAdd }: { taken: readonly string[]; onAdd: (code: string) => void }) {
  const table = useQuery("tables.show", { table: "regimes", limit: 200 });
  const free = table.data === undefined ? [] : choicesOf(table.data, (row) => /^\d{2}$/.test(row.code) && !taken.includes(row.code));
  if (free.length === 0) return null;
  return (
    <div class="part">
      <Form>
        <Select label={t("reglages.regime.ajouter")} hint={t("reglages.regime.aide")} span={4} value="" empty={t("reglages.regime.choisir")} choices={free} onChange={(code) => code !== "" && onAdd(code)} />
      </Form>
    </div>
  );
}

