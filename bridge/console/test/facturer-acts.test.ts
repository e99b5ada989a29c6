// Which act is which, so that its row stays the same on the screen.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Acte, Draft } from "../../client/src/types";
import { keyOf, recognize } from "../src/facturer/act-keys";
import { blank, tidy, withActe, withActes, withoutActe } from "../src/facturer/draft";
import { acte, actsOf } from "../src/facturer/quick";

const of = (...codes: readonly string[]): Draft => withActes(blank("2026-11-22"), codes.map(acte));
const keys = (d: Draft): readonly number[] => d.actes.map(keyOf);

test("each act has a key of its own, the same each time", () => {
  const d = withActes(of("G", "G"), actsOf("G + G", () => false) ?? []);
  assert.equal(new Set(keys(d)).size, 4);
  assert.deepEqual(keys(d), keys(d));
});

test("an act keeps its key when it changes, when another one goes and when a card is read", () => {
  const d = of("G", "MEG", "IK");
  const [, second, third] = keys(d);
  const changed = withActe(d, 1, { honoraires: 3100 });
  assert.deepEqual(keys(changed), keys(d));
  assert.deepEqual(keys(withoutActe(changed, 0)), [second, third]);
  assert.deepEqual(keys(tidy(changed)), keys(d));
});

test("acts are known again when the daemon tells them", () => {
  const d = of("G", "MEG", "G");
  const [g, meg, other] = keys(d);
  const told = (...codes: readonly string[]): readonly Acte[] => {
    const acts = codes.map(acte);
    recognize(d.actes, acts);
    return acts;
  };
  const fresh = (list: readonly Acte[]): readonly (number | "new")[] => list.map((a) => (keys(d).includes(keyOf(a)) ? keyOf(a) : "new"));
  const rows = [
    { name: "all of them", codes: ["G", "MEG", "G"], want: [g, meg, other] },
    { name: "the first is gone", codes: ["MEG", "G"], want: [meg, g] },
    { name: "one is new", codes: ["IK", "G", "MEG"], want: ["new", g, meg] },
    { name: "none is left", codes: ["IK"], want: ["new"] },
  ];
  for (const { name, codes, want } of rows) assert.deepEqual(fresh(told(...codes)), want, name);
});
