// Which rule explains which amount of a line.

import type { Explication, Ligne } from "../../../client/src/types";

export type Amount = "honoraires" | "base" | "amo" | "amc" | "patient" | "nonPrisEnCharge";

/** Rules by the amount that they give; one that is not here explains the base. */
const amounts: Readonly<Record<string, Amount>> = {
  DEPASSEMENT: "honoraires",
  PART_AMO: "amo",
  PART_AMO_TAUX_SAISI: "amo",
  PART_AMO_ATTESTATION: "amo",
  MTM_DEDUITE: "amo",
  MTM_INFORMATION: "amo",
  SANS_MTM_TAUX: "amo",
  SANS_MTM_NON_REMBOURSE: "amo",
  SANS_MTM_AGE: "amo",
  FORFAIT: "amo",
  FORFAIT_REGIME_LOCAL: "amo",
  SUPPLEMENT_SMG: "amo",
  RETENUE: "amo",
  PART_AMC_C2S: "amc",
  PART_AMC: "amc",
  PART_AMC_AME: "amc",
  PATIENT: "patient",
  PLAFOND_SMG: "nonPrisEnCharge",
};

const amountOf = (e: Explication): Amount => amounts[e.regle] ?? "base";

/** explanations are those of one amount of a line. Fees that nothing explains are the tariff. */
export function explanations(line: Ligne, amount: Amount): readonly Explication[] {
  const own = line.explications.filter((e) => amountOf(e) === amount);
  if (own.length > 0 || amount !== "honoraires") return own;
  return line.honoraires === line.base ? explanations(line, "base") : [];
}
