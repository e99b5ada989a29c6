// Step 2: what was done, when, and how it is paid.

import { t } from "../i18n";
import { DateField, Form, ProblemNote, Spinner } from "../ui";
import { Acts } from "./acts";
import { Lines } from "./amounts";
import { useWork } from "./context";
import { Attestation } from "./cover";
import { isSMG } from "./draft";
import { More } from "./more";
import { NaturePart, Pathway, Proposals, ThirdParty } from "./nature";
import { QuickEntry } from "./quick-entry";
import { SplitNote } from "./split";
import { Step } from "./step";

export function BillingStep() {
  const { draft, open, faults, answer, checking, checkError, editor, fse } = useWork();
  const done = draft.actes.length > 0 && !faults.blocks("facturation");
  const prix = fse?.prix ?? answer?.prix ?? undefined;
  return (
    <Step n={2} name="facturation" done={done} actions={checking && <Checking />}>
      {open ? <Entry /> : prix !== undefined ? <Lines prix={prix} /> : <p class="mono">{draft.actes.map((a) => a.code).join(" + ")}</p>}
      <ProblemNote error={checkError} onRetry={() => editor.check()} />
    </Step>
  );
}

const Checking = () => <span class="checking" role="status"><Spinner /> <span class="unseen">{t("facturer.calcul")}</span></span>;

function Entry() {
  const { draft, edit, field } = useWork();
  return (
    <div class="stack">
      <Form>
        <DateField
          label={t("facturer.date")} required span={2} {...field("dateSoins")} value={draft.dateSoins ?? ""}
          onChange={(v) => edit((d) => ({ ...d, dateSoins: v === "" ? null : v }))}
        />
        <QuickEntry />
      </Form>
      <Acts />
      <SplitNote />
      <Proposals />
      <NaturePart />
      <Form>
        <Pathway />
        <div class="field span-4"><ThirdParty /></div>
        {draft.mode !== "securise" && !isSMG(draft) && <Attestation />}
      </Form>
      <More />
    </div>
  );
}
