// Whether what is typed is kept, and what to do when it is not or when somebody else changed it.

import { useEffect } from "preact/hooks";
import { moment } from "../format";
import { t } from "../i18n";
import { isOpen, on, useSession } from "../session";
import { Button, Icon, Note, ProblemNote } from "../ui";
import { useWork } from "./context";
import type { Editor } from "./editor";

/** useKeeping follows the FSE and the connection, and keeps the page from being left with work in it only. */
export function useKeeping(editor: Editor): void {
  const open = useSession(isOpen);
  useEffect(() => {
    if (open && editor.pending()) void editor.flush();
    if (open) void editor.changed();
  }, [open, editor]);
  useEffect(() => {
    const follow = (id: string): void => void (id === editor.state.get().fse?.id && editor.changed());
    const stop = on("fse", (e) => follow(e.fse.id));
    const hide = (): void => void (document.visibilityState === "hidden" && editor.pending() && editor.flush());
    const leave = (e: BeforeUnloadEvent): void => {
      if (!editor.pending()) return;
      void editor.flush();
      e.preventDefault();
    };
    document.addEventListener("visibilitychange", hide);
    addEventListener("beforeunload", leave);
    return () => {
      stop();
      document.removeEventListener("visibilitychange", hide);
      removeEventListener("beforeunload", leave);
      editor.close();
    };
  }, [editor]);
}

/** Saved is one quiet line. */
export function Saved() {
  const { saved, fse } = useWork();
  const linked = useSession(isOpen);
  if (saved === "vide") return null;
  const text = (): string => {
    if (saved === "garde" && fse !== null) return t("facturer.garde", { quand: moment(fse.modifiee) });
    if (!linked) return t("facturer.garde.liaison");
    return t(saved === "echec" ? "facturer.garde.echec" : "facturer.garde.bientot");
  };
  return <p class="hint saved"><Icon name={saved === "garde" ? "check" : "clock"} size={14} /> {text()}</p>;
}

/** Restored says that a backup has brought the draft back. */
export function Restored() {
  const { fse } = useWork();
  if (fse?.restored === undefined) return null;
  return <Note tone="warning">{t("facturer.restauree", { quand: moment(fse.restored) })}</Note>;
}

/** Keeping is what stands above the steps when keeping needs the user. */
export function Keeping() {
  const { saved, saveError, conflict, editor } = useWork();
  const linked = useSession(isOpen);
  if (conflict !== null) {
    const actions = (
      <>
        <Button small onClick={() => editor.settle(false)}>{t("facturer.conflit.autre")}</Button>
        <Button small tone="primary" onClick={() => editor.settle(true)}>{t("facturer.conflit.mienne")}</Button>
      </>
    );
    return <Note tone="warning" live title={t("facturer.conflit")} actions={actions}>{t("facturer.conflit.texte", { quand: moment(conflict.modifiee) })}</Note>;
  }
  // Without a connection the banner of the frame says it all, and what is typed is sent once it is back.
  return saved === "echec" && linked ? <ProblemNote error={saveError} onRetry={() => void editor.flush()} /> : null;
}
