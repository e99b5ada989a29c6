// Words around the guide.

export default {
  "aide.chapitres": "Chapitres de l’aide",
  "aide.suivant": "Chapitre suivant : {titre}",
  "aide.contacts": "Qui appeler, selon le sujet. Cette liste se remplit dans les réglages.",
  "aide.contacts.aucun": "Aucun contact n’est encore noté",
  "aide.clavier": "Tout se fait au clavier. « ? » montre les raccourcis de la page où vous êtes.",
} as const;
