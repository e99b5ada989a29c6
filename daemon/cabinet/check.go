package cabinet

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// The codes of what Check finds. They are stable: a code is never renamed nor given
// another meaning.
const (
	CodeNumeroAM     = "CABINET_NUMERO"
	CodeRPPS         = "CABINET_RPPS"
	CodeNom          = "CABINET_NOM"
	CodeSpecialite   = "CABINET_SPECIALITE"
	CodeConvention   = "CABINET_CONVENTION"
	CodeOPTAM        = "CABINET_OPTAM"
	CodeZone         = "CABINET_ZONE"
	CodeStructure    = "CABINET_STRUCTURE"
	CodeExercice     = "CABINET_EXERCICE"
	CodeAdresse      = "CABINET_ADRESSE"
	CodeRattachement = "CABINET_RATTACHEMENT"
	CodeRegime       = "CABINET_REGIME"
	CodeFermeture    = "CABINET_FERMETURE"
	CodeContact      = "CABINET_CONTACT"
	CodeTexte        = "CABINET_TEXTE"
)

// Bounds. Six lines of 38 characters are what a French postal address has (M: the norm
// NF Z 10-011); the others are ours.
const (
	maxLines    = 6
	maxLine     = 38
	maxText     = 80
	maxContacts = 20
)

// Check gives every fault of c, by the tables of the day today. Those that are not
// Bloquant are to be looked at, and may stay.
func Check(c Cabinet, t *tables.Set, today fse.Date) []fse.Issue {
	k := checker{tables: t, today: today}
	k.professional(&c)
	k.address("adresse", CodeAdresse, c.Adresse)
	k.caisse("rattachement", c.Rattachement)
	for _, regime := range sortedKeys(c.ParRegime) {
		path := "parRegime." + regime
		if _, ok := t.Regime(regime, today); !ok {
			k.fault(CodeRegime, path, "Régime « %s » inconnu : donnez les deux chiffres d’un régime de la table.", regime)
		}
		k.caisse(path, c.ParRegime[regime])
	}
	if c.Fermeture != "" && !hour(c.Fermeture) {
		k.fault(CodeFermeture, "fermeture", "L’heure de clôture des lots s’écrit HH:MM, de 00:00 à 23:59.")
	}
	if len(c.Contacts) > maxContacts {
		k.fault(CodeContact, "contacts", "Trop de contacts : %d au plus.", maxContacts)
		c.Contacts = c.Contacts[:maxContacts]
	}
	for i, one := range c.Contacts {
		k.contact("contacts["+strconv.Itoa(i)+"]", one)
	}
	return k.found
}

func sortedKeys(m map[string]Caisse) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// checker gathers what it finds.
type checker struct {
	tables *tables.Set
	today  fse.Date
	found  []fse.Issue
}

func (k *checker) fault(code, path, message string, values ...any) {
	k.found = append(k.found, fse.Issue{Code: code, Chemin: path, Message: fmt.Sprintf(message, values...), Bloquant: true})
}

func (k *checker) professional(c *Cabinet) {
	if !digits(c.NumeroAM, 9) {
		k.fault(CodeNumeroAM, "numeroAM", "Le numéro d’assurance maladie du professionnel doit avoir 9 chiffres.")
	}
	if !digits(c.RPPS, 11) {
		k.fault(CodeRPPS, "rpps", "Le numéro RPPS doit avoir 11 chiffres.")
	}
	if strings.TrimSpace(c.Nom) == "" {
		k.fault(CodeNom, "nom", "Le nom du professionnel manque.")
	}
	if _, ok := k.tables.Specialite(c.Specialite, k.today); !ok {
		k.fault(CodeSpecialite, "specialite", "Spécialité inconnue : donnez un code de la table des spécialités.")
	}
	switch {
	case c.Convention < 0 || c.Convention > 3:
		k.fault(CodeConvention, "convention", "Convention inconnue : 0 aucune, 1 secteur 1, 2 secteur 1 avec DP, 3 secteur 2.")
	case c.OPTAM && c.Convention < 2:
		k.found = append(k.found, fse.Issue{Code: CodeOPTAM, Chemin: "optam", // a warning, as for an FSE
			Message: "L’OPTAM ne concerne que les praticiens qui ont droit à dépassement : vérifiez la convention."})
	}
	if !k.tables.HasZone(c.Zone) {
		k.fault(CodeZone, "zone", "Aucun tarif n’est connu pour cette zone : mettez metro, ou saisissez ses tarifs dans la table locale.")
	}
	if c.Structure != "" && !finess(c.Structure) {
		k.fault(CodeStructure, "structure", "Le numéro FINESS a 9 caractères : des chiffres, ou 2A ou 2B puis 7 chiffres pour la Corse.")
	}
	if !slices.Contains([]string{"", "L", "S", "R"}, c.Exercice) {
		k.fault(CodeExercice, "exercice", "Mode d’exercice inconnu : L libéral, S salarié, R remplaçant.")
	}
	for _, f := range [][2]string{{"titre", c.Titre}, {"nom", c.Nom}, {"prenom", c.Prenom}, {"telephone", c.Telephone}, {"imprimante", c.Imprimante}} {
		k.text(f[0], f[1], maxText)
	}
}

