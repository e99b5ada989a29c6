import assert from "node:assert/strict";
import { test } from "node:test";
import type { FSESummary } from "../../client/src/types";
import { FSEPager, matches, patch, type Wanted } from "../src/listes/fse-pager";
import type { PageOf } from "../src/listes/load";
import { append, Pager, putHead, type Listed } from "../src/listes/pager";

type Page = PageOf<FSESummary>;

const all: Wanted = { states: [], day: "", numero: "" };

const fse = (id: number, part: Partial<FSESummary> = {}): FSESummary => ({
  id: `f${id}`, etat: "a-signer", dateSoins: "2026-11-22", certification: "D", honoraires: 0, amo: 0, amc: 0, patient: 0, beneficiaire: `Personne ${id}`, ...part,
});

const ids = (rows: readonly FSESummary[]): string => rows.map((r) => r.id).join(" ");

const listed = (rows: readonly FSESummary[], next?: string): Listed<FSESummary> => ({ rows, next, whole: next === undefined, loading: false, error: undefined });

test("what a list wants", () => {
  const rows = [
    { name: "anything", wanted: all, want: true },
    { name: "one of its states", wanted: { ...all, states: ["brouillon", "a-signer"] }, want: true },
    { name: "another state", wanted: { ...all, states: ["payee"] }, want: false },
    { name: "its day", wanted: { ...all, day: "2026-11-22" }, want: true },
    { name: "another day", wanted: { ...all, day: "2026-11-21" }, want: false },
    { name: "another number", wanted: { ...all, numero: "000000002" }, want: false },
  ];
  for (const { name, wanted, want } of rows) assert.equal(matches(fse(1), wanted), want, name);
});

test("a page that overlaps adds each FSE once", () => {
  assert.equal(ids(append([fse(3), fse(2)], [fse(2), fse(1)])), "f3 f2 f1");
});

test("an event changes the row and keeps the name that it does not tell", () => {
  const { beneficiaire: _, ...told } = fse(2, { etat: "en-lot", numero: "000000007" });
  const rows = patch([fse(3), fse(2)], told, all);
  assert.deepEqual(rows?.[1], fse(2, { etat: "en-lot", numero: "000000007" }));
});

test("an event takes away what the list does not want any more, and says when it is of another", () => {
  assert.equal(ids(patch([fse(2), fse(1)], fse(2, { etat: "annulee" }), { ...all, states: ["a-signer"] }) ?? []), "f1");
  assert.equal(patch([fse(1)], fse(9), all), undefined);
});

test("a beginning that is read again", () => {
  const rows = [
    { name: "something new", list: listed([fse(3), fse(2), fse(1)], "f1"), head: { items: [fse(4), fse(3)], next: "f3" }, want: "f4 f3 f2 f1", next: "f1" },
    { name: "something gone", list: listed([fse(3), fse(2), fse(1)], "f1"), head: { items: [fse(3), fse(1)], next: "f1" }, want: "f3 f1", next: "f1" },
    { name: "all of it is new", list: listed([fse(2), fse(1)]), head: { items: [fse(9), fse(8)], next: "f8" }, want: "f9 f8", next: "f8" },
    { name: "it is the whole list", list: listed([fse(2), fse(1)]), head: { items: [fse(2)] }, want: "f2", next: undefined },
    { name: "nothing is left", list: listed([fse(1)]), head: { items: [] }, want: "", next: undefined },
  ];
  for (const { name, list, head, want, next } of rows) {
    const got = putHead(list, head);
    assert.equal(ids(got.rows), want, name);
    assert.equal(got.next, next, name);
    assert.equal(got.whole, next === undefined, name);
  }
});

/** paged gives the FSE from n down to 1, so many at a time; the cursor is the last ID. */
function paged(n: number, size: number) {
  const calls: (string | undefined)[] = [];
  const read = async (after: string | undefined): Promise<Page> => {
    calls.push(after);
    const from = after === undefined ? n : Number(after.slice(1)) - 1;
    const page = Array.from({ length: Math.min(size, from) }, (_, i) => fse(from - i));
    const last = page.at(-1);
    return { items: page, ...(last !== undefined && last.id !== "f1" && { next: last.id }) };
  };
  return { read, calls };
}

