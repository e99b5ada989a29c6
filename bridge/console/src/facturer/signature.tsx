// Step 3: the amounts, what is left to do, and the signature.

import { useState } from "preact/hooks";
import { useAction } from "../hooks";
import { t } from "../i18n";
import { withPin } from "../pin";
import { go } from "../route";
import { act } from "../session";
import { useShortcut } from "../shortcuts";
import { Button, confirm, MenuButton, Note, notify, ProblemNote, settle, TextField } from "../ui";
import { CancelDialog } from "../listes/fse-dialogs";
import { isUnsigned } from "../listes/can";
import { summaryOf } from "../listes/full";
import { confirmRestored, isRestored, restoredText } from "../listes/restored";
import { useWork } from "./context";
import { isWork } from "./draft";
import { Done } from "./done";
import { useCPS } from "./professional";
import { Saved } from "./saved";
import { focusStep, Step } from "./step";
import { Todo } from "./todo";
import { Totals } from "./totals";

export function SignatureStep({ onTried }: { onTried: () => void }) {
  const { open, foreign, fse } = useWork();
  const [paper, setPaper] = useState(false); // made just now, and to be printed at once
  return (
    <Step n={3} name="signature" done={fse !== null && !isUnsigned(summaryOf(fse)) && fse.etat !== "annulee"}>
      <div class="stack tight">
        {!open && !foreign && <Done printing={paper} />}
        <Totals />
        {open && <Signing onTried={onTried} onPaper={() => setPaper(true)} />}
        {foreign && <SigningForeign onTried={onTried} />}
      </div>
    </Step>
  );
}

/** useSign keeps the draft, then has the daemon sign it. */
function useSign(onTried: () => void) {
  const { editor, faults, goTo } = useWork();
  return useAction(async () => {
    onTried();
    const shown = editor.state.get().draft;
    const typing = settle();
    if (typing !== undefined) return goTo(typing.path);
    // What Ctrl+Enter has just taken from a field was not on the screen as it would be signed.
    if (editor.state.get().draft !== shown) return notify(t("facturer.relire"), "warning");
    const kept = await editor.flush();
    if (kept === undefined) return;
    const first = faults.errors[0];
    if (first !== undefined) return goTo(first.chemin);
    if (faults.has("TOTAL_NUL") && !(await confirmFree())) return;
    if (!(await confirmRestored([kept]))) return;
    const params = { id: kept.id, ...(isRestored(kept) && { confirmRestored: true }) };
    try {
      const signed = await withPin("pin.signer", (signal) => act("fse.sign", params, { signal }));
      editor.open(signed);
      setTimeout(() => focusStep("signature")); // what was focused is gone
      notify(t("facturer.signee", { numero: String(signed.numero ?? "").padStart(9, "0") }));
    } catch (e) {
      await editor.changed(); // it has its number now, whatever became of the card
      throw e;
    }
  });
}

const confirmFree = (): Promise<boolean> =>
  confirm({ title: t("facturer.zero.titre"), text: t("facturer.zero.texte"), action: t("action.signer") });

/**
 * useLater keeps the FSE to be signed another time. One that is complete takes its number and
 * waits in « À signer ». One that is not stays a draft.
 */
function useLater() {
  const { editor, faults, goTo } = useWork();
  return useAction(async () => {
    const typing = settle();
    if (typing !== undefined) return goTo(typing.path);
    const kept = await editor.flush();
    if (kept === undefined) return;
    if (faults.errors.length === 0) await act("fse.ready", { id: kept.id });
    notify(t("facturer.plus-tard.fait"));
    go("fse");
  });
}

function Signing({ onTried, onPaper }: { onTried: () => void; onPaper: () => void }) {
  const { draft, editor, faults, fse, goTo } = useWork();
  const [cancelling, setCancelling] = useState(false);
  const cps = useCPS();
  const sign = useSign(onTried);
  const later = useLater();
  const toPaper = useAction(async () => {
    const typing = settle();
    if (typing !== undefined) return goTo(typing.path);
    const yes = await confirm({ title: t("facturer.fsp"), text: [t("facturer.fsp.texte"), fse === null ? "" : restoredText(fse)].join(" ").trim(), action: t("facturer.fsp.faire") });
    const kept = yes ? await editor.flush() : undefined;
    if (kept === undefined) return;
    const sheet = await act("fse.toPaper", { id: kept.id });
    onPaper();
    if (sheet.id === kept.id) editor.open(sheet);
    else go("facturer", sheet.id); // one that had a number is cancelled, and the sheet another FSE
  });
  const ready = isWork(draft);
  useShortcut("Ctrl+Enter", "raccourcis.signer", () => void sign.run(), ready);
  const menu = [
    { label: t("facturer.fsp"), icon: "paper" as const, run: () => void toPaper.run(), disabled: !ready },
    { label: t("facturer.abandonner"), icon: "cross" as const, run: () => setCancelling(true), disabled: fse === null, danger: true },
  ];
  return (
    <>
      <Todo />
      <Duplicate />
      {ready && cps === undefined && <Note tone="warning">{t("facturer.sans-cps")}</Note>}
      <ProblemNote error={sign.error ?? later.error ?? toPaper.error} without={(path) => faults.errors.some((i) => i.chemin === path)} />
      <div class="sign-actions">
        <Button tone="primary" icon="pen" keys="Ctrl+Enter" busy={sign.busy} disabled={!ready} onClick={() => void sign.run()}>{t("action.signer")}</Button>
        <div class="row">
          <Button icon="clock" busy={later.busy} disabled={!ready} onClick={() => void later.run()}>{t("facturer.plus-tard")}</Button>
          <MenuButton label={t("facturer.etape.signature")} items={menu} />
        </div>
      </div>
      <Saved />
      {cancelling && fse !== null && <CancelDialog fse={summaryOf(fse)} onClose={() => { setCancelling(false); void editor.changed(); }} />}
    </>
  );
}

/** SigningForeign signs what another program has begun: what is wrong with it is mended there. */
function SigningForeign({ onTried }: { onTried: () => void }) {
  const { answer, faults } = useWork();
  const sign = useSign(onTried);
  const ready = answer !== null && faults.errors.length === 0;
  useShortcut("Ctrl+Enter", "raccourcis.signer", () => void sign.run(), ready);
  return (
    <>
      <Todo />
      <ProblemNote error={sign.error} />
      <div class="sign-actions">
        <Button tone="primary" icon="pen" keys="Ctrl+Enter" busy={sign.busy} disabled={!ready} onClick={() => void sign.run()}>{t("action.signer")}</Button>
      </div>
    </>
  );
}

/** Duplicate takes the reason for billing again what another FSE seems to bill. */
function Duplicate() {
  const { draft, edit, faults } = useWork();
  const reason = draft.doublonForce ?? "";
  if (!faults.has("DOUBLON_SUSPECT") && reason === "") return null;
  return (
    <TextField
      label={t("facturer.doublon")} hint={t("facturer.doublon.aide")} span={6} path="doublonForce" maxLength={200} value={reason}
      onInput={(doublonForce) => edit((d) => ({ ...d, doublonForce }))}
    />
  );
}
