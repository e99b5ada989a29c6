// What to write by hand for a lot when no printer answers.

import { useQuery } from "../hooks";
import { t } from "../i18n";
import { Button, Dialog, notify, ProblemNote } from "../ui";

export function ByHand({ lot }: { lot: string }) {
  const query = useQuery("lots.byHand", { id: lot });
  const lines = query.data?.lignes;
  return (
    <section class="by-hand" aria-label={t("lots.a-la-main")}>
      <h3>{t("lots.a-la-main")}</h3>
      <ProblemNote error={query.error} onRetry={query.reload} />
      {lines !== undefined && <p class="written" lang="fr">{lines.join("\n")}</p>}
      {lines !== undefined && <Button small onClick={() => void copy(lines)}>{t("lots.copier")}</Button>}
    </section>
  );
}

async function copy(lines: readonly string[]): Promise<void> {
  try {
    await navigator.clipboard.writeText(lines.join("\n"));
    notify(t("lots.copie"));
  } catch {
    notify(t("lots.copie.refus"), "warning");
  }
}

export const ByHandDialog = ({ lot, name, onClose }: { lot: string; name: string; onClose: () => void }) => (
  <Dialog title={name} onClose={onClose} actions={<Button onClick={onClose}>{t("action.fermer")}</Button>}>
    <ByHand lot={lot} />
  </Dialog>
);
