// The strip at the top: readers and cards as they are now, and where one is.

import { useSession } from "../session";
import { t } from "../i18n";
import { Icon } from "../ui";
import { Readers } from "./readers";

export function Top() {
  const demonstration = useSession((s) => s.hello?.environnement === "demonstration");
  return (
    <header class="top">
      <Readers />
      {demonstration && (
        <div class="demonstration" role="note" title={t("cadre.demonstration.texte")}>
          <Icon name="info" size={16} />
          <strong>{t("cadre.demonstration")}</strong>
        </div>
      )}
    </header>
  );
}
