// The draft as the screen builds it, and what the rules say of it.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { AMO, Cabinet, CardRights, Draft, Explication, FSESummary, Issue, Ligne, Personne } from "../../client/src/types";
import * as d from "../src/facturer/draft";
import { explanations } from "../src/facturer/explain";
import { faultsOf, fieldPaths, stepOf } from "../src/facturer/issues";
import { recentPatients } from "../src/facturer/patients";
import { cabinetFor } from "../src/facturer/practice";
import { acte } from "../src/facturer/quick";
import { isValid, rowOf, sentence } from "../src/facturer/tables";

const day = "2026-11-22";
const who: Personne = { ...d.nobody, nir: "251063417200151", nom: "ESSAI", prenom: "MARIE", naissance: { enCarte: "19510604", civile: null } };
const amo: AMO = { regime: "01", caisse: "349", centre: "9881", ald: false, ame: false, aspa: false };
const rights = (part: Partial<CardRights> = {}): CardRights => ({ beneficiaire: who, amo, c2s: false, demonstration: true, eventCounter: 1, source: "carte", ...part });
const typed = (part: Partial<Draft> = {}): Draft => ({ ...d.blank(day), beneficiaire: who, amo, ...part });

test("a new draft holds no work, and a patient or an act is some", () => {
  assert.equal(d.isWork(d.blank(day)), false);
  assert.equal(d.isWork(typed()), true);
  assert.equal(d.isWork(d.withActes(d.blank(day), [acte("g")])), true);
});

test("a person of the card brings rights, and tiers payant where the law has it", () => {
  const cases: [name: string, r: CardRights, want: Draft["tiersPayant"]][] = [
    ["plain", rights(), { amo: false, amc: false }],
    ["C2S", rights({ amc: { organisme: "99999997", contrat: d.c2s, adherent: "", part: "" } }), { amo: true, amc: true }],
    ["AME", rights({ amo: { ...amo, ame: true } }), { amo: true, amc: false }],
  ];
  for (const [name, r, want] of cases) assert.deepEqual(d.fromCard(d.blank(day), r).tiersPayant, want, name);
});

test("another patient takes nothing over from the one before", () => {
  const before = typed({ nature: { code: "smg", confirme: true, montantValide: 3000 }, doublonForce: "deux visites", actes: [acte("G")] });
  const after = d.fromCard(before, rights({ beneficiaire: { ...who, nir: "147065626000665", rang: 0 } }));
  assert.equal(after.nature.code, "maladie");
  assert.equal(after.doublonForce, "");
  assert.equal(after.beneficiaire.rang, 1);
  assert.equal(after.actes.length, 1);
});

test("degraded mode is « Non exonéré » unless a right is known", () => {
  const cases: [name: string, amo: AMO, want: string | undefined][] = [
    ["nothing known", amo, d.notExempted],
    ["ALD known", { ...amo, ald: true }, undefined],
    ["attestation chosen", { ...amo, attestation: "100-toutes" }, "100-toutes"],
    ["local régime", { ...amo, regimeLocal: "alsace-moselle" }, undefined],
  ];
  for (const [name, cover, want] of cases) assert.equal(d.degraded(typed({ amo: cover }), "carte-absente", "").amo.attestation, want, name);
});

test("degraded mode and back is the draft of before", () => {
  const back = d.secured(d.degraded(typed(), "autre", "lecteur prêté"));
  assert.equal(back.mode, "securise");
  assert.equal(back.degrade, null);
  assert.equal(back.amo.attestation, "");
});

test("an earlier SMG FSE gives the patient's own payer back", () => {
  const earlier = typed({ amo: { ...amo, ...d.smgPayer }, nature: { code: "smg", avant: { amo, nature: { code: "maladie" }, parcours: "T", tiersPayant: { amo: false, amc: false } } } });
  assert.equal(d.payer(d.fromEarlier(d.blank(day), earlier).amo), "01-349-9881");
});

test("an anonymous number takes the names away", () => {
  const anonymous = d.withPerson(typed(), { nir: "A555555349001" });
  assert.deepEqual([anonymous.beneficiaire.nom, anonymous.beneficiaire.prenom, anonymous.beneficiaire.nomFamille], ["", "", ""]);
});

test("the assuré is asked for where the patient is another person", () => {
  assert.notEqual(d.withPerson(typed(), { qualite: "6" }).assure, null);
  assert.equal(d.withPerson(d.withPerson(typed(), { qualite: "6" }), { qualite: "0" }).assure, null);
});

test("a contract of which nothing is left is none", () => {
  const some = d.withAMC(typed(), { organisme: "99999997" });
  assert.equal(some.amc?.organisme, "99999997");
  assert.equal(d.withAMC(some, { organisme: "" }).amc, null);
});

test("zeros of the daemon are what was not said", () => {
  const [a] = d.tidy(typed({ actes: [{ ...acte("G"), km: 0, coefficient: "0", quantite: 0 }] })).actes;
  assert.deepEqual(a, acte("G"));
  const [ik] = d.tidy(typed({ actes: [{ ...acte("IK"), km: 12, coefficient: "1.5", quantite: 2 }] })).actes;
  assert.deepEqual(ik, { ...acte("IK"), km: 12, coefficient: "1.5", quantite: 2 });
});

test("another nature forgets the data of the one before; the same keeps them", () => {
  const at = typed({ nature: { code: "at", numero: "123456789" } });
  assert.deepEqual(d.withNature(at, "maladie").nature, { code: "maladie" });
  assert.equal(d.withNature(at, "at"), at);
});

const issue = (code: string, chemin: string, bloquant = true): Issue => ({ code, chemin, bloquant, message: `${code} en ${chemin}` });

