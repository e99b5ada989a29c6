package cabinet

import (
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var today, _ = tables.MakeDate(2026, 6, 16)

// sound is a practice without fault. Its professional is invented.
func sound() Cabinet {
	return Cabinet{
		NumeroAM: "991000015", RPPS: "99900000011", Titre: "Docteur", Nom: "EXEMPLE", Prenom: "Camille",
		Specialite: "01", Convention: 1, Zone: "metro", Structure: "991234567", Exercice: "L",
		Adresse: []string{"1 rue de l’Essai", "99000 MODÈLE"}, Telephone: "01 99 00 00 00",
		Rattachement: Caisse{Nom: "Caisse d’essai", Adresse: []string{"2 rue de l’Essai", "99000 MODÈLE CEDEX 9"}},
		ParRegime:    map[string]Caisse{"08": {Nom: "CNMSS/DSBP", Adresse: []string{"247 avenue Jacques Cartier", "83090 TOULON CEDEX 9"}}},
		Fermeture:    "19:30",
		Contacts:     []Contact{{Sujet: "paiement", Nom: "Espace Pro", Site: "https://example.org/"}},
	}
}

func TestCheck(t *testing.T) {
	long := strings.Repeat("é", 39)
	tests := []struct {
		name   string
		change func(*Cabinet)
		want   []string // code and path
	}{
		{"sound", func(*Cabinet) {}, nil},
		{"38 characters of two bytes", func(c *Cabinet) { c.Adresse[0] = strings.Repeat("é", 38) }, nil},
		{"Corsica", func(c *Cabinet) { c.Structure = "2A1234567" }, nil},
		{"number too short", func(c *Cabinet) { c.NumeroAM = "99100001" }, []string{"CABINET_NUMERO numeroAM"}},
		{"number with a letter", func(c *Cabinet) { c.NumeroAM = "99100001A" }, []string{"CABINET_NUMERO numeroAM"}},
		{"number of other digits", func(c *Cabinet) { c.NumeroAM = "٩٩١" }, []string{"CABINET_NUMERO numeroAM"}},
		{"RPPS", func(c *Cabinet) { c.RPPS = "" }, []string{"CABINET_RPPS rpps"}},
		{"no name", func(c *Cabinet) { c.Nom = " " }, []string{"CABINET_NOM nom"}},
		{"name on two lines", func(c *Cabinet) { c.Nom = "A\nB" }, []string{"CABINET_TEXTE nom"}},
		{"speciality", func(c *Cabinet) { c.Specialite = "ZZ" }, []string{"CABINET_SPECIALITE specialite"}},
		{"convention", func(c *Cabinet) { c.Convention = 4 }, []string{"CABINET_CONVENTION convention"}},
		{"zone without tariffs", func(c *Cabinet) { c.Zone = "20" }, []string{"CABINET_ZONE zone"}},
		{"FINESS", func(c *Cabinet) { c.Structure = "2C1234567" }, []string{"CABINET_STRUCTURE structure"}},
		{"FINESS of Corsica, too long", func(c *Cabinet) { c.Structure = "2B12345678" }, []string{"CABINET_STRUCTURE structure"}},
		{"exercice", func(c *Cabinet) { c.Exercice = "X" }, []string{"CABINET_EXERCICE exercice"}},
		{"no address", func(c *Cabinet) { c.Adresse = nil }, []string{"CABINET_ADRESSE adresse"}},
		{"seven lines", func(c *Cabinet) { c.Adresse = strings.Split("a b c d e f g", " ") }, []string{"CABINET_ADRESSE adresse"}},
		{"an empty line", func(c *Cabinet) { c.Adresse[1] = "" }, []string{"CABINET_ADRESSE adresse[1]"}},
		{"39 characters", func(c *Cabinet) { c.Adresse[0] = long }, []string{"CABINET_TEXTE adresse[0]"}},
		{"no caisse", func(c *Cabinet) { c.Rattachement = Caisse{} },
			[]string{"CABINET_RATTACHEMENT rattachement.nom", "CABINET_RATTACHEMENT rattachement.adresse"}},
		{"régime", func(c *Cabinet) { c.ParRegime["8"] = c.ParRegime["08"] }, []string{"CABINET_REGIME parRegime.8"}},
		{"caisse of a régime", func(c *Cabinet) { c.ParRegime["01"] = Caisse{Nom: "A"} }, []string{"CABINET_RATTACHEMENT parRegime.01.adresse"}},
		{"24:00", func(c *Cabinet) { c.Fermeture = "24:00" }, []string{"CABINET_FERMETURE fermeture"}},
		{"9:30", func(c *Cabinet) { c.Fermeture = "9:30" }, []string{"CABINET_FERMETURE fermeture"}},
		{"19h30", func(c *Cabinet) { c.Fermeture = "19h30" }, []string{"CABINET_FERMETURE fermeture"}},
		{"contact without a subject", func(c *Cabinet) { c.Contacts[0].Sujet = "" }, []string{"CABINET_CONTACT contacts[0]"}},
		{"contact without a way", func(c *Cabinet) { c.Contacts[0].Site = "" }, []string{"CABINET_CONTACT contacts[0]"}},
		{"http", func(c *Cabinet) { c.Contacts[0].Site = "http://example.org" }, []string{"CABINET_CONTACT contacts[0].site"}},
		{"javascript", func(c *Cabinet) { c.Contacts[0].Site = "javascript:alert(1)" }, []string{"CABINET_CONTACT contacts[0].site"}},
		{"courriel", func(c *Cabinet) { c.Contacts[0].Courriel = "@example.org" }, []string{"CABINET_CONTACT contacts[0].courriel"}},
		{"too many contacts", func(c *Cabinet) { c.Contacts = make([]Contact, 1000) }, nil}, // counted below
		{"several", func(c *Cabinet) { c.RPPS, c.Fermeture = "", "x" }, []string{"CABINET_RPPS rpps", "CABINET_FERMETURE fermeture"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c := sound()
			test.change(&c)
			var got []string
			for _, issue := range Check(c, tables.Default(), today) {
				got = append(got, issue.Code+" "+issue.Chemin)
				if issue.Message == "" || !issue.Bloquant || strings.Contains(issue.Message, "%!") {
					t.Errorf("%+v", issue)
				}
			}
			if len(c.Contacts) > maxContacts {
				if len(got) != 1+2*maxContacts {
					t.Errorf("%d faults in too many contacts", len(got))
				}
				return
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// OPTAM without free fees is a warning, as it is for an FSE.
func TestOPTAM(t *testing.T) {
	c := sound()
	c.OPTAM = true
	want := []fse.Issue{{Code: CodeOPTAM, Chemin: "optam", Message: "L’OPTAM ne concerne que les praticiens qui ont droit à dépassement : vérifiez la convention."}}
	if diff := cmp.Diff(want, Check(c, tables.Default(), today)); diff != "" {
		t.Error(diff)
	}
	for _, convention := range []int{2, 3} {
		if c.Convention = convention; len(Check(c, tables.Default(), today)) != 0 {
			t.Errorf("convention %d", convention)
		}
	}
}

// No practice makes Check panic, and a sound one stays sound with any printable text
// that is short enough.
func TestLawCheck(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		c := Cabinet{}
		text := rapid.String()
		c.NumeroAM, c.RPPS, c.Nom, c.Structure, c.Fermeture, c.Zone = text.Draw(r, "a"), text.Draw(r, "b"), text.Draw(r, "c"), text.Draw(r, "d"), text.Draw(r, "e"), text.Draw(r, "f")
		c.Specialite, c.Adresse = text.Draw(r, "g"), rapid.SliceOf(text).Draw(r, "h")
		c.Contacts = []Contact{{Sujet: text.Draw(r, "i"), Courriel: text.Draw(r, "j"), Site: text.Draw(r, "k")}}
		if len(Check(c, tables.Default(), today)) == 0 {
			r.Error("a practice without a caisse is sound")
		}
		s := sound()
		s.Nom = rapid.StringMatching(`[A-Z’ é-]{0,40}[A-Z]`).Draw(r, "nom")
		if found := Check(s, tables.Default(), today); len(found) != 0 {
			r.Errorf("%v", found)
		}
	})
}
