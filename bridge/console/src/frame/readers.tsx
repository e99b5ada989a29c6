// Readers and cards, live. Each change is told to those who hear the page, and timed.

import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Card, Reader, Vitale } from "../../../client/src/types";
import { day, today } from "../format";
import { t } from "../i18n";
import { call, isOpen, on, useSession, useSnapshot } from "../session";
import { announce, Icon } from "../ui";

export function Readers() {
  const readers = useSnapshot((s) => s.readers);
  const cards = useSnapshot((s) => s.cards) ?? [];
  const service = useSnapshot((s) => s.service);
  const open = useSession(isOpen);
  const leases = useSnapshot((s) => s.leases) ?? [];
  useTimed("card-shown", cards);
  useEffect(() => on("card", () => (arrived = performance.now())), []);
  useEffect(() => on("card", ({ card }) => card.read && announce(t("carte.lue", { lecteur: card.reader, quoi: words(card) }))), []);
  if (service?.up === false) return <p class="readers-none warn"><Icon name="warning" /> {t("lecteur.service")}</p>;
  if (readers === undefined) return null;
  if (readers.length === 0) return <p class="readers-none"><Icon name="reader" /> {t("lecteur.aucun")}</p>;
  return (
    <ul class="readers" aria-label={t("cadre.lecteurs")}>
      {readers.map((r) => (
        <Slot key={r.id} reader={r} card={cards.find((c) => c.reader === r.id)} held={leases.some((l) => l.reader === r.id)} known={open} />
      ))}
    </ul>
  );
}

interface SlotProps {
  readonly reader: Reader;
  readonly card: Card | undefined;
  readonly held: boolean;
  /** Whether the daemon answers: else nobody knows what is in the reader. */
  readonly known: boolean;
}

function Slot({ reader, card: last, held, known }: SlotProps) {
  const card = known ? last : undefined;
  const state = card?.state ?? "absent";
  const bad = card?.problem !== undefined || state === "mute" || card?.pinTriesLeft === 0;
  const person = usePerson(card);
  const main = known ? (person ?? title(card)) : t("carte.inconnu");
  return (
    <li class={`slot ${state}${bad ? " bad" : ""}${known ? "" : " stale"}`} title={reader.name} data-reader={reader.id}>
      <Icon name={state === "cps" ? "person" : state === "absent" ? "reader" : "card"} />
      <span class="slot-main">{main}</span>
      {!says(main, reader.name) && <span class="slot-reader">{reader.name}</span>}
      <span class="slot-more">{details(card, held, reader.name)}</span>
    </li>
  );
}

/** usePerson is who is on a Carte Vitale, the first of them, once it was read. */
function usePerson(card: Card | undefined): string | undefined {
  const readable = card?.state === "vitale" && card.read && card.problem === undefined;
  const [seen, setSeen] = useState<Vitale>();
  useEffect(() => {
    if (card === undefined || !readable) return;
    const stop = new AbortController();
    call("cards.readVitale", { reader: card.reader }, { signal: stop.signal }).then(setSeen, () => undefined); // without a name the card is still shown
    return () => stop.abort();
  }, [readable, card?.eventCounter]);
  useTimed("person-shown", seen);
  if (!readable || seen === undefined || seen.eventCounter !== card.eventCounter) return undefined;
  const [person] = seen.beneficiaires;
  return person === undefined ? undefined : `${person.prenom} ${person.nom}`;
}

/** title is who or what is in the reader. */
function title(card: Card | undefined): string {
  if (card?.holder !== undefined) return `${card.holder.prenom} ${card.holder.nom}`.trim();
  return t(`carte.${card?.state ?? "absent"}`);
}

/** says whether a text names a reader already: many are called after the card that they are for. */
export const says = (text: string, reader: string): boolean => text.toLowerCase().split(/\s+/).includes(reader.toLowerCase());

/** details are what else there is to say of a card; its kind only where neither its title nor its reader does. */
export function details(card: Card | undefined, held: boolean, reader: string): string {
  if (card === undefined || card.state === "absent") return "";
  const said = [
    !card.read && t("carte.lecture"),
    card.holder !== undefined && !says(reader, t("carte.cps")) && t("carte.cps"),
    card.persons !== undefined && t("carte.personnes", { n: card.persons }),
    card.pinTriesLeft === 0 && t("carte.bloquee"),
    (card.pinTriesLeft === 1 || card.pinTriesLeft === 2) && t("carte.essais", { n: card.pinTriesLeft }),
    card.expires !== undefined && card.expires.slice(0, 10) < today() && t("carte.perime", { jour: day(card.expires) }),
    card.problem?.message,
    held && t("carte.reservee"),
  ];
  return said.filter((s) => typeof s === "string").join(" · ");
}

const words = (card: Card): string => [title(card), details(card, false, card.reader)].filter((s) => s !== "").join(", ");

let arrived = 0; // of the last card event, on the page's clock

/**
 * useTimed measures from the arrival of a card event to the frame after what changes with it was
 * drawn, in the performance timeline: "card-shown", and "person-shown" for the name on a Vitale.
 */
function useTimed(name: "card-shown" | "person-shown", what: unknown): void {
  const timed = useRef(0); // the event that was measured last: what changes for another reason is not
  useLayoutEffect(() => {
    if (what === undefined || arrived === timed.current) return;
    const start = (timed.current = arrived);
    requestAnimationFrame(() => void performance.measure(name, { start }));
  }, [what]);
}
