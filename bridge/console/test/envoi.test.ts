import assert from "node:assert/strict";
import { test } from "node:test";
import type { Dispatch, Lot } from "../../client/src/types";
import { canSend, isFree, isStuck, outcomeOf, wayOf, wayTone, type Way } from "../src/envoi/way";

const lot = (etat: string, envoi?: Dispatch["etat"]): Lot => ({
  id: `${etat} ${envoi ?? ""}`, amo: 0, caisse: "349", centre: "9881", certification: "S", environnement: "demonstration", etat, fse: 1, numero: "001", numeroAM: "991000015", regime: "01", total: 0,
  ...(envoi !== undefined && { envoi: { etat: envoi, essais: 1 } }),
});

test("where a lot is on its way, and what may be done", () => {
  const rows: readonly { name: string; lot: Lot; way: Way; may: string }[] = [
    { name: "open", lot: lot("ouvert"), way: "", may: "change" },
    { name: "closed, and nobody has asked", lot: lot("clos"), way: "a-transmettre", may: "send change" },
    { name: "kept back by the network", lot: lot("clos", "en-attente"), way: "en-attente", may: "send change" },
    { name: "under way", lot: lot("clos", "en-cours"), way: "en-cours", may: "" },
    { name: "nobody knows", lot: lot("clos", "indecis"), way: "indecis", may: "decide" },
    { name: "came back", lot: lot("sans-arl-attendu", "rebond"), way: "rebond", may: "decide" },
    { name: "refused", lot: lot("clos", "refuse"), way: "refuse", may: "decide change" },
    { name: "sent", lot: lot("transmis", "parti"), way: "parti", may: "" },
    { name: "sent, and no answer is expected", lot: lot("sans-arl-attendu", "parti"), way: "", may: "" },
    { name: "acknowledged", lot: lot("acquitte", "parti"), way: "", may: "" },
  ];
  for (const { name, lot: l, way, may } of rows) {
    assert.equal(wayOf(l), way, name);
    const can = [canSend(l) && "send", isStuck(l) && "decide", isFree(l) && "change"].filter(Boolean).join(" ");
    assert.equal(can, may, name);
  }
});

test("what waits for somebody is told apart from what waits by itself", () => {
  assert.deepEqual((["indecis", "rebond", "refuse"] as const).map(wayTone), ["bad", "bad", "bad"]);
  assert.deepEqual((["a-transmettre", "en-attente", "en-cours", "parti"] as const).map(wayTone), ["neutral", "warn", "accent", "good"]);
});

test("what became of lots that were to be sent", () => {
  const lots = [lot("transmis", "parti"), lot("sans-arl-attendu", "parti"), lot("clos", "en-attente"), lot("clos", "indecis"), lot("clos", "refuse"), lot("clos")];
  assert.deepEqual(outcomeOf(lots), { sent: 2, waiting: 1, stuck: 2 });
  assert.deepEqual(outcomeOf([]), { sent: 0, waiting: 0, stuck: 0 });
});
