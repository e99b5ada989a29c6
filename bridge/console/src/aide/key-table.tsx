// The shortcuts, all of them.

import { t, type PlainKey } from "../i18n";

const everywhere: readonly (readonly [keys: string, label: PlainKey])[] = [
  ["?", "raccourcis.liste"],
  ["n", "raccourcis.nouvelle"],
  ["/", "raccourcis.chercher"],
  ["Ctrl Enter", "raccourcis.signer"],
  ["Ctrl S", "action.enregistrer"],
  ["j", "raccourcis.jour"],
  ["l", "raccourcis.lots"],
  ["p", "raccourcis.papiers"],
  ["t", "raccourcis.retours"],
  ["r", "raccourcis.rejets"],
  ["F1", "raccourcis.aide"],
];

const lists: readonly (readonly [keys: string, label: PlainKey])[] = [
  ["↑ ↓", "raccourcis.fleches"],
  ["Enter", "raccourcis.entree"],
  ["Space", "raccourcis.espace"],
  ["Shift F10", "raccourcis.menu"],
  ["↑ ↓", "raccourcis.date"],
];

export function KeyTable() {
  return (
    <>
      <p>{t("aide.clavier")}</p>
      <KeyList rows={everywhere} />
      <h2>{t("raccourcis.tables")}</h2>
      <KeyList rows={lists} />
      <p>{t("raccourcis.couper")}</p>
    </>
  );
}

/** KeyList shows keys with what they do; keys of one row are parted by blanks. */
export const KeyList = ({ rows }: { rows: readonly (readonly [keys: string, label: PlainKey])[] }) => (
  <dl class="keys">
    {rows.map(([keys, label]) => (
      <div key={keys + label}>
        <dt>{keys.split(" ").map((k) => <kbd key={k}>{nameOf(k)}</kbd>)}</dt>
        <dd>{t(label)}</dd>
      </div>
    ))}
  </dl>
);

/** nameOf is what is written on a key. */
function nameOf(key: string): string {
  const named: Readonly<Record<string, PlainKey>> = { Enter: "touche.entree", Space: "touche.espace", Shift: "touche.maj" };
  const label = named[key];
  return label === undefined ? key.toUpperCase().replace("CTRL", "Ctrl") : t(label);
}

export const listKeys = lists;
