// What the connection is, in words: the wall before the first one, the banner after.

import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { forget, type State } from "../../../client/src/index";
import { t, type PlainKey } from "../i18n";
import { problemOf } from "../problem";
import { start, useSession } from "../session";
import { Button, confirm, Empty, Note, notify, Spinner } from "../ui";

/** ConnectionWall stands in the place of the page until the daemon has said hello. */
export function ConnectionWall() {
  const link = useSession((s) => s.link);
  if (link.status === "closed" || (link.status === "connecting" && link.error !== undefined)) return <Wall link={link} />;
  return (
    <div class="empty" role="status">
      <Spinner />
      <p class="empty-title">{t(link.status === "pairing" ? "lien.association" : "lien.connexion")}</p>
    </div>
  );
}

function Wall({ link }: { link: State }) {
  const error = "error" in link ? link.error : undefined;
  const retry = <Button tone="primary" icon="undo" onClick={() => void start()}>{t("action.reessayer")}</Button>;
  switch (error?.code) {
    case "DAEMON_ABSENT":
      return <Steps icon="link" title="lien.absent" steps={["lien.absent.1", "lien.absent.2", "lien.absent.3"]} actions={retry} />;
    case "NOT_PAIRED":
    case "LANCEMENT":
    case "ORIGIN_REFUSED":
      return <Steps icon="lock" title="lien.ouvrir" lead="lien.ouvrir.texte" steps={["lien.ouvrir.1", "lien.ouvrir.2"]} end="lien.ouvrir.apres" actions={retry} />;
    case "LNA_DENIED":
      return <Steps icon="lock" title="lien.reseau" steps={["lien.reseau.1", "lien.reseau.2", "lien.reseau.3"]} actions={retry} />;
    case "LNA_PROMPT":
      return <Empty icon="info" title={t("lien.demande")}>{problemOf(error).message}</Empty>;
    case "IMPOSTOR":
      return <Empty icon="warning" title={t("lien.imposteur")} actions={<Forget />}>{problemOf(error).message}</Empty>;
    default:
      return <Empty icon="warning" title={t("lien.refus")} actions={retry}>{problemOf(error).message}</Empty>;
  }
}

interface StepsProps {
  readonly icon: "link" | "lock";
  readonly title: PlainKey;
  readonly lead?: PlainKey;
  readonly steps: readonly PlainKey[];
  readonly end?: PlainKey;
  readonly actions: ComponentChildren;
}

function Steps({ icon, title, lead, steps, end, actions }: StepsProps) {
  return (
    <Empty icon={icon} title={t(title)} actions={actions}>
      {lead !== undefined && <p>{t(lead)}</p>}
      <ol class="wall-steps">{steps.map((key) => <li key={key}>{t(key)}</li>)}</ol>
      {end !== undefined && <p>{t(end)}</p>}
    </Empty>
  );
}

function Forget() {
  const drop = async (): Promise<void> => {
    if (!(await confirm({ title: t("lien.oublier"), text: t("lien.oublier.texte"), action: t("lien.oublier"), danger: true }))) return;
    await forget({ url: `ws://${location.host}` });
    await start();
  };
  return <Button onClick={() => void drop()}>{t("lien.oublier")}</Button>;
}

/** ConnectionBanner says that the connection is lost, and that it is back. */
export function ConnectionBanner() {
  const link = useSession((s) => s.link);
  const lost = link.status !== "open";
  const before = useRef(lost);
  useEffect(() => {
    if (before.current && !lost) notify(t("lien.revenue"));
    before.current = lost;
  }, [lost]);
  if (!lost) return null;
  if (link.status === "closed" && link.error?.retryable !== true) return <Wall link={link} />;
  return (
    <Note tone="warning" live actions={<Button small icon="undo" onClick={() => void start()}>{t("lien.maintenant")}</Button>}>
      {wording(link)}
    </Note>
  );
}

function wording(link: State): string {
  if (link.status === "waiting") return t("lien.attente", { n: Math.ceil(link.retryIn / 1000) });
  return link.status === "closed" ? problemOf(link.error).message : t("lien.connexion");
}
