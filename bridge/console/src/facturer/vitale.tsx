// The Carte Vitale in the reader: its persons to choose from, and what is said when it
// leaves or is another patient's.

import { useEffect } from "preact/hooks";
import type { Card, Draft, Person, Vitale } from "../../../client/src/types";
import { day, today } from "../format";
import { useAction, useQuery } from "../hooks";
import { t } from "../i18n";
import { call, useSnapshot } from "../session";
import { Button, Icon, Note, notify, ProblemNote, Spinner } from "../ui";
import { birthText, dayOfCard } from "./birth";
import { useWork } from "./context";
import { fromCard, hasPatient, withoutPatient } from "./draft";

const vitaleOf = (cards: readonly Card[]): Card | undefined => cards.find((c) => c.state === "vitale");

/** useVitale is the card in the reader with its persons, once it was read. */
export function useVitale(): { card: Card | undefined; read: Vitale | undefined; error: unknown } {
  const cards = useSnapshot((s) => s.cards);
  const card = vitaleOf(cards ?? []);
  const query = useQuery("cards.readVitale", card?.read === true && card.problem === undefined ? { reader: card.reader } : null, ["card"]);
  const fresh = card !== undefined && query.data?.eventCounter === card.eventCounter;
  return { card, read: fresh ? query.data : undefined, error: card === undefined ? undefined : query.error };
}

/** useRights takes a person of the card into the draft, with their rights. */
export function useRights(by: "user" | "page" = "user") {
  const { editor, toActs } = useWork();
  return useAction(async (card: Card, personne: number) => {
    const rights = await call("rights.fromCard", { personne, reader: card.reader });
    editor.edit((d) => fromCard(d, rights), "page"); // a card alone begins no FSE: it can be read again
    if (by === "user") toActs();
    const end = dayOfCard(rights.au ?? "");
    if (end !== "" && end < (editor.state.get().draft.dateSoins ?? today())) notify(t("facturer.vitale.finis", { jour: day(end) }), "error");
  });
}

/**
 * useOnlyPerson follows the card as long as nobody has worked on the draft: the person of a
 * card that has one is taken, and forgotten when the card leaves or has several.
 */
export function useOnlyPerson(): void {
  const { draft, editor, fse, open, typing } = useWork();
  const { card, read } = useVitale();
  const take = useRights("page");
  const untouched = open && !typing && fse === null && draft.actes.length === 0 && draft.mode === "securise";
  useEffect(() => {
    if (!untouched) return;
    if (card !== undefined && read?.beneficiaires.length === 1) void take.run(card, 0);
    else if (hasPatient(draft) && (card === undefined || read !== undefined)) editor.edit(withoutPatient, "page");
  }, [card === undefined, read?.eventCounter]);
}

/** Persons offers those of the card. */
export function Persons() {
  const cards = useSnapshot((s) => s.cards);
  const { card, read, error } = useVitale();
  const take = useRights();
  const silent = cards?.find((c) => c.state === "mute" || c.state === "unknown");
  if (card === undefined && silent !== undefined) {
    return <Note tone="warning">{silent.problem === undefined ? t("facturer.vitale.muette") : <span lang="fr">{silent.problem.message}</span>}</Note>;
  }
  if (card === undefined) return <p class="waiting"><Icon name="card" size={28} /> {t("facturer.vitale.inserer")}</p>;
  if (card.problem !== undefined) return <Note tone="warning"><span lang="fr">{card.problem.message}</span></Note>;
  if (error !== undefined) return <ProblemNote error={error} />;
  if (read === undefined) return <p class="waiting"><Spinner /> {t("facturer.vitale.lecture")}</p>;
  return (
    <div>
      <p class="hint">{t("facturer.vitale.choisir", { n: read.beneficiaires.length })}</p>
      <ul class="persons">
        {read.beneficiaires.map((p, i) => (
          <li key={i}>
            <Button icon="person" busy={take.busy} onClick={() => void take.run(card, i)}>{cardName(p)}</Button>
            <span class="hint num">{t("facturer.ne", { date: birthText(p.naissanceEnCarte) })}</span>
          </li>
        ))}
      </ul>
      <ProblemNote error={take.error} />
    </div>
  );
}

const cardName = (p: Person): string => `${p.nom} ${p.prenom}`.trim();

/** isOf says whether the patient of a draft is on a card. */
const isOf = (d: Draft, v: Vitale): boolean => v.beneficiaires.some((p) => p.nir === d.beneficiaire.nir);

/** CardWatch says that the card of the patient is no longer there, or is another one. What was typed stays. */
export function CardWatch({ onDegrade }: { onDegrade: () => void }) {
  const { draft, open, edit } = useWork();
  const { card, read } = useVitale();
  const take = useRights();
  if (!open || draft.mode !== "securise" || !hasPatient(draft)) return null;
  if (card === undefined) {
    return (
      <Note tone="warning" live actions={<Button small onClick={onDegrade}>{t("facturer.sans-vitale")}</Button>}>
        {t("facturer.vitale.partie")}
      </Note>
    );
  }
  if (read === undefined || isOf(draft, read)) return null;
  const only = read.beneficiaires.length === 1;
  const change = (): void => (only ? void take.run(card, 0) : edit(withoutPatient));
  return (
    <Note tone="warning" live actions={<Button small onClick={change}>{t("facturer.vitale.changer")}</Button>}>
      {t("facturer.vitale.autre")}
    </Note>
  );
}
