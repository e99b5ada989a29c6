// The files that the payers have sent: what came of each, its problem if it has one, and the file itself.

import { useRef } from "preact/hooks";
import type { Delivery } from "../../../client/src/types";
import { count, moment } from "../format";
import { useAction } from "../hooks";
import { t, tOr } from "../i18n";
import { keep } from "../listes/files";
import { readAll, useLoad } from "../listes/load";
import { act, call } from "../session";
import { Badge, Button, Card, Empty, Note, notify, ProblemNote, Table, type Column, type MenuItem } from "../ui";
import { deliveriesPage } from "./pages";

const most = 1_000;
const largest = 180_000; // bytes that a message of the page carries once they are base64

export function Files({ onTaken }: { onTaken: () => void }) {
  const list = useLoad(() => readAll(deliveriesPage, most), ["mail", "lot", "fse", "queue"]);
  const saving = useAction(async (d: Delivery) => {
    const file = await call("returns.file", { id: d.id });
    keep(file.nom, file.fichier);
    notify(t("lots.enregistre", { nom: file.nom }));
  });
  const menu = (d: Delivery): readonly MenuItem[] => [{ label: t("retours.fichier.enregistrer"), icon: "download", run: () => void saving.run(d) }];
  const taken = (): void => {
    list.reload();
    onTaken();
  };
  return (
    <div class="stack">
      <Import onTaken={taken} />
      <ProblemNote error={list.error ?? saving.error} onRetry={list.reload} />
      {list.data !== undefined && (
        <Card flush>
          <Table label={t("retours.fichiers")} columns={columns((d) => void saving.run(d))} rows={list.data} rowKey={(d) => d.id} menu={menu} empty={<Empty icon="post" title={t("retours.fichiers.rien")}>{t("retours.fichiers.rien.texte")}</Empty>} />
        </Card>
      )}
    </div>
  );
}

const columns = (save: (d: Delivery) => void): readonly Column<Delivery>[] => [
  { id: "recu", title: t("retours.col.recu"), cell: (d) => <span class="num">{moment(d.recu)}</span>, width: "150px" },
  { id: "type", title: t("retours.col.nature"), cell: (d) => <Badge tone={d.probleme === undefined ? "neutral" : "bad"}>{tOr(`livraison.${d.type}`, d.type)}</Badge>, width: "150px" },
  { id: "de", title: t("retours.col.de"), cell: (d) => <span title={d.origine}>{d.de ?? d.origine ?? "—"}</span>, width: "220px" },
  { id: "retours", title: t("retours.col.retours"), cell: (d) => count(d.retours), align: "end", width: "80px" },
  { id: "attente", title: t("retours.col.attente"), cell: (d) => (d.enAttente === 0 ? <span class="faint">0</span> : <Badge tone="warn">{count(d.enAttente)}</Badge>), align: "end", width: "110px" },
  { id: "probleme", title: t("retours.col.probleme"), cell: (d) => <span lang="fr" title={d.probleme}>{d.probleme ?? "—"}</span> },
  { id: "fichier", title: <span class="unseen">{t("fse.col.menu")}</span>, cell: (d) => <Button small tone="quiet" icon="download" onClick={() => save(d)}>{t("action.enregistrer")}</Button>, width: "130px" },
];

/** Import takes in a file that came by another way than the mailbox. */
function Import({ onTaken }: { onTaken: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const action = useAction(async (file: File) => {
    if (file.size > largest) return notify(t("retours.importer.grand", { commande: "agrafe returns import" }), "error");
    const { fichier, connu } = await act("returns.import", { nom: file.name, fichier: await base64Of(file) });
    notify(connu ? t("retours.importer.connu") : t("retours.importer.fait", { n: fichier.retours }), connu ? "info" : "success");
    onTaken();
  });
  const take = (): void => {
    const file = input.current?.files?.[0];
    if (input.current !== null) input.current.value = ""; // the same file may be chosen again
    if (file !== undefined) void action.run(file);
  };
  return (
    <>
      <Note actions={<Button small icon="plus" busy={action.busy} onClick={() => input.current?.click()}>{t("retours.importer")}</Button>}>{t("retours.importer.texte")}</Note>
      <input ref={input} type="file" hidden aria-label={t("retours.importer")} onChange={take} />
      <ProblemNote error={action.error} />
    </>
  );
}

async function base64Of(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(""));
}
