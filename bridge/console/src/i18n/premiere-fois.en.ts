import type fr from "./premiere-fois.fr";

const en: Readonly<Record<keyof typeof fr, string>> = {
  "premiers.texte": "Three steps, once for each place of practice.",
  "premiers.carte": "CPS card",
  "premiers.situation": "Place of practice",
  "premiers.reglages": "Settings of the practice",
  "premiers.inserer": "Insert the CPS card in the reader",
  "premiers.inserer.texte": "The card is recognised by itself, at the top of the page.",
  "premiers.vue": "The CPS card is there",
  "premiers.lire": "Read the card",
  "premiers.lire.texte": "Agrafe will ask for your code to read the places of practice.",
  "premiers.situations": "Choose the one to set up",
  "premiers.salarie": "This card has no number to bill under: it is that of an employee, whose employer bills.",
  "premiers.pret": "The practice is set up",
  "premiers.pret.texte": "You can invoice and sign under this number.",
};

export default en;
