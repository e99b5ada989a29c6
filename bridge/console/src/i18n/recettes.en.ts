import type fr from "./recettes.fr";

const en: Readonly<Record<keyof typeof fr, string>> = {
  "recettes.quand": "Time",
  "recettes.aujourdhui": "Today",
  "recettes.hier": "Yesterday",
  "recettes.semaine": "7 days",
  "recettes.mois": "This month",
  "recettes.mois-dernier": "Last month",
  "recettes.du": "From",
  "recettes.au": "To",
  "recettes.du-au": "From {du} to {au}, by day of care",
  "recettes.dates.manquent": "Give both days.",
  "recettes.dates.ordre": "The last day is before the first.",
  "recettes.dates.long": "The time has at most 92 days.",
  "recettes.total": "Fees",
  "recettes.sans-prix": "{n} paper sheet without a price is not counted. | {n} paper sheets without a price are not counted.",
  "recettes.rien": "No takings",
  "recettes.rien-encaisse": "No payment noted.",
  "recettes.par-jour": "Day by day",
  "recettes.a-signer": "FSE “to sign” are counted too: the care was given.",
  "recettes.graphe": "Fees by day over {n} days, at most {montant}. The table has the same figures.",
  "recettes.graphe.legende": "Fees by day of care",
  "recettes.col.jour": "Day",
  "recettes.col.fse": "FSE",
  "recettes.col.patient": "Patients’ share",
  "recettes.imprimer": "Print the day",
  "recettes.imprimer.jour": "Print {jour}",
  "recettes.voir": "See the FSE of {jour}",
  "recettes.paiements": "Payments of {jour}",
  "recettes.encaisser": "Payment…",
};

export default en;
