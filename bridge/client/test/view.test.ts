import assert from "node:assert/strict";
import test from "node:test";
import type { Card, Event, Lease, Reader, Snapshot } from "../src/index.js";
import { freeze, reduce } from "../src/view.js";
import { queue } from "./daemon.js";

const reader = (id: string, state: Reader["state"] = "ok"): Reader => ({ id, name: id, slots: 1, pinpad: false, state });
const card = (id: string, state: Card["state"]): Card => ({ reader: id, state, eventCounter: 1, read: true });
const lease = (id: string, expires?: string): Lease => ({ reader: id, ...(expires !== undefined && { expires }) });

const start: Snapshot & { readonly weather: object } = freeze({
  seq: 1,
  service: { up: true },
  readers: [reader("a"), reader("b")],
  cards: [card("a", "cps"), card("b", "vitale")],
  leases: [lease("b", "soon")],
  queue: queue(0),
  journal: { endommage: false, manquants: 0, codeNote: false },
  ...{ weather: { rain: false } },
});

const rows: { name: string; event: Partial<Event>; want: Partial<Snapshot> }[] = [
  { name: "service", event: { type: "service", service: { up: false, detail: "arrêté" } }, want: { service: { up: false, detail: "arrêté" } } },
  { name: "queue", event: { type: "queue", queue: queue(4) }, want: { queue: queue(4) } },
  { name: "a thing of a later version that there is one of", event: { type: "weather" as never, weather: { rain: true } } as object, want: { weather: { rain: true } } as object },
  { name: "nothing under its own name", event: { type: "cards" as never }, want: {} },
  { name: "nothing at all", event: { type: "queue", queue: null as never }, want: {} },
  { name: "reader added", event: { type: "reader", reader: reader("c") }, want: { readers: [...start.readers, reader("c")] } },
  {
    name: "reader removed, with what it held",
    event: { type: "reader", reader: reader("b", "removed") },
    want: { readers: [reader("a")], cards: [card("a", "cps")], leases: [] },
  },
  { name: "card changed in place", event: { type: "card", card: card("a", "absent") }, want: { cards: [card("a", "absent"), card("b", "vitale")] } },
  { name: "lease begun", event: { type: "lease", lease: lease("a", "late") }, want: { leases: [lease("b", "soon"), lease("a", "late")] } },
  { name: "lease renewed", event: { type: "lease", lease: lease("b", "late") }, want: { leases: [lease("b", "late")] } },
  { name: "lease ended", event: { type: "lease", lease: lease("b") }, want: { leases: [] } },
  { name: "an FSE is not in the snapshot", event: { type: "fse" }, want: {} },
];

for (const { name, event, want } of rows) {
  test(`view: ${name}`, () => {
    const next = reduce(start, freeze({ seq: 2, at: "", ...event } as Event));
    assert.deepEqual(next, { ...start, ...want, seq: 2 });
    for (const key of Object.keys(start) as (keyof Snapshot)[]) {
      if (key !== "seq" && !(key in want)) assert.equal(next[key], start[key], `${key} is shared`);
    }
  });
}

test("view: immutable", () => {
  assert.throws(() => ((start.readers as Reader[])[0] = reader("x")), TypeError);
  assert.throws(() => ((start.cards[0] as { state: string }).state = "x"), TypeError);
});
