// The editor keeps what one types, whatever becomes of the connection and whoever else writes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { AgrafeError } from "../../client/src/errors";
import type { Answer, Draft, FSE } from "../../client/src/types";
import { blank, withActes } from "../src/facturer/draft";
import { Editor, type Doors } from "../src/facturer/editor";
import { acte } from "../src/facturer/quick";

const fail = (kind: "offline" | "invalid" | "busy", code = "X"): AgrafeError => new AgrafeError({ kind, code, message: "", retryable: kind !== "invalid" });
const add = (code: string) => (d: Draft): Draft => withActes(d, [acte(code)]);
const codes = (d: Draft | undefined): string => d?.actes.map((a) => a.code).join("+") ?? "-";

/** desk is a daemon that one can break, with a clock that one moves. */
function desk() {
  const made: string[] = [];
  const timers = new Map<number, { at: number; fn: () => void }>();
  let now = 0;
  let n = 0;
  let moment = 0;
  let kept: FSE | undefined;
  let next: AgrafeError | undefined;
  let gate: Promise<void> | undefined;
  const keep = (facture: Draft, part: Partial<FSE> = {}): FSE =>
    (kept = { certification: "S", creee: "", enregistrement: 1, etat: "brouillon", id: "f1", proprietaire: "moi", ...kept, facture, modifiee: `2026-11-22T10:00:${String(++moment).padStart(2, "0")}Z`, ...part });
  const change = async (what: string, facture: Draft): Promise<FSE> => {
    made.push(`${what} ${codes(facture)}`);
    await gate;
    const error = next;
    next = undefined;
    if (error !== undefined) throw error;
    return keep(facture);
  };
  const doors: Doors = {
    create: (f) => change("create", f),
    update: (_, f) => change("update", f),
    get: async () => kept ?? assert.fail("nothing is kept"),
    check: async (f): Promise<Answer> => {
      made.push(`check ${codes(f)}`);
      return { avertissements: [], erreurs: [], prix: null };
    },
    owns: (fse) => fse.proprietaire === "moi",
    after: (ms, fn) => {
      const id = ++n;
      timers.set(id, { at: now + ms, fn });
      return () => void timers.delete(id);
    },
  };
  const pass = async (ms: number): Promise<void> => {
    now += ms;
    for (const [id, timer] of [...timers]) {
      if (timer.at > now) continue;
      timers.delete(id);
      timer.fn();
    }
    await settle();
  };
  return { doors, made, pass, keep, kept: () => kept, breaks: (e: AgrafeError) => (next = e), hold: (p: Promise<void> | undefined) => (gate = p) };
}

const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

test("a change is checked a moment later and kept a moment after that", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  e.edit(add("G"));
  await s.pass(90);
  e.edit(add("MEG"));
  await s.pass(100);
  assert.deepEqual(s.made, ["check G+MEG"]);
  await s.pass(500);
  assert.deepEqual(s.made, ["check G+MEG", "create G+MEG"]);
  assert.equal(e.state.get().saved, "garde");
  e.edit(add("IK"));
  await s.pass(600);
  assert.equal(s.made.at(-1), "update G+MEG+IK");
});

test("what the page fills in by itself begins no FSE", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  e.edit(add("G"), "page");
  await s.pass(5_000);
  assert.deepEqual(s.made, ["check G"]);
  assert.equal(e.pending(), false);
});

test("changes during a saving are kept after it, by one call at a time", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  let open: () => void = () => undefined;
  s.hold(new Promise((r) => (open = r)));
  e.edit(add("G"));
  await s.pass(600);
  e.edit(add("MEG"));
  const flushed = e.flush();
  await settle();
  assert.deepEqual(s.made.filter((m) => !m.startsWith("check")), ["create G"]);
  s.hold(undefined);
  open();
  assert.equal(codes((await flushed)?.facture), "G+MEG");
  assert.deepEqual(s.made.filter((m) => !m.startsWith("check")), ["create G", "update G+MEG"]);
});

test("a beginning of which nobody knows how it ended is the same call again", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  s.breaks(fail("offline"));
  e.edit(add("G"));
  await s.pass(600);
  assert.equal(e.state.get().saved, "echec");
  assert.equal(e.pending(), true);
  e.edit(add("MEG"));
  assert.equal(codes((await e.flush())?.facture), "G+MEG");
  assert.deepEqual(s.made.filter((m) => !m.startsWith("check")), ["create G", "create G", "update G+MEG"]);
});

