package main

import (
	"os"
	"strings"
)

// catalog is the tray's words in one language. Every field must be set in every
// language: a test looks.
type catalog struct {
	Title     string
	Down      string // the service can't be reached
	NoService string // the card service is down
	NoReader  string
	Ready     string
	Working   string // a card is being read
	Attention string
	Absent    string
	Mute      string
	Unknown   string
	CPS       string
	Vitale    string
	Reading   string
	ToSign    string // %d
	Lots      string // %d
	Demo      string
	Quit      string
	QuitHint  string
}

var french = catalog{
	Title:     "Agrafe",
	Down:      "Service injoignable, nouvel essai…",
	NoService: "Service des cartes arrêté",
	NoReader:  "Aucun lecteur",
	Ready:     "Prêt",
	Working:   "Lecture d'une carte…",
	Attention: "Une carte demande votre attention",
	Absent:    "vide",
	Mute:      "carte muette ou à l'envers",
	Unknown:   "carte inconnue",
	CPS:       "CPS",
	Vitale:    "Carte Vitale",
	Reading:   "lecture…",
	ToSign:    "%d FSE à signer",
	Lots:      "%d lots à transmettre",
	Demo:      "démonstration",
	Quit:      "Quitter",
	QuitHint:  "Ferme cette icône ; le service continue.",
}

var english = catalog{
	Title:     "Agrafe",
	Down:      "Service unreachable, trying again…",
	NoService: "Card service stopped",
	NoReader:  "No reader",
	Ready:     "Ready",
	Working:   "Reading a card…",
	Attention: "A card needs your attention",
	Absent:    "empty",
	Mute:      "mute card, or upside down",
	Unknown:   "unknown card",
	CPS:       "CPS",
	Vitale:    "Carte Vitale",
	Reading:   "reading…",
	ToSign:    "%d FSE to sign",
	Lots:      "%d lots to transmit",
	Demo:      "demonstration",
	Quit:      "Quit",
	QuitHint:  "Closes this icon; the service goes on.",
}

// language is the user's, French unless the session says English.
func language() *catalog {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			if strings.HasPrefix(value, "en") {
				return &english
			}
			break
		}
	}
	return &french
}