test("what is missing stands at its field only once one has asked to sign", () => {
  const errors = [issue("NIR_ABSENT", "beneficiaire.nir"), issue("NIR_CLE", "assure.nir")];
  const before = faultsOf(errors, [], false);
  assert.equal(before.at("beneficiaire.nir"), "");
  assert.equal(before.at("assure.nir"), "NIR_CLE en assure.nir");
  assert.equal(before.errors.length, 2);
  assert.equal(faultsOf(errors, [], true).at("beneficiaire.nir"), "NIR_ABSENT en beneficiaire.nir");
});

test("warnings are doubts, and block no step", () => {
  const faults = faultsOf([issue("KM_INTERDIT", "actes[0].km")], [issue("CENTRE_INCONNU", "amo.centre", false)], false);
  assert.equal(faults.doubt("amo.centre"), "CENTRE_INCONNU en amo.centre");
  assert.equal(faults.at("amo.centre"), "");
  assert.equal(faults.blocks("patient"), false);
  assert.equal(faults.blocks("facturation"), true);
});

test("issues of an act are those of its own row", () => {
  const faults = faultsOf([issue("A", "actes[1].code"), issue("B", "actes[10].code"), issue("C", "actes[1]")], [], false);
  assert.deepEqual(faults.under("actes[1]").map((i) => i.code), ["A", "C"]);
});

test("what has a panel of its own is not listed twice", () => {
  const faults = faultsOf([], [issue("SMG_PROPOSE", "nature.code", false)], false);
  assert.equal(faults.warnings.length, 0);
  assert.equal(faults.has("SMG_PROPOSE"), true);
});

test("the step and the places of a path", () => {
  const cases: [path: string, step: string][] = [["beneficiaire.nir", "patient"], ["amo", "patient"], ["degrade.motif", "patient"], ["amo.attestation", "facturation"], ["actes[0].code", "facturation"], ["tiersPayant.amo", "facturation"], ["professionnel.numeroAM", "facturation"]];
  for (const [path, step] of cases) assert.equal(stepOf(path), step, path);
  assert.deepEqual(fieldPaths("actes[0].km"), ["actes[0].km", "actes[0]", "actes"]);
  assert.deepEqual(fieldPaths("amo"), ["amo"]);
});

const why = (regle: string, montant: number): Explication => ({ regle, montant, libelle: regle, table: "tarifs", ligne: "G", certitude: "V" });
const line: Ligne = {
  acte: 0, code: "G", coefficient: "1", quantite: 1, date: day, taux: 70, exoneration: "0", honoraires: 3000, base: 3000, amo: 2100, amc: 0, patient: 900, nonPrisEnCharge: 0,
  explications: [why("TARIF", 3000), why("PART_AMO", 2100), why("PATIENT", 900)],
};

test("each amount has its own reasons; plain fees have those of the tariff", () => {
  const rules = (l: Ligne, a: Parameters<typeof explanations>[1]): string[] => explanations(l, a).map((e) => e.regle);
  assert.deepEqual(rules(line, "base"), ["TARIF"]);
  assert.deepEqual(rules(line, "honoraires"), ["TARIF"]);
  assert.deepEqual(rules(line, "amo"), ["PART_AMO"]);
  assert.deepEqual(rules(line, "amc"), []);
  assert.deepEqual(rules({ ...line, honoraires: 4000, explications: [...line.explications, why("DEPASSEMENT", 1000)] }, "honoraires"), ["DEPASSEMENT"]);
});

test("patients of earlier FSE, each once, by words without accents", () => {
  const row = (id: string, beneficiaire: string, numero?: string): FSESummary => ({
    id, beneficiaire, etat: "en-lot", certification: "S", dateSoins: day, honoraires: 0, amo: 0, amc: 0, patient: 0, ...(numero !== undefined && { numero }),
  });
  const list = [row("3", "Béatrice ESSAI"), row("2", "Paul AUTRE", "000000002"), row("1", "Béatrice ESSAI"), row("0", "")];
  const ids = (words: string): string[] => recentPatients(list, words).map((f) => f.id);
  assert.deepEqual(ids(""), ["3", "2"]);
  assert.deepEqual(ids("beatrice"), ["3"]);
  assert.deepEqual(ids("000000002"), ["2"]);
  assert.deepEqual(ids("personne"), []);
});

test("who bills is the holder of the CPS, or the only number there is", () => {
  const cabinet = (numeroAM: string, rpps: string): Cabinet => ({
    numeroAM, rpps, nom: "", prenom: "", specialite: "1", convention: 1, optam: false, zone: "metro", adresse: [], rattachement: { nom: "", adresse: [] },
  });
  const one = cabinet("991000015", "10000000001");
  const two = cabinet("991000023", "10000000002");
  assert.equal(cabinetFor([one, two], "810000000002"), two);
  assert.equal(cabinetFor([one, two], undefined), undefined);
  assert.equal(cabinetFor([one], "810000000009"), one);
  assert.equal(cabinetFor([], undefined), undefined);
  assert.equal(cabinetFor([one, { ...one, numeroAM: "991000031" }], "810000000001"), undefined);
});

test("rows of tables", () => {
  assert.deepEqual(rowOf(["code", "libelle"], ["G"]), { code: "G", libelle: "" });
  assert.equal(isValid({ valide_du: "2026-01-01", valide_au: "" }, day), true);
  assert.equal(isValid({ valide_du: "2026-12-01" }, day), false);
  assert.equal(isValid({ valide_au: "2026-11-22" }, day), true);
  assert.equal(sentence("MEDECIN TRAITANT"), "Medecin traitant");
  assert.equal(sentence("assuré"), "Assuré");
});
