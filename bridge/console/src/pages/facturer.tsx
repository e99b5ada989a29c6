// Facturer: one FSE in three steps that are all on the screen.

import { useEffect, useMemo, useState } from "preact/hooks";
import { today } from "../format";
import { t } from "../i18n";
import { BillingStep } from "../facturer/billing";
import { Provider, useWorkOf, type PatientWay } from "../facturer/context";
import { doors } from "../facturer/doors";
import { blank, hasPatient } from "../facturer/draft";
import { Editor } from "../facturer/editor";
import { PatientStep } from "../facturer/patient";
import { Professional } from "../facturer/professional";
import { Keeping, Restored, useKeeping } from "../facturer/saved";
import { SignatureStep } from "../facturer/signature";
import { focusStep, stepNames } from "../facturer/step";
import { numberOf } from "../listes/full";
import { href, parse } from "../route";
import { call } from "../session";
import { Empty, LinkButton, Note, Page, ProblemNote, Spinner, Steps } from "../ui";
import type { FSE } from "../../../client/src/types";
import type { PageProps } from "./index";

export function Facturer({ id }: PageProps) {
  const [round, setRound] = useState(0);
  // A new FSE takes its address without a new page. Going to "#/facturer" again is then a new one.
  useEffect(() => {
    const again = (): void => {
      const { page, id: wanted } = parse(location.hash);
      if (page === "facturer" && wanted === "" && id === "") setRound((n) => n + 1);
    };
    addEventListener("hashchange", again);
    return () => removeEventListener("hashchange", again);
  }, [id]);
  return id === "" ? <Invoice key={round} first={null} /> : <Kept id={id} />;
}

/** Kept opens an FSE that the daemon has. */
function Kept({ id }: { id: string }) {
  const [first, setFirst] = useState<FSE | null>(null);
  const [error, setError] = useState<unknown>(undefined);
  const [round, setRound] = useState(0);
  useEffect(() => {
    setError(undefined);
    call("fse.get", { id }).then(setFirst, setError);
  }, [id, round]);
  if (first !== null) return <Invoice first={first} />;
  return (
    <Page title={t("nav.facturer")}>
      {error === undefined ? <p role="status"><Spinner /> {t("attente")}</p> : <ProblemNote error={error} onRetry={() => setRound((n) => n + 1)} />}
      {error !== undefined && (
        <Empty
          icon="invoice"
          title={t("facturer.introuvable")}
          actions={<LinkButton href={href("facturer")} tone="primary" icon="plus">{t("nav.facturer")}</LinkButton>}
        />
      )}
    </Page>
  );
}

function useEditor(first: FSE | null): Editor {
  const editor = useMemo(() => {
    const e = new Editor(first?.facture ?? blank(today()), doors);
    if (first !== null) e.open(first);
    return e;
  }, []);
  useKeeping(editor);
  // The address names the FSE as soon as it is kept: a reload comes back to it.
  useEffect(() => {
    let shown = first?.id;
    return editor.state.subscribe(() => {
      const id = editor.state.get().fse?.id;
      if (id === undefined || id === shown || parse(location.hash).page !== "facturer") return;
      shown = id;
      history.replaceState(null, "", href("facturer", id));
    });
  }, [editor]);
  return editor;
}

function Invoice({ first }: { first: FSE | null }) {
  const editor = useEditor(first);
  const [tried, setTried] = useState(false);
  const [typing, setTyping] = useState(false);
  const [way, setWay] = useState<PatientWay>("saisie");
  const work = useWorkOf(editor, { tried, typing, setTyping, way, setWay });
  const { draft, open, foreign, faults, fse } = work;
  const done = {
    patient: hasPatient(draft) && !faults.blocks("patient"),
    facturation: draft.actes.length > 0 && !faults.blocks("facturation"),
    signature: !open && !foreign,
  };
  const current = done.signature ? "signature" : !done.patient ? "patient" : !done.facturation ? "facturation" : "signature";
  const steps = stepNames.map((id) => ({ id, label: t(`facturer.etape.${id}`), done: done[id], open: true }));
  return (
    <Provider value={work}>
      <Page title={titleOf(fse)} actions={<Steps label={t("facturer.etapes")} steps={steps} current={current} onGo={focusStep} />}>
        <Keeping />
        <Restored />
        <Professional />
        {foreign && <Note title={t("facturer.ailleurs")}>{t("facturer.ailleurs.texte")}</Note>}
        <div class="invoice">
          <div class="stack">
            <PatientStep />
            <BillingStep />
          </div>
          <SignatureStep onTried={() => setTried(true)} />
        </div>
      </Page>
    </Provider>
  );
}

/** titleOf is the number, once there is one. */
const titleOf = (fse: FSE | null): string => (fse === null || numberOf(fse) === "" ? t("nav.facturer") : t("facturer.numero", { numero: numberOf(fse) }));
