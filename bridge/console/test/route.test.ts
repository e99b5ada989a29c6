import assert from "node:assert/strict";
import { test } from "node:test";
import { href, pageNames, parse } from "../src/route";

test("a hash leads to its page", () => {
  const rows = [
    { name: "nothing", hash: "", want: { page: "jour", id: "" } },
    { name: "root", hash: "#/", want: { page: "jour", id: "" } },
    { name: "a page", hash: "#/lots", want: { page: "lots", id: "" } },
    { name: "a page about something", hash: "#/facturer/01JD", want: { page: "facturer", id: "01JD" } },
    { name: "a word that is no page", hash: "#/ailleurs/1", want: { page: "jour", id: "" } },
    { name: "a property of objects", hash: "#/constructor", want: { page: "jour", id: "" } },
    { name: "a broken escape", hash: "#/fse/%E0%A4%A", want: { page: "fse", id: "" } },
  ];
  for (const { name, hash, want } of rows) assert.deepEqual(parse(hash), want, name);
});

test("an address leads back to where it came from", () => {
  for (const page of pageNames) {
    for (const id of ["", "01JD", "a/b", "é #?&%"]) assert.deepEqual(parse(href(page, id)), { page, id });
  }
});
