// Rejets: what was refused, why, and how it is made again.

import { useState } from "preact/hooks";
import type { FSESummary, Return } from "../../../client/src/types";
import { count, day } from "../format";
import { t } from "../i18n";
import { Chips } from "../listes/chips";
import { readAll, useLoad } from "../listes/load";
import { RejectForm } from "../listes/reject-form";
import { RejectPanel } from "../listes/reject-panel";
import { rejectRows, type RejectRow } from "../listes/rejects";
import { call } from "../session";
import { useShortcut } from "../shortcuts";
import { Badge, Button, Card, Empty, Money, Page, ProblemNote, Table, type Column } from "../ui";

const most = 2_000;

interface Both {
  readonly fse: readonly FSESummary[];
  readonly returns: readonly Return[];
}

async function read(): Promise<Both> {
  const rejected = readAll(async (after) => {
    const page = await call("fse.list", { all: true, beneficiaires: true, etats: ["rejetee", "remplacee"], ...(after !== undefined && { after }) });
    return { items: page.fse, next: page.next };
  }, most);
  const returns = readAll(async (after) => {
    const page = await call("returns.list", after === undefined ? {} : { after });
    return { items: page.retours, next: page.next };
  }, most);
  return { fse: await rejected, returns: await returns };
}

export function Rejets() {
  const list = useLoad(read, ["fse", "lot", "queue"]);
  const [form, setForm] = useState(false);
  useShortcut("a", "raccourcis.rejet", () => setForm(true));
  const { fse = [], returns = [] } = list.data ?? {};
  const rows = rejectRows(fse, returns);
  return (
    <Page title={t("nav.rejets")} lead={t("rejets.lead")} actions={<Button icon="plus" keys="a" onClick={() => setForm(true)}>{t("rejets.saisir")}</Button>}>
      <ProblemNote error={list.error} onRetry={list.reload} />
      {list.data === undefined && list.error === undefined && <p class="hint" role="status">{t("attente")}</p>}
      {list.data !== undefined && <Rejects rows={rows} onWithdrawn={list.reload} />}
      {form && <RejectForm onClose={() => setForm(false)} onNoted={list.reload} />}
    </Page>
  );
}

function Rejects({ rows: all, onWithdrawn }: { rows: readonly RejectRow[]; onWithdrawn: () => void }) {
  const [group, setGroup] = useState("a-refaire");
  const [shown, setShown] = useState("");
  const done = all.filter((r) => r.remade !== "");
  const rows = group === "refaites" ? done : all.filter((r) => r.remade === "");
  const row = rows.find((r) => r.key === shown);
  const choices = [
    { id: "a-refaire", label: t("rejets.a-refaire"), count: count(all.length - done.length) },
    { id: "refaites", label: t("rejets.refaites"), count: count(done.length) },
  ];
  const nothing = group === "refaites" ? <Empty icon="reject" title={t("rejets.refaites.rien")} /> : <Empty icon="check" title={t("rejets.rien")}>{t("rejets.rien.texte")}</Empty>;
  const close = (): void => {
    setShown("");
    document.querySelector<HTMLElement>(".list-panel tr[tabindex='0']")?.focus();
  };
  return (
    <div class="stack">
      <Chips label={t("rejets.col.suite")} current={group} choices={choices} onChange={setGroup} />
      <div class={row === undefined ? "list-panel" : "list-panel opened"}>
        <Card flush>
          <Table label={t("nav.rejets")} columns={columns(row !== undefined)} rows={rows} rowKey={(r) => r.key} onOpen={(r) => setShown(r.key)} empty={nothing} />
        </Card>
        {row !== undefined && <RejectPanel row={row} onClose={close} onWithdrawn={onWithdrawn} />}
      </div>
    </div>
  );
}

function columns(narrow: boolean): readonly Column<RejectRow>[] {
  const all: readonly Column<RejectRow>[] = [
    { id: "numero", title: t("fse.col.numero"), cell: (r) => <span class="num">{r.numero === "" ? "—" : r.numero}</span>, width: "108px" },
    { id: "date", title: t("rejets.col.date"), cell: (r) => <span class="num">{r.date === "" ? "—" : day(r.date)}</span>, width: "100px" },
    { id: "libelle", title: t("rejets.col.libelle"), cell: (r) => <span lang="fr" title={r.label}>{r.label === "" ? "—" : r.label}</span> },
    { id: "beneficiaire", title: t("fse.col.beneficiaire"), cell: (r) => r.fse?.beneficiaire ?? t("rejets.autre"), width: "210px" },
    { id: "honoraires", title: t("fse.honoraires"), cell: (r) => (r.fse === undefined ? <span class="faint">—</span> : <Money cents={r.fse.honoraires} />), align: "end", width: "100px" },
    { id: "suite", title: t("rejets.col.suite"), cell: (r) => (r.remade === "" ? <Badge tone="bad">{t("rejets.a-refaire")}</Badge> : <Badge tone="accent">{t("rejets.refaite")}</Badge>), width: "110px" },
  ];
  return narrow ? all.filter((c) => c.id !== "honoraires" && c.id !== "beneficiaire") : all;
}
