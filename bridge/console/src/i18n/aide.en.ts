import type fr from "./aide.fr";

const en: Readonly<Record<keyof typeof fr, string>> = {
  "aide.chapitres": "Chapters of the help",
  "aide.suivant": "Next chapter: {titre}",
  "aide.contacts": "Whom to call, by subject. The list is filled in the settings.",
  "aide.contacts.aucun": "No contact is written down yet",
  "aide.clavier": "Everything can be done with the keyboard. “?” shows the shortcuts of the page where you are.",
};

export default en;
