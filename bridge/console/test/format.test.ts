import assert from "node:assert/strict";
import { test } from "node:test";
import { addDays, centsOf, count, day, dayOf, euros, isoOf, longDay, maskedNIR, moment, nir, typedCents } from "../src/format";

test("euros are written as each language does", () => {
  const rows = [
    { name: "zero", cents: 0, fr: "0,00\u202f€", en: "€0.00" },
    { name: "cents alone", cents: 5, fr: "0,05\u202f€", en: "€0.05" },
    { name: "thousands", cents: 123_450, fr: "1\u202f234,50\u202f€", en: "€1,234.50" },
    { name: "millions", cents: 123_456_789, fr: "1\u202f234\u202f567,89\u202f€", en: "€1,234,567.89" },
    { name: "below zero", cents: -2_400, fr: "−24,00\u202f€", en: "−€24.00" },
  ];
  for (const { name, cents, fr, en } of rows) {
    assert.equal(euros(cents, "fr"), fr, name);
    assert.equal(euros(cents, "en"), en, name);
  }
});

test("amounts are read as people type them", () => {
  const rows = [
    { name: "whole", text: "12", want: 1_200 },
    { name: "comma", text: "12,5", want: 1_250 },
    { name: "point", text: "12.05", want: 1_205 },
    { name: "ends in a comma, being typed", text: "12,", want: 1_200 },
    { name: "with spaces and the sign", text: " 1\u202f234,50\u00a0€ ", want: 123_450 },
    { name: "nothing", text: "", want: null },
    { name: "three decimals", text: "1,234", want: null },
    { name: "below zero", text: "-3", want: null },
    { name: "words", text: "abc", want: null },
  ];
  for (const { name, text, want } of rows) assert.equal(centsOf(text), want, name);
});

test("an amount survives being written and read", () => {
  for (let cents = 0; cents < 300_000; cents += 37) {
    assert.equal(centsOf(typedCents(cents)), cents);
    assert.equal(centsOf(euros(cents, "fr")), cents);
  }
});

test("days are read as people type them", () => {
  const now = new Date(2026, 10, 22);
  const rows = [
    { name: "slashes", text: "22/11/2026", want: "2026-11-22" },
    { name: "one digit", text: "1/2/2026", want: "2026-02-01" },
    { name: "short year", text: "22/11/26", want: "2026-11-22" },
    { name: "short year of the last century", text: "01/05/58", want: "1958-05-01" },
    { name: "next year is still this century", text: "01/01/27", want: "2027-01-01" },
    { name: "digits alone", text: "22112026", want: "2026-11-22" },
    { name: "six digits", text: "221126", want: "2026-11-22" },
    { name: "dashes", text: "22-11-2026", want: "2026-11-22" },
    { name: "29 February of a leap year", text: "29/02/2024", want: "2024-02-29" },
    { name: "29 February of another", text: "29/02/2026", want: null },
    { name: "month 13", text: "01/13/2026", want: null },
    { name: "not yet whole", text: "22/11", want: null },
  ];
  for (const { name, text, want } of rows) assert.equal(dayOf(text, now), want, name);
});

test("every day survives being written and read", () => {
  for (let iso = "2023-12-25"; iso < "2025-03-05"; iso = addDays(iso, 1)) assert.equal(dayOf(day(iso)), iso);
});

test("days and moments in words", () => {
  assert.equal(longDay("2026-11-22", "fr"), "dimanche 22 novembre 2026");
  assert.equal(moment(new Date(2026, 10, 22, 9, 5).toISOString(), "fr"), "22/11/2026 à 09:05");
  assert.equal(isoOf(new Date(2026, 0, 3)), "2026-01-03");
  assert.equal(day("never"), "never");
  assert.equal(count(12_345, "fr"), "12\u202f345");
});

test("a NIR is spaced, and hidden but for what tells people apart", () => {
  assert.equal(nir("255081416802538"), "2\u00a055\u00a008\u00a014\u00a0168\u00a0025\u00a038");
  assert.equal(maskedNIR("255081416802538"), "2\u00a055\u00a0••\u00a0••\u00a0•••\u00a0025\u00a0••");
});
