// The dialog of the keys that work now.

import { KeyList, listKeys } from "../aide/key-table";
import { t } from "../i18n";
import { shortcuts, type Shortcut } from "../shortcuts";
import { useStore } from "../store";
import { Dialog } from "../ui";

export function Keys({ onClose }: { onClose: () => void }) {
  const all = useStore(shortcuts);
  const active = all.filter((s, i) => all.findLastIndex((other) => other.keys === s.keys) === i);
  return (
    <Dialog title={t("raccourcis.titre")} onClose={onClose}>
      <h3>{t("raccourcis.partout")}</h3>
      <KeyList rows={active.map((s) => [written(s), s.label])} />
      <h3>{t("raccourcis.tables")}</h3>
      <KeyList rows={listKeys} />
      <p class="hint">{t("raccourcis.couper")}</p>
    </Dialog>
  );
}

const written = (s: Shortcut): string => s.keys.replace("+", " ");
