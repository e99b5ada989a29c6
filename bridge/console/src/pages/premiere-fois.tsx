// Premiers pas: the card in, its situations d'exercice read, one settled after the other.

import { useState } from "preact/hooks";
import type { Cabinet } from "../../../client/src/types";
import { useAction, useQuery } from "../hooks";
import { t, tOr } from "../i18n";
import { withPin } from "../pin";
import { bills, keptOf, merged } from "../reglages/cabinet";
import { Practice } from "../reglages/practice";
import { href } from "../route";
import { call, useSnapshot } from "../session";
import { Button, Card, Empty, LinkButton, Note, Page, ProblemNote, Steps } from "../ui";

const none = -1; // of the situations

export function PremiereFois() {
  const kept = useQuery("practice.list", {});
  const propose = useAction((cps: string) => withPin("pin.cabinet", (signal) => call("practice.propose", { cps }, { signal })));
  const [proposed, setProposed] = useState<readonly Cabinet[]>([]);
  const [employed, setEmployed] = useState(false);
  const [chosen, setChosen] = useState(none);
  const [saved, setSaved] = useState<ReadonlySet<number>>(new Set());
  const cps = useSnapshot((s) => s.cards)?.find((c) => c.state === "cps" && c.read && c.problem === undefined);
  const cabinet = proposed[chosen];
  const step = cabinet !== undefined ? "reglages" : proposed.length > 0 ? "situation" : "carte";
  const read = async (reader: string): Promise<void> => {
    const answer = await propose.run(reader);
    if (answer === undefined) return;
    const billing = answer.cabinets.filter(bills); // for an employee the employer does
    setEmployed(billing.length === 0);
    setProposed(billing.map((c) => merged(keptOf(c, kept.data?.cabinets ?? []), c)));
    setChosen(billing.length === 1 ? 0 : none);
  };
  const steps = [
    { id: "carte", label: t("premiers.carte"), done: proposed.length > 0, open: true },
    { id: "situation", label: t("premiers.situation"), done: cabinet !== undefined, open: proposed.length > 0 },
    { id: "reglages", label: t("premiers.reglages"), done: saved.has(chosen), open: cabinet !== undefined },
  ];
  const goTo = (id: string): void => {
    if (id !== "reglages") setChosen(none);
    if (id === "carte") setProposed([]);
  };
  return (
    <Page title={t("nav.premiere-fois")} lead={t("premiers.texte")}>
      <Steps label={t("nav.premiere-fois")} steps={steps} current={step} onGo={goTo} />
      <ProblemNote error={propose.error} />
      {employed && <Note tone="warning" live>{t("premiers.salarie")}</Note>}
      {saved.size > 0 && (
        <Note tone="success" title={t("premiers.pret")} live actions={<LinkButton href={href("jour")} tone="primary">{t("nav.jour")}</LinkButton>}>
          {t("premiers.pret.texte")}
        </Note>
      )}
      {step === "carte" && <InsertCard reader={cps?.reader} busy={propose.busy} onRead={(reader) => void read(reader)} />}
      {step === "situation" && <Situations list={proposed} onChoose={setChosen} />}
      {cabinet !== undefined && <Practice key={chosen} cabinet={cabinet} kept={false} onSaved={() => setSaved(new Set([...saved, chosen]))} />}
    </Page>
  );
}

function InsertCard({ reader, busy, onRead }: { reader: string | undefined; busy: boolean; onRead: (reader: string) => void }) {
  if (reader === undefined) return <Card><Empty icon="card" title={t("premiers.inserer")}>{t("premiers.inserer.texte")}</Empty></Card>;
  return (
    <Card>
      <Empty icon="person" title={t("premiers.vue")} actions={<Button tone="primary" icon="key" busy={busy} onClick={() => onRead(reader)}>{t("premiers.lire")}</Button>}>
        {t("premiers.lire.texte")}
      </Empty>
    </Card>
  );
}

function Situations({ list, onChoose }: { list: readonly Cabinet[]; onChoose: (at: number) => void }) {
  return (
    <Card title={t("premiers.situations")}>
      <ul class="choices">
        {list.map((c, i) => (
          <li key={i}>
            <button type="button" onClick={() => onChoose(i)}>
              <strong>{`${c.prenom} ${c.nom}`}{c.numeroAM !== "" && <> · <span class="num">{c.numeroAM}</span></>}</strong>
              <span class="hint">{[tOr(`reglages.exercice.${c.exercice ?? ""}`, ""), c.structure].filter((s) => s !== undefined && s !== "").join(" · ")}</span>
            </button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
