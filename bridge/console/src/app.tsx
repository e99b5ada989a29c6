// The frame: navigation, readers and cards, state of the connection, and the page of the route.

import { Component, type ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useLang, t } from "./i18n";
import { ConnectionBanner, ConnectionWall } from "./frame/connection";
import { Keys } from "./frame/keys";
import { Nav } from "./frame/nav";
import { PinPanel } from "./frame/pin-panel";
import { Top } from "./frame/top";
import { pages } from "./pages";
import { go, useRoute } from "./route";
import { useSession } from "./session";
import { useShortcut } from "./shortcuts";
import { Button, Empty } from "./ui";
import { Confirm } from "./ui/dialog";
import { Notices } from "./ui/notice";

export function App() {
  const lang = useLang();
  return (
    <div class="app" key={lang}>
      <a class="skip" href="#contenu" onClick={skip}>{t("cadre.contenu")}</a>
      <Frame />
      <Confirm />
      <PinPanel />
      <Notices />
    </div>
  );
}

/** skip moves the focus without touching the hash, which is the route. */
function skip(e: Event): void {
  e.preventDefault();
  document.querySelector<HTMLElement>("#contenu h1")?.focus();
}

function Frame() {
  const [help, setHelp] = useState(false);
  const known = useSession((s) => s.snapshot !== undefined);
  useShortcut("?", "raccourcis.liste", () => setHelp(true));
  useShortcut("n", "raccourcis.nouvelle", () => go("facturer"));
  useShortcut("j", "raccourcis.jour", () => go("jour"));
  useShortcut("l", "raccourcis.lots", () => go("lots"));
  useShortcut("p", "raccourcis.papiers", () => go("papiers"));
  useShortcut("t", "raccourcis.retours", () => go("retours"));
  useShortcut("r", "raccourcis.rejets", () => go("rejets"));
  useShortcut("F1", "raccourcis.aide", () => go("aide"));
  return (
    <>
      <Nav onKeys={() => setHelp(true)} />
      <Top />
      <main id="contenu">
        {known ? (
          <>
            <ConnectionBanner />
            <CurrentPage />
          </>
        ) : (
          <ConnectionWall />
        )}
      </main>
      {help && <Keys onClose={() => setHelp(false)} />}
    </>
  );
}

function CurrentPage() {
  const { page, id, visit } = useRoute();
  const Shown = pages[page];
  return (
    <Guard key={visit}>
      <Shown id={id} />
    </Guard>
  );
}

/** Guard keeps a fault of one page from taking the others along. */
class Guard extends Component<{ children: ComponentChildren }, { failed: boolean }> {
  override state = { failed: false };

  static override getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Empty icon="warning" title={t("cadre.panne")} actions={<Button tone="primary" onClick={() => location.reload()}>{t("cadre.recharger")}</Button>}>
        {t("cadre.panne.texte")}
      </Empty>
    );
  }
}
