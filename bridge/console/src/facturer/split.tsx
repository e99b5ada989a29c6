// A visit that mixes natures or pathways becomes linked FSE in one action.

import { useAction } from "../hooks";
import { t } from "../i18n";
import { href } from "../route";
import { act } from "../session";
import { Button, Note, notify, ProblemNote } from "../ui";
import { useWork } from "./context";

export function SplitNote() {
  const { editor, faults, fse } = useWork();
  const split = useAction(async () => {
    const kept = await editor.flush();
    if (kept === undefined) return;
    const { fse: parts } = await act("fse.split", { id: kept.id });
    const own = parts.find((p) => p.id === kept.id);
    if (own !== undefined) editor.open(own);
    notify(t("facturer.separees", { n: parts.length }));
  });
  const mixed = faults.has("NATURE_MELANGEE") || faults.has("PARCOURS_MELANGE");
  const linked = fse?.liees ?? [];
  return (
    <>
      {mixed && (
        <Note
          tone="warning"
          title={t("facturer.melange")}
          actions={<Button tone="primary" small busy={split.busy} onClick={() => void split.run()}>{t("facturer.separer")}</Button>}
        >
          {t("facturer.melange.texte")}
        </Note>
      )}
      <ProblemNote error={split.error} />
      {linked.length > 0 && (
        <Note>
          {t("facturer.liees", { n: linked.length })}{" "}
          {linked.map((id, i) => <a key={id} href={href("facturer", id)}>{t("facturer.liee", { n: i + 1 })}</a>)}
        </Note>
      )}
    </>
  );
}
