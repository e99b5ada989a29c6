import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { test } from "node:test";
import { keyFor } from "../src/keys";

globalThis.crypto ??= webcrypto as Crypto; // Node 18 has it under this name only

function shelf() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
}

test("the same call has the same key until it is over", () => {
  const s = shelf();
  const first = keyFor("lots.close", { id: "a" }, s);
  assert.equal(keyFor("lots.close", { id: "a" }, s).value, first.value);
  first.spent();
  assert.notEqual(keyFor("lots.close", { id: "a" }, s).value, first.value);
});

test("other calls have other keys", () => {
  const s = shelf();
  const rows = [["lots.close", { id: "a" }], ["lots.close", { id: "b" }], ["lots.reopen", { id: "a" }]] as const;
  const keys = rows.map(([method, params]) => keyFor(method, params, s).value);
  assert.equal(new Set(keys).size, rows.length);
});

test("what a call asks for is not kept", () => {
  const s = shelf();
  keyFor("fse.create", { facture: { beneficiaire: { nom: "EXEMPLE", nir: "255081416802538" } } }, s);
  assert.doesNotMatch([...s.kept].flat().join(" "), /EXEMPLE|2550814/);
});
