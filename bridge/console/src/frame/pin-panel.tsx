// The panel that explains where the code is typed, while the daemon waits for it.

import { t } from "../i18n";
import { pinWait } from "../pin";
import { useStore } from "../store";
import { Button, Dialog, Icon } from "../ui";

export function PinPanel() {
  const wait = useStore(pinWait);
  if (wait === null) return null;
  return (
    <Dialog title={`${t("pin.titre")} ${t(wait.what)}`} size="small" onClose={wait.cancel} actions={<Button onClick={wait.cancel}>{t("pin.annuler")}</Button>}>
      <div class="pin" role="status">
        <Icon name="key" size={36} />
        <p><strong>{t("pin.texte")}</strong></p>
        <p>{t("pin.cache")}</p>
        <p class="hint">{t("pin.annuler.texte")}</p>
      </div>
    </Dialog>
  );
}
