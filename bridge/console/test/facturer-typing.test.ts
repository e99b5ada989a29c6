// What is typed on the page « Facturer »: numbers, births, lines of acts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { birthDigits, birthText, cardDigits, dayOfCard, isLunar } from "../src/facturer/birth";
import { anonymousOf, bare, isAnonymous, progressOf, type Progress } from "../src/facturer/nir";
import { actsOf } from "../src/facturer/quick";

test("how far a NIR is", () => {
  const cases: [name: string, text: string, want: Progress][] = [
    ["nothing", "", "vide"],
    ["first digits", "2 51 06", "en-cours"],
    ["all but the key", "2510634172001", "en-cours"],
    ["right key", "2 51 06 34 172 001 51", "bon"],
    ["wrong key", "2 51 06 34 172 001 52", "cle"],
    ["Corsica 2A", "297022A02077878", "bon"],
    ["Corsica in lower case", "297022a02077878", "bon"],
    ["Corsica under way", "297022A", "en-cours"],
    ["Corsica with another key", "297022B02077878", "cle"],
    ["first digit 9", "9", "format"],
    ["a letter elsewhere", "25106A", "format"],
    ["month 20 of a foreign birth", "2512034172001", "en-cours"],
    ["anonymous", "A555555349001", "anonyme"],
    ["anonymous under way", "A5555", "en-cours"],
    ["another letter", "A12", "format"],
  ];
  for (const [name, text, want] of cases) assert.equal(progressOf(bare(text)), want, name);
});

test("a pasted number loses what stands between its digits", () => {
  assert.equal(bare("2\u00a051\u202f06.34-172 001 51"), "251063417200151");
  assert.equal(bare("251063417200151999"), "251063417200151");
});

test("anonymous numbers begin with the caisse where it is known", () => {
  assert.equal(anonymousOf("471"), "A555555471");
  assert.equal(anonymousOf(""), "A555555");
  assert.equal(isAnonymous("A555555471001"), true);
  assert.equal(isAnonymous("A555555471"), false);
});

test("births are written as JJ/MM/AAAA whatever the card's order", () => {
  const cases: [digits: string, want: string][] = [
    ["26021997", "26/02/1997"],
    ["19970226", "26/02/1997"],
    ["260297", "26/02/97"],
    ["00131950", "00/13/1950"],
    ["", ""],
    ["123", "123"],
  ];
  for (const [digits, want] of cases) assert.equal(birthText(digits), want, digits);
});

test("births are read, lunar dates too", () => {
  const cases: [text: string, want: string | null][] = [
    ["26/02/1997", "26021997"],
    ["6/2/1997", "06021997"],
    ["26021997", "26021997"],
    ["26-02-1997", "26021997"],
    ["31/02/1950", null],
    ["32/01/1950", null],
    ["29/02/1996", "29021996"],
    ["29/02/1997", null],
    ["31/13/1950", "31131950"],
    ["12/00/1950", "12001950"],
    ["00/00/1950", "00001950"],
    ["26/02/97", null],
    ["26/02/0197", null],
    ["hier", null],
  ];
  for (const [text, want] of cases) assert.equal(birthDigits(text), want, text);
});

test("lunar dates are told, days of the calendar are not", () => {
  const cases: [digits: string, want: boolean][] = [["29021996", false], ["29021997", true], ["00131950", true], ["19970226", false], ["", false]];
  for (const [digits, want] of cases) assert.equal(isLunar(digits), want, digits);
});

test("teleservices are asked with AAAAMMJJ", () => {
  assert.equal(cardDigits("26021997"), "19970226");
  assert.equal(cardDigits("19970226"), "19970226");
  assert.equal(cardDigits("00131950"), "19501300");
});

test("days of cards", () => {
  assert.equal(dayOfCard("20261231"), "2026-12-31");
  assert.equal(dayOfCard(""), "");
});

test("acts in a line", () => {
  const byKm = (code: string): boolean => code === "IK";
  const read = (text: string): string | null =>
    actsOf(text, byKm)?.map((a) => [a.quantite, a.code, a.coefficient, a.km !== undefined && `${a.km}km`].filter(Boolean).join(" ")).join(" | ") ?? null;
  const cases: [name: string, text: string, want: string | null][] = [
    ["one", "G", "G"],
    ["lower case", "gs", "GS"],
    ["two by spaces", "G MEG", "G | MEG"],
    ["two by plus", "G+MEG", "G | MEG"],
    ["kilometres", "VG IK 12", "VG | IK 12km"],
    ["coefficient", "K 50", "K 50"],
    ["coefficient with a comma", "AMI 1,5", "AMI 1.5"],
    ["quantity", "2 AMI 1,5", "2 AMI 1.5"],
    ["quantity of the second", "G 2x MEG", "G | 2 MEG"],
    ["CCAM", "ALQP003", "ALQP003"],
    ["nothing", "", ""],
    ["a quantity alone", "2", null],
    ["two measures", "K 50 12", null],
    ["a sign", "G ?", null],
  ];
  for (const [name, text, want] of cases) assert.equal(read(text), want, name);
});
