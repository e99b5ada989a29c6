// An earlier FSE kept here: its patient and rights are taken over.

import { useState } from "preact/hooks";
import type { FSESummary } from "../../../client/src/types";
import { day } from "../format";
import { useAction, useQuery } from "../hooks";
import { t } from "../i18n";
import { call } from "../session";
import { Button, ProblemNote, TextField } from "../ui";
import { useWork } from "./context";
import { fromEarlier } from "./draft";
import { recentPatients } from "./patients";

export function Earlier() {
  const { edit, toActs } = useWork();
  const [words, setWords] = useState("");
  const query = useQuery("fse.list", { all: true, beneficiaires: true, limit: 200 });
  const take = useAction(async (f: FSESummary) => {
    const earlier = await call("fse.get", { id: f.id });
    edit((d) => fromEarlier(d, earlier.facture));
    toActs();
  });
  const found = recentPatients(query.data?.fse ?? [], words);
  return (
    <div class="stack tight">
      <TextField label={t("facturer.ancienne.chercher")} type="search" value={words} onInput={setWords} hint={t("facturer.ancienne.aide")} />
      <ProblemNote error={query.error ?? take.error} onRetry={query.reload} />
      {query.data !== undefined && found.length === 0 && <p class="hint">{t("facturer.ancienne.aucune")}</p>}
      <ul class="persons">
        {found.map((f) => (
          <li key={f.id}>
            <Button icon="person" busy={take.busy} onClick={() => void take.run(f)}>{f.beneficiaire}</Button>
            <span class="hint num">{[day(f.dateSoins), f.actes, f.numero].filter((s) => s !== undefined && s !== "").join(" · ")}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