test("a daemon that is busy is asked again", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  s.breaks(fail("busy"));
  e.edit(add("G"));
  await s.pass(600);
  await s.pass(3_000);
  assert.equal(e.state.get().saved, "garde");
});

test("what is refused stays on the screen and says why", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  s.breaks(fail("invalid", "TROP_GRAND"));
  e.edit(add("G"));
  assert.equal(await e.flush(), undefined);
  assert.equal((e.state.get().saveError as AgrafeError).code, "TROP_GRAND");
  assert.equal(codes(e.state.get().draft), "G");
});

async function kept() {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  e.edit(add("G"));
  await e.flush();
  return { s, e };
}

test("a change of another tab is taken over where one has typed nothing", async () => {
  const { s, e } = await kept();
  s.keep(add("V")(blank("2026-11-22")));
  await e.changed();
  assert.equal(codes(e.state.get().draft), "V");
  assert.equal(e.state.get().conflict, null);
});

test("a change of another tab that is told while one's own is being kept is not missed", async () => {
  const s = desk();
  const e: Editor = new Editor(blank("2026-11-22"), {
    ...s.doors,
    update: async (id, f) => {
      const mine = await s.doors.update(id, f);
      s.keep(add("V")(blank("2026-11-22"))); // behind ours, whose answer has not come yet
      void e.changed();
      return mine;
    },
  });
  e.edit(add("G"));
  await e.flush();
  e.edit(add("MEG"));
  assert.equal(codes((await e.flush())?.facture), "V");
  assert.equal(codes(e.state.get().draft), "V");
});

test("a change of another tab against one's own is the user's to settle", async () => {
  for (const mine of [true, false]) {
    const { s, e } = await kept();
    e.edit(add("MEG"));
    s.keep(add("V")(blank("2026-11-22")));
    await e.changed();
    assert.notEqual(e.state.get().conflict, null);
    assert.equal(await e.flush(), undefined, "nothing is kept before");
    e.settle(mine);
    await settle();
    assert.equal(codes(s.kept()?.facture), mine ? "G+MEG" : "V");
    assert.equal(codes(e.state.get().draft), mine ? "G+MEG" : "V");
  }
});

test("a number that was taken does not disturb what one types", async () => {
  const { s, e } = await kept();
  e.edit(add("MEG"));
  s.keep(s.kept()?.facture ?? assert.fail(), { etat: "a-signer", numero: 7 });
  await e.changed();
  assert.equal(codes(e.state.get().draft), "G+MEG");
  assert.equal(e.state.get().fse?.numero, 7);
});

test("one that was signed elsewhere is shown as signed and changes no more", async () => {
  const { s, e } = await kept();
  e.edit(add("MEG"));
  s.keep(s.kept()?.facture ?? assert.fail(), { etat: "en-lot" });
  await e.changed();
  e.edit(add("IK"));
  assert.equal(codes(e.state.get().draft), "G");
  assert.equal(e.state.get().fse?.etat, "en-lot");
});

test("one of another front end is shown and never changed", async () => {
  const { s, e } = await kept();
  e.open({ ...(s.kept() ?? assert.fail()), proprietaire: "https://autre.example" });
  e.edit(add("IK"));
  await s.pass(5_000);
  assert.equal(codes(e.state.get().draft), "G");
  assert.equal(s.made.filter((m) => m.startsWith("update")).length, 0);
});

test("leaving the page keeps what was just typed", async () => {
  const { s, e } = await kept();
  e.edit(add("MEG"));
  e.close();
  await settle();
  assert.equal(codes(s.kept()?.facture), "G+MEG");
});

test("a patient of the card alone begins no FSE; an act does, and keeps the patient with it", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  e.edit((d) => ({ ...d, beneficiaire: { ...d.beneficiaire, nir: "251063417200151", nom: "DURAND" } }), "page");
  await s.pass(1_000);
  assert.equal(s.kept(), undefined);
  e.edit(add("G"));
  await s.pass(600);
  assert.equal(s.kept()?.facture.beneficiaire.nom, "DURAND");
});

test("a typed patient begins an FSE once somebody could find them again", async () => {
  const s = desk();
  const e = new Editor(blank("2026-11-22"), s.doors);
  e.edit((d) => ({ ...d, beneficiaire: { ...d.beneficiaire, nom: "D" } }));
  await s.pass(1_000);
  assert.equal(s.kept(), undefined);
  e.edit((d) => ({ ...d, beneficiaire: { ...d.beneficiaire, nom: "DU" } }));
  await s.pass(600);
  assert.equal(s.kept()?.facture.beneficiaire.nom, "DU");
});
