// A draft as the screen builds it. All functions give another draft; none changes one.

import type { AMC, AMO, Acte, Cabinet, CardRights, Draft, Nature, Personne, Prix, Professionnel } from "../../../client/src/types";
import { become } from "./act-keys";
import { isAnonymous } from "./nir";

export const nobody: Personne = { nir: "", nom: "", nomFamille: "", prenom: "", naissance: { enCarte: "", civile: null }, rang: 1, qualite: "0" };

const noCover: AMO = { regime: "", caisse: "", centre: "", ald: false, ame: false, aspa: false };
const maladie: Nature = { code: "maladie" };
const unknownPro: Professionnel = { numeroAM: "", rpps: "", specialite: "", convention: 0, optam: false, zone: "", remplace: null };

/** c2s is the type of contract of the complémentaire santé solidaire. */
export const c2s = "89";
export const notExempted = "non-exonere"; // of the table attestations
export const smgPayer = { regime: "08", caisse: "835", centre: "0300" };

/** blank is a new draft at a day. */
export const blank = (day: string): Draft => ({
  mode: "securise", dateSoins: day, professionnel: unknownPro, beneficiaire: nobody, assure: null, amo: noCover, amc: null,
  nature: maladie, accidentTiers: null, parcours: "", tiersPayant: { amo: false, amc: false }, actes: [], degrade: null,
});

/**
 * tidy takes the zeros out of a draft that came from the daemon, where they stand for what was
 * not said: fields then show their defaults. One that begins with a reject of another software
 * says nothing but its reason.
 */
export const tidy = (d: Draft): Draft => ({
  ...d,
  nature: (d.nature.code as string) === "" ? maladie : d.nature,
  amo: d.mode === "degrade" && !hasPatient(d) ? notRead(d.amo) : d.amo,
  beneficiaire: { ...d.beneficiaire, rang: d.beneficiaire.rang === 0 ? 1 : d.beneficiaire.rang },
  actes: d.actes.map((a) => become(a, tidyActe(a))),
});

const tidyActe = ({ km, coefficient, quantite, ...a }: Acte): Acte => ({
  ...a,
  ...(km !== undefined && km !== 0 && { km }),
  ...(coefficient !== undefined && Number(coefficient) !== 0 && { coefficient }),
  ...(quantite !== undefined && quantite !== 0 && { quantite }),
});

/** billedBy is what a draft says of the professional of a practice. */
export const billedBy = (c: Cabinet): Professionnel => ({
  numeroAM: c.numeroAM, rpps: c.rpps, specialite: c.specialite, convention: c.convention, optam: c.optam, zone: c.zone, remplace: null,
  ...(c.structure !== undefined && { structure: c.structure }),
});

/** hasPatient says whether somebody was chosen or typed. */
export function hasPatient({ beneficiaire: b }: Draft): boolean {
  return b.nir !== "" || b.nom !== "" || b.prenom !== "" || b.nomFamille !== "" || b.naissance.enCarte !== "";
}

/** isWork says whether a draft holds work that must not be lost. */
export const isWork = (d: Draft): boolean => d.actes.length > 0 || hasPatient(d);

/** isWorthKeeping says whether it is enough to begin an FSE that the daemon keeps: an act, or a patient that one could find again. */
export const isWorthKeeping = (d: Draft): boolean =>
  d.actes.length > 0 || d.beneficiaire.nir.length >= 10 || d.beneficiaire.nom.trim().length >= 2 || d.beneficiaire.nomFamille.trim().length >= 2;

/** A card's patient changes who pays and how: what was said of the patient before is forgotten. */
function about(d: Draft, part: Pick<Draft, "mode" | "degrade" | "beneficiaire" | "assure" | "amo" | "amc">): Draft {
  const given = part.amc?.contrat === c2s;
  return {
    ...d, ...part, nature: maladie, doublonForce: "", parcours: "",
    // C2S and AME come with tiers payant by law: ticked, and shown so.
    tiersPayant: { amo: given || part.amo.ame, amc: given },
  };
}

/** fromCard takes a person of the Vitale with their rights. */
export const fromCard = (d: Draft, r: CardRights): Draft =>
  about(d, tidy({ ...d, mode: "securise", degrade: null, beneficiaire: r.beneficiaire, assure: r.assure ?? null, amo: r.amo, amc: r.amc ?? null }));

