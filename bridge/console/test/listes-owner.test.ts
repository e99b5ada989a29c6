import assert from "node:assert/strict";
import { test } from "node:test";
import { isOurs } from "../src/listes/full";

test("what the console has made is its own on any port", () => {
  assert.equal(isOurs({ proprietaire: "console" }), true);
  for (const proprietaire of ["http://127.0.0.1:17373", "https://ehr.example", "local", "uid:1000", ""]) assert.equal(isOurs({ proprietaire }), false, proprietaire);
});
