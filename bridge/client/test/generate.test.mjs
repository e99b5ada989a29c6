// From the description of the API to types.

import assert from "node:assert/strict";
import test from "node:test";
import { typeOf } from "../scripts/schema.mjs";
import { generate } from "../scripts/types.mjs";

const ref = (name) => ({ $ref: `#/components/schemas/${name}` });
const text = { type: "string" };

const rows = [
  { name: "anything", schema: true, want: "unknown" },
  { name: "no restriction but words", schema: { description: "x" }, want: "unknown" },
  { name: "number", schema: { type: "integer" }, want: "number" },
  { name: "date", schema: { type: "string", format: "date-time" }, want: "string" },
  { name: "enumeration", schema: { type: "string", enum: ["a", "b"] }, want: '"a" | "b"' },
  { name: "constant", schema: { const: 4 }, want: "4" },
  { name: "reference", schema: ref("Card"), want: "Card" },
  { name: "one of", schema: { anyOf: [ref("Card"), { type: "null" }] }, want: "Card | null" },
  { name: "several types", schema: { type: ["string", "null"] }, want: "string | null" },
  { name: "all of", schema: { allOf: [ref("Card"), { anyOf: [text, { type: "null" }] }] }, want: "Card & (string | null)" },
  { name: "list", schema: { type: "array", items: ref("Card") }, want: "readonly Card[]" },
  { name: "list of lists", schema: { type: "array", items: { type: "array", items: text } }, want: "readonly (readonly string[])[]" },
  { name: "list of alternatives", schema: { type: "array", items: { enum: ["a", "b"] } }, want: 'readonly ("a" | "b")[]' },
  { name: "map", schema: { type: "object", additionalProperties: text }, want: "Readonly<Record<string, string>>" },
  { name: "open object", schema: { type: "object" }, want: "Readonly<Record<string, unknown>>" },
  { name: "object", schema: { properties: { "a-b": text, c: text }, required: ["c"] }, want: '{\n  readonly "a-b"?: string;\n  readonly c: string;\n}' },
];

for (const { name, schema, want } of rows) {
  test(`schema: ${name}`, () => assert.equal(typeOf(schema), want));
}

test("schema: what is not understood is not guessed", () => {
  assert.throws(() => typeOf({ $ref: "other.json#/x" }), /cannot follow/);
  assert.throws(() => typeOf({ type: "decimal" }), /cannot write/);
});

const method = (name, params, more = {}) => ({
  name, summary: `Does ${name}.`, params, result: { name: "result", schema: ref("Card") },
  "x-agrafe-access": { anyOf: [], localOnly: false }, "x-agrafe-runs": "quick", "x-agrafe-idempotency": "none", ...more,
});

const key = { name: "idempotencyKey", schema: text };
const schemas = {
  Card: { description: "a card */", properties: { id: text }, required: ["id"] },
  Unused: { properties: {} },
  Hello: { properties: { card: ref("Card") } },
  Event: { properties: {} },
};
const asyncapi = { components: { schemas, messages: { hello: { payload: ref("Hello") }, event: { payload: ref("Event") } } } };

const openrpc = (...methods) => ({ info: { version: "1" }, methods, components: { schemas: { Card: schemas.Card } } });

test("generate: methods for pages, what they need, and no more", () => {
  const out = generate(
    openrpc(
      method("a.read", []),
      method("a.write", [{ name: "id", required: true, schema: text }, key], { "x-agrafe-runs": "slow", "x-agrafe-idempotency": "journal" }),
      method("a.work", [key], { "x-agrafe-runs": "job", "x-agrafe-idempotency": "memory", "x-agrafe-outcome": text }),
      method("a.local", [key], { "x-agrafe-access": { anyOf: [], localOnly: true }, "x-agrafe-runs": "slow" }),
    ),
    asyncapi,
  );
  const [, declarations] = out.split("Do not edit.\n");
  assert.equal(
    declarations,
    `
/** a card * / */
export interface Card {
  readonly id: string;
}

export interface Event {}

export interface Hello {
  readonly card?: Card;
}

/** Methods of the API, level 1. */
export interface Methods {
  /** Does a.read. */
  "a.read": {
    params: Readonly<Record<string, never>>;
    result: Card;
  };
  /** Does a.write. */
  "a.write": {
    params: {
      readonly id: string;
      /** call() gives one when there is none. */
      readonly idempotencyKey?: string;
    };
    result: Card;
  };
  /** Does a.work. */
  "a.work": {
    params: {
      /** call() gives one when there is none. */
      readonly idempotencyKey?: string;
    };
    result: Card & { readonly job: { readonly result?: string } };
  };
}

/** Methods that change something, and where the daemon remembers the idempotencyKey: in memory, for one run, or in the journal. */
export const keyed: ReadonlyMap<string, "memory" | "journal"> = new Map([
  ["a.write", "journal"],
  ["a.work", "memory"],
]);

/** Methods that may wait for a card, a user or a disk. */
export const slow: ReadonlySet<string> = new Set([
  "a.write",
]);
`,
  );
});

test("generate: one name for two things is refused, and so is a name for nothing", () => {
  const other = { ...openrpc(), components: { schemas: { Card: { properties: {} } } } };
  assert.throws(() => generate(other, asyncapi), /two schemas are named Card/);
  const lost = openrpc(method("a", [], { result: { schema: ref("Nothing") } }));
  assert.throws(() => generate(lost, asyncapi), /no schema Nothing/);
});