/** fromEarlier takes the patient and the rights of an earlier FSE; SMG is not taken over. */
export function fromEarlier(d: Draft, earlier: Draft): Draft {
  const rights = earlier.nature.avant ?? earlier;
  const amo = d.mode === "degrade" ? notRead(rights.amo) : rights.amo;
  return about(d, { mode: d.mode, degrade: d.degrade, beneficiaire: earlier.beneficiaire, assure: earlier.assure, amo, amc: earlier.amc });
}

/** fromADRi takes the answer of the teleservice; the mode and the pathway stay. */
export const fromADRi = (d: Draft, r: CardRights): Draft => ({
  ...about(d, { mode: d.mode, degrade: d.degrade, beneficiaire: r.beneficiaire, assure: r.assure ?? null, amo: r.amo, amc: r.amc ?? null }),
  parcours: d.parcours,
});

/** withoutPatient forgets the patient and keeps the acts. */
export const withoutPatient = (d: Draft): Draft => about(d, { mode: "securise", degrade: null, beneficiaire: nobody, assure: null, amo: noCover, amc: null });

/** notRead are rights that nobody has read today: « Non exonéré » unless an attestation or a right is known. */
function notRead(a: AMO): AMO {
  const known = a.ald || a.aspa || a.ame || (a.regimeLocal ?? "") !== "" || (a.exonere ?? "") !== "" || (a.attestation ?? "") !== "";
  return known ? a : { ...a, attestation: notExempted };
}

/** degraded makes a draft one with the CPS alone, as fse.degrade does. */
export const degraded = (d: Draft, motif: string, precision: string): Draft => ({
  ...d, mode: "degrade", degrade: { motif, precision, remplace: d.degrade?.remplace ?? null }, amo: notRead(d.amo),
});

/** secured takes a draft back to the mode with Vitale. */
export const secured = (d: Draft): Draft => ({
  ...d, mode: "securise", degrade: null, amo: d.amo.attestation === notExempted ? { ...d.amo, attestation: "" } : d.amo,
});

/** withPerson changes the patient; an anonymous number takes the names away. */
export function withPerson(d: Draft, part: Partial<Personne>): Draft {
  const next = { ...d.beneficiaire, ...part };
  const beneficiaire = isAnonymous(next.nir) ? { ...next, nom: "", nomFamille: "", prenom: "" } : next;
  const assure = beneficiaire.qualite === "0" || beneficiaire.qualite === "" ? null : (d.assure ?? { ...nobody, qualite: "" });
  return { ...d, beneficiaire, assure };
}

export const withAMO = (d: Draft, part: Partial<AMO>): Draft => ({ ...d, amo: { ...d.amo, ...part } });

/** withAMC changes the contract; one of which nothing is left is none. */
export function withAMC(d: Draft, part: Partial<AMC>): Draft {
  const amc = { organisme: "", contrat: "", adherent: "", part: "", ...d.amc, ...part };
  const empty = amc.organisme === "" && amc.contrat === "" && amc.adherent === "";
  return { ...d, amc: empty ? null : amc };
}

export const withActe = (d: Draft, at: number, part: Partial<Acte>): Draft => ({ ...d, actes: d.actes.map((a, i) => (i === at ? become(a, { ...a, ...part }) : a)) });
export const withoutActe = (d: Draft, at: number): Draft => ({ ...d, actes: d.actes.filter((_, i) => i !== at) });
export const withActes = (d: Draft, acts: readonly Acte[]): Draft => ({ ...d, actes: [...d.actes, ...acts] });

/** withNature changes the nature; the data of another one go. */
export const withNature = (d: Draft, code: Nature["code"]): Draft => (d.nature.code === code ? d : { ...d, nature: { code } });

export const withNatureData = (d: Draft, part: Partial<Nature>): Draft => ({ ...d, nature: { ...d.nature, ...part } });

export const isSMG = (d: Draft): boolean => d.nature.code === "smg";

/** covered is the amount that the CNMSS would pay without the maximum of the attestation. */
export const covered = (p: Prix): number => p.total.amo + p.total.nonPrisEnCharge;

/** payer writes an organism: 08-835-0300. */
export const payer = (o: { readonly regime: string; readonly caisse: string; readonly centre: string }): string =>
  [o.regime, o.caisse, o.centre].filter((p) => p !== "").join("-");

/** personName is a person as one calls them: DUPONT Marie. */
export const personName = (p: Personne): string => [p.nom === "" ? p.nomFamille : p.nom, p.prenom].filter((s) => s !== "").join(" ");
