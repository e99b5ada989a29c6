import assert from "node:assert/strict";
import { test } from "node:test";
import { catalogs, fill, tOr, typeset, type Key } from "../src/i18n";
import { chapters } from "../src/aide/chapters";

const keys = Object.keys(catalogs.fr) as Key[];
const holes = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? ""))].sort();

test("both catalogs have the same keys, and no empty text", () => {
  assert.deepEqual(Object.keys(catalogs.en).sort(), [...keys].sort());
  for (const key of keys) {
    assert.notEqual(catalogs.fr[key].trim(), "", key);
    assert.notEqual(catalogs.en[key].trim(), "", key);
  }
});

test("both texts of a key have the same variables", () => {
  for (const key of keys) assert.deepEqual(holes(catalogs.en[key]), holes(catalogs.fr[key]), key);
});

test("both forms of a text have the same variables, and there are two at most", () => {
  for (const text of keys.flatMap((key) => [catalogs.fr[key], catalogs.en[key]])) {
    const forms = text.split(" | ");
    assert.ok(forms.length <= 2, text);
    for (const form of forms) assert.deepEqual(holes(form), holes(text), text);
  }
});

test("French is set with its no-break spaces and apostrophes", () => {
  for (const key of keys) {
    assert.doesNotMatch(catalogs.fr[key], / [;:!?»]|« |'/, key);
  }
  assert.equal(typeset("Quoi ? « Rien » : va !"), "Quoi\u202f? «\u202fRien\u202f»\u00a0: va\u202f!");
});

test("fill chooses the form by n, as each language counts", () => {
  const text = "{n} lot | {n} lots";
  const rows = [
    { name: "French zero is one", n: 0, lang: "fr", want: "0 lot" },
    { name: "French one and a half is one", n: 1.5, lang: "fr", want: "1.5 lot" },
    { name: "French two", n: 2, lang: "fr", want: "2 lots" },
    { name: "English zero is several", n: 0, lang: "en", want: "0 lots" },
    { name: "English one", n: 1, lang: "en", want: "1 lot" },
  ] as const;
  for (const { name, n, lang, want } of rows) assert.equal(fill(text, { n }, lang), want, name);
});

test("a code without a text is shown as it is", () => {
  assert.equal(tOr("etat.payee", "payee"), "Payée");
  assert.equal(tOr("etat.inconnu", "inconnu"), "inconnu");
});

test("the guide has the same chapters in both languages", () => {
  assert.deepEqual(chapters.en.map((c) => c.id), chapters.fr.map((c) => c.id));
  for (const { title } of chapters.fr) assert.doesNotMatch(title, / [;:!?»]|« |'/);
});