test("10 000 FSE are read page by page, each once", async () => {
  const { read, calls } = paged(10_000, 200);
  const pager = new Pager(read, "head");
  while (!pager.list.get().whole) await pager.more();
  await pager.more();
  const { rows } = pager.list.get();
  assert.equal(rows.length, 10_000);
  assert.equal(new Set(rows.map((r) => r.id)).size, 10_000);
  assert.equal(calls.length, 50);
});

test("empty pages of a filtered list are passed over", async () => {
  const pages: readonly Page[] = [{ items: [], next: "a" }, { items: [], next: "b" }, { items: [fse(1)], next: "c" }, { items: [] }];
  let at = 0;
  const pager = new Pager(async () => pages[at++] ?? { items: [] }, "head");
  await pager.more();
  assert.equal(ids(pager.list.get().rows), "f1");
  assert.equal(pager.list.get().whole, false);
  await pager.more();
  assert.equal(pager.list.get().whole, true);
});

test("two asks at once read one page", async () => {
  const { read, calls } = paged(600, 200);
  const pager = new Pager(read, "head");
  await Promise.all([pager.more(), pager.more()]);
  assert.equal(calls.length, 1);
  assert.equal(pager.list.get().rows.length, 200);
});

test("a failure is kept with what was read, and goes with the next success", async () => {
  const { read } = paged(400, 200);
  let broken = false;
  const pager = new Pager((after) => (broken ? Promise.reject(new Error("lost")) : read(after)), "head");
  await pager.more();
  broken = true;
  await pager.more();
  assert.equal((pager.list.get().error as Error).message, "lost");
  assert.equal(pager.list.get().rows.length, 200);
  broken = false;
  await pager.more();
  assert.equal(pager.list.get().error, undefined);
  assert.equal(pager.list.get().rows.length, 400);
});

test("a beginning asked for while a page is read is read after it", async () => {
  const { read, calls } = paged(400, 200);
  const pager = new Pager(read, "head");
  const page = pager.more();
  await pager.refresh();
  await page;
  assert.deepEqual(calls, [undefined, undefined]);
  assert.equal(pager.list.get().rows.length, 200);
});

test("an ended list changes no more", async () => {
  const { read } = paged(10, 200);
  const pager = new Pager(read, "head");
  const page = pager.more();
  pager.end();
  await page;
  assert.equal(pager.list.get().rows.length, 0);
});

test("what is read again when something has changed", async () => {
  const rows = [
    { name: "the head", anew: "head", want: [undefined] },
    { name: "all rows that are there, and no more", anew: "all", want: [undefined, "f2401", "f2201"] },
  ] as const;
  for (const { name, anew, want } of rows) {
    const { read, calls } = paged(2_600, 200);
    const pager = new Pager(read, anew);
    for (let i = 0; i < 3; i++) await pager.more();
    calls.length = 0;
    await pager.refresh();
    assert.deepEqual(calls, want, name);
    const list = pager.list.get();
    assert.deepEqual([list.rows.length, list.next, list.whole], [600, "f2001", false], name);
  }
});

test("a list read anew as a whole shows what has changed far down", async () => {
  const { read } = paged(500, 200);
  let etat = "transmise";
  const pager = new Pager(async (after) => {
    const page = await read(after);
    return { ...page, items: page.items.map((f) => (f.id === "f7" ? { ...f, etat } : f)) };
  }, "all");
  while (!pager.list.get().whole) await pager.more();
  etat = "payee";
  await pager.refresh();
  const { rows } = pager.list.get();
  assert.equal(rows.length, 500);
  assert.equal(rows.find((r) => r.id === "f7")?.etat, "payee");
});

test("a new FSE has the beginning read for its name, a known signed one has not", async () => {
  const { read } = paged(2, 200);
  const pager = new FSEPager(read, all);
  await pager.more();
  assert.equal(pager.take(fse(9)), true);
  assert.equal(pager.take(fse(2, { etat: "en-lot" })), false);
  assert.equal(pager.list.get().rows[0]?.etat, "en-lot");
  assert.equal(pager.take(fse(1, { etat: "brouillon" })), true, "a draft may have another name now");
});
