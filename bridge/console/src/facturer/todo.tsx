// What is left to do before signing, and what is to be looked at: each leads to its field.

import type { Issue } from "../../../client/src/types";
import { t } from "../i18n";
import { Icon } from "../ui";
import { useWork } from "./context";

export function Todo() {
  const { faults, answer } = useWork();
  if (answer === null && faults.errors.length === 0) return <p class="hint">{t("facturer.rien")}</p>;
  return (
    <>
      {faults.errors.length > 0 && <List title={t("facturer.reste", { n: faults.errors.length })} issues={faults.errors} tone="bad" />}
      {faults.warnings.length > 0 && <List title={t("facturer.a-verifier", { n: faults.warnings.length })} issues={faults.warnings} tone="warn" />}
      {faults.errors.length === 0 && <p class="ready" role="status"><Icon name="check" /> {t("facturer.pret")}</p>}
    </>
  );
}

function List({ title, issues, tone }: { title: string; issues: readonly Issue[]; tone: "bad" | "warn" }) {
  const { goTo } = useWork();
  return (
    <section class={`todo ${tone}`}>
      <h3>{title}</h3>
      <ul>
        {issues.map((i) => (
          <li key={i.code + i.chemin}>
            <button type="button" class="as-link" lang="fr" onClick={() => goTo(i.chemin)}>{i.message}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
