import assert from "node:assert/strict";
import { test } from "node:test";
import type { Cabinet, Issue } from "../../client/src/types";
import { AgrafeError, Diagnosis } from "../../client/src/index";
import { read } from "../src/preferences";
import { faultAt, problemOf } from "../src/problem";
import { bills, choicesOf, issueAt, keptOf, knownAddresses, linesOf, merged, textOf, tidy, timeOf, withText } from "../src/reglages/cabinet";

const cabinet: Cabinet = {
  numeroAM: "991000015", rpps: "99900000011", nom: "ESSAI", prenom: "CLAIRE", specialite: "01", convention: 1, optam: false, zone: "metro",
  adresse: ["1 rue de la Démonstration", "75000 PARIS"], rattachement: { nom: "CPAM", adresse: ["2 rue X"] },
};

test("settings are sent without blanks and without what is empty", () => {
  const typed: Cabinet = {
    ...cabinet,
    adresse: linesOf(" 1 rue X \n\n75000 PARIS\n"),
    contacts: [{ sujet: "paiement", nom: " " }, { sujet: "facturation", nom: " Aide ", telephone: "", courriel: "a@b.fr" }],
    parRegime: { "08": { nom: " CNMSS ", adresse: ["", "TOULON"] } },
  };
  assert.deepEqual(tidy(typed), {
    ...cabinet,
    adresse: ["1 rue X", "75000 PARIS"],
    contacts: [{ sujet: "facturation", nom: "Aide", courriel: "a@b.fr" }],
    parRegime: { "08": { nom: "CNMSS", adresse: ["TOULON"] } },
  });
  assert.deepEqual(tidy(tidy(typed)), tidy(typed), "twice is once");
  assert.equal(textOf(cabinet.adresse), "1 rue de la Démonstration\n75000 PARIS");
});

test("an optional field that is emptied is absent", () => {
  assert.deepEqual(withText(withText(cabinet, "titre", "Dr"), "titre", ""), cabinet);
});

test("an issue is found at its field, whatever the form of its path", () => {
  const issue = (chemin: string): Issue => ({ bloquant: true, chemin, code: "X", message: chemin });
  const rows = [
    { name: "itself", chemin: "adresse", path: "adresse", found: true },
    { name: "a line of it", chemin: "adresse.0", path: "adresse", found: true },
    { name: "brackets", chemin: "contacts[0].nom", path: "contacts.0.nom", found: true },
    { name: "slashes", chemin: "/rattachement/nom", path: "rattachement.nom", found: true },
    { name: "a name that only begins alike", chemin: "nom", path: "n", found: false },
  ];
  for (const { name, chemin, path, found } of rows) assert.equal(issueAt([issue(chemin)], path), found ? chemin : "", name);
});

test("hours are read as people type them", () => {
  const rows = [["19h30", "19:30"], ["1930", "19:30"], ["9", "09:00"], ["19:30", "19:30"], ["soir", "soir"], ["", ""]] as const;
  for (const [typed, want] of rows) assert.equal(timeOf(typed), want, typed);
});

test("tables give addresses and choices by the names of their columns", () => {
  const table = { colonnes: ["regime", "caisse", "adresse", "source"], rangees: [["01", "471", "CPAM de X, 2 rue Y, 47914 AGEN", "leaflet"]] };
  assert.deepEqual(knownAddresses(table), [{ id: "01471", caisse: { nom: "CPAM de X", adresse: ["2 rue Y", "47914 AGEN"] }, source: "leaflet" }]);
  const codes = { colonnes: ["code", "libelle", "medecin"], rangees: [["1", "MEDECINE GENERALE", "oui"], ["24", "INFIRMIER", ""]] };
  assert.deepEqual(choicesOf(codes, (row) => row.medecin === "oui"), [{ value: "01", label: "01 · MEDECINE GENERALE" }]);
});

test("the card read again changes what the card says, and nothing else", () => {
  const kept = { ...cabinet, telephone: "01 00 00 00 00" };
  const card = { ...cabinet, nom: "AUTRE", adresse: [], rattachement: { nom: "", adresse: [] } };
  assert.deepEqual(merged(kept, card), { ...kept, nom: "AUTRE" });
  assert.equal(merged(undefined, card), card);
});

test("preferences that a browser kept are read with care", () => {
  const rows = [
    { name: "nothing", text: null, want: { lang: "fr", theme: "auto", letters: true } },
    { name: "all", text: '{"lang":"en","theme":"dark","letters":false}', want: { lang: "en", theme: "dark", letters: false } },
    { name: "unknown values", text: '{"lang":"de","theme":"pink"}', want: { lang: "fr", theme: "auto", letters: true } },
    { name: "no JSON", text: "{", want: { lang: "fr", theme: "auto", letters: true } },
    { name: "null", text: "null", want: { lang: "fr", theme: "auto", letters: true } },
  ];
  for (const { name, text, want } of rows) assert.deepEqual(read(text), want, name);
});

test("no failure reaches the screen raw", () => {
  const known = problemOf(new AgrafeError({ kind: "no-card", code: "CARTE_ABSENTE", message: "Il n’y a pas de carte." }));
  assert.equal(known.message, "Il n’y a pas de carte.");
  assert.match(known.advice, /Insérez la carte/);
  const strange = problemOf(new TypeError("x is not a function"));
  assert.doesNotMatch(strange.message + strange.advice, /function/);
  assert.equal(problemOf(new Diagnosis("LNA_DENIED")).advice, "");
});

test("a failure is told at its field", () => {
  const error = new AgrafeError({
    kind: "invalid", code: "FACTURE", message: "La facture est refusée.", path: "/id",
    issues: [{ bloquant: true, chemin: "amo.caisse", code: "CAISSE", message: "Caisse inconnue." }],
  });
  assert.equal(faultAt(error, "amo.caisse"), "Caisse inconnue.");
  assert.equal(faultAt(error, "id"), "La facture est refusée.");
  assert.equal(faultAt(error, "amo"), "");
  assert.equal(faultAt(new Error("x"), "id"), "");
});

test("a remplaçant bills under a number that no card tells, an employee under none", () => {
  const of = (numeroAM: string, exercice: string, rpps = "99900000045"): Cabinet => ({ ...cabinet, numeroAM, exercice, rpps });
  const rows = [
    { name: "self-employed", c: of("991000015", "L"), want: true },
    { name: "a remplaçant", c: of("", "R"), want: true },
    { name: "an employee", c: of("", "S"), want: false },
  ];
  for (const { name, c, want } of rows) assert.equal(bills(c), want, name);
  const mine = of("991000049", "R");
  const kept = [of("991000015", "L"), of("991000023", "R", "99900000011"), mine];
  assert.equal(keptOf(of("", "R"), kept), mine, "those of the same person as a remplaçant");
  assert.equal(keptOf(of("991000015", "L"), kept), kept[0]);
  assert.equal(keptOf(of("", "R", "99900000099"), kept), undefined);
});