// text finds fault with what no paper can show.
func (k *checker) text(path, s string, most int) {
	if utf8.RuneCountInString(s) > most || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		k.fault(CodeTexte, path, "Ce texte ne peut pas être imprimé : %d caractères au plus, sans retour à la ligne ni tabulation.", most)
	}
}

// address finds fault with the lines of an address.
func (k *checker) address(path, code string, lines []string) {
	if len(lines) == 0 || len(lines) > maxLines {
		k.fault(code, path, "L’adresse a de 1 à %d lignes.", maxLines)
	}
	for i, line := range lines[:min(len(lines), maxLines)] {
		at := path + "[" + strconv.Itoa(i) + "]"
		if strings.TrimSpace(line) == "" {
			k.fault(code, at, "Cette ligne de l’adresse est vide : retirez-la.")
		}
		k.text(at, line, maxLine)
	}
}

func (k *checker) caisse(path string, c Caisse) {
	if strings.TrimSpace(c.Nom) == "" {
		k.fault(CodeRattachement, path+".nom", "Le nom de la caisse manque : les feuilles et les bordereaux lui sont envoyés.")
	}
	k.text(path+".nom", c.Nom, maxLine)
	k.address(path+".adresse", CodeRattachement, c.Adresse)
}

func (k *checker) contact(path string, c Contact) {
	if strings.TrimSpace(c.Sujet) == "" || strings.TrimSpace(c.Nom) == "" {
		k.fault(CodeContact, path, "Un contact a un sujet et un nom.")
	}
	if c.Telephone == "" && c.Courriel == "" && c.Site == "" {
		k.fault(CodeContact, path, "Un contact a un téléphone, une adresse de courriel ou un site.")
	}
	if at := strings.Index(c.Courriel, "@"); c.Courriel != "" && (at < 1 || at == len(c.Courriel)-1 || strings.ContainsAny(c.Courriel, " <>")) {
		k.fault(CodeContact, path+".courriel", "Cette adresse de courriel n’est pas complète.")
	}
	if u, err := url.Parse(c.Site); c.Site != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil) {
		k.fault(CodeContact, path+".site", "L’adresse du site commence par https:// et ne contient pas de mot de passe.")
	}
	for _, f := range [][2]string{{"sujet", c.Sujet}, {"nom", c.Nom}, {"telephone", c.Telephone}, {"courriel", c.Courriel}} {
		k.text(path+"."+f[0], f[1], maxText)
	}
	k.text(path+".site", c.Site, 3*maxText)
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}

// finess tells whether s has the form of a FINESS number: the département, of which
// those of Corsica have a letter, and 7 digits. Its key is not checked.
func finess(s string) bool {
	if strings.HasPrefix(s, "2A") || strings.HasPrefix(s, "2B") {
		return digits(s[2:], 7)
	}
	return digits(s, 9)
}

// hour tells whether s is an hour of the day: HH:MM.
func hour(s string) bool {
	h, m, ok := strings.Cut(s, ":")
	return ok && digits(h, 2) && digits(m, 2) && h < "24" && m < "60"
}
