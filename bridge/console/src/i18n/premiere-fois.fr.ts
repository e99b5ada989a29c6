// Words of the page « Premiers pas ».

export default {
  "premiers.texte": "Trois étapes, une seule fois par situation d’exercice.",
  "premiers.carte": "Carte CPS",
  "premiers.situation": "Situation d’exercice",
  "premiers.reglages": "Réglages du cabinet",
  "premiers.inserer": "Insérez la carte CPS dans le lecteur",
  "premiers.inserer.texte": "La carte est reconnue d’elle-même, en haut de la page.",
  "premiers.vue": "La carte CPS est là",
  "premiers.lire": "Lire la carte",
  "premiers.lire.texte": "Agrafe demandera votre code pour lire les situations d’exercice.",
  "premiers.situations": "Choisissez la situation à régler",
  "premiers.salarie": "Cette carte n’a aucun numéro pour facturer : elle est celle d’un salarié, dont l’employeur facture.",
  "premiers.pret": "Le cabinet est réglé",
  "premiers.pret.texte": "Vous pouvez facturer et signer sous ce numéro.",
} as const;
