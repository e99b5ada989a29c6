// Acts typed in a line, or found by their words.

import { useState } from "preact/hooks";
import { t } from "../i18n";
import { useShortcut } from "../shortcuts";
import { useWork } from "./context";
import { withActes } from "./draft";
import { acte, actsOf } from "./quick";
import { focusStep } from "./step";
import { Suggest } from "./suggest";
import { search, sentence, useRows, type Row } from "./tables";

export function QuickEntry() {
  const { edit, faults, toActs } = useWork();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const rows = useRows("actes");
  const byKm = (code: string): boolean => rows.some((r) => r["code"] === code && r["type"] === "kilometrique");
  const enter = (proposed: boolean): boolean => {
    const acts = actsOf(text, byKm);
    if (proposed && acts?.every((a) => rows.some((r) => r["code"] === a.code)) !== true) return false; // words, not codes
    setWrong(acts === null);
    if (text.trim() === "") focusStep("signature");
    else if (acts !== null) {
      edit((d) => withActes(d, acts));
      setText("");
    }
    return true;
  };
  useShortcut("a", "facturer.acte.ajouter", toActs);
  const take = (r: Row): void => {
    setText("");
    setWrong(false);
    edit((d) => withActes(d, [withMeasure(r)]));
  };
  return (
    <Suggest
      label={t("facturer.acte.ajouter")}
      hint={t("facturer.acte.ajouter.aide")}
      span={4}
      path="actes"
      error={wrong ? t("facturer.acte.ajouter.faux") : faults.at("actes")}
      placeholder="G + MEG"
      text={text}
      onText={(v) => {
        setText(v);
        setWrong(false);
      }}
      onEnter={enter}
      find={(words, signal) => search(words, "actes", signal)}
      keyOf={(r) => r["code"] ?? ""}
      show={(r) => <><strong class="mono">{r["code"]}</strong> {sentence(r["libelle"] ?? "")}</>}
      onTake={take}
    />
  );
}

/** withMeasure makes an act of a row; one that is paid by the kilometre waits for them, one of the CCAM is the usual activity and phase. */
const withMeasure = (r: Row) => ({
  ...acte(r["code"] ?? ""),
  ...(r["type"] === "kilometrique" && { km: 0 }),
  ...(r["type"] === "ccam" && { ccam: { activite: "1", phase: "0" } }),
});
