package virtual

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/testdata"
)

// open opens a demonstration card with the keys that the tests share.
func open(t testing.TB, name string) Card {
	t.Helper()
	spec, err := Load(testdata.Cards(), name)
	if err != nil {
		t.Fatal(err)
	}
	card, err := Open(*spec, TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func TestDemonstrationCards(t *testing.T) {
	names, err := Names(testdata.Cards())
	if err != nil {
		t.Fatal(err)
	}
	if len(names) < 27 {
		t.Errorf("%d demonstration cards, want 27 or more", len(names))
	}
	families := map[Kind]reader.Family{
		KindCPS2ter: reader.FamilyCPS2ter,
		KindCPS3:    reader.FamilyCPS3,
		KindCPS4:    reader.FamilyCPS4,
		KindVitale1: reader.FamilyVitale1,
		KindVitale2: reader.FamilyVitale2,
		KindUnknown: reader.FamilyUnknown,
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			spec, err := Load(testdata.Cards(), name)
			if err != nil {
				t.Fatal(err)
			}
			if spec.Name != name || spec.Title == "" {
				t.Errorf("name %q, title %q", spec.Name, spec.Title)
			}
			card, err := Open(*spec, TestKeyring())
			if err != nil {
				t.Fatal(err)
			}
			if want, ok := families[spec.Kind]; ok && reader.Identify(card.ATR()) != want {
				t.Errorf("recognised as %q, want %q", reader.Identify(card.ATR()), want)
			}
			if (spec.Kind == KindMute) != (card.ATR() == nil) {
				t.Errorf("answer to reset % X", card.ATR())
			}
		})
	}
}

// Each field of a card that opens, spoilt.
func TestOpenRefuses(t *testing.T) {
	tries, long := 4, strings.Repeat("A", 300)
	tests := []struct {
		name  string
		card  string
		spoil func(s *Spec)
		want  string
	}{
		{"holder's name", "infirmier", func(s *Spec) { s.Professional.Surname = "" }, "professionnel: nom, prenom and titre are required"},
		{"long name", "infirmier", func(s *Spec) { s.Professional.Surname = long }, "professionnel: nom, prenom and titre have at most 64 bytes"},
		{"national identifier", "infirmier", func(s *Spec) { s.Professional.NationalID = "8999" }, "professionnel.identifiantNational: must have 12 digits"},
		{"tries", "infirmier", func(s *Spec) { s.PIN.Tries = &tries }, "code.essais: must be 0 to 3"},
		{"update file", "infirmier", func(s *Spec) { s.Updated = &long }, "actua: must have at most 255 bytes"},
		{"situation's index", "infirmier", func(s *Spec) { s.Situations[0].Index = 16 }, "situation[0].index: must be 0 to 15, each once"},
		{"same index", "infirmier", func(s *Spec) { s.Situations = append(s.Situations, s.Situations[0]) }, "situation[1].index: must be 0 to 15, each once"},
		{"AM number", "infirmier", func(s *Spec) { s.Situations[0].NumeroAM = "1" }, "situation[0].numeroAM: must have 9 digits"},
		{"speciality", "infirmier", func(s *Spec) { s.Situations[0].Specialite = "A1" }, "situation[0].specialite: must have 2 digits"},
		{"convention", "infirmier", func(s *Spec) { s.Situations[0].Convention = 4 }, "situation[0].convention: must be 0, 1, 2, 3 or 9"},
		{"zone", "infirmier", func(s *Spec) { s.Situations[0].ZoneIK = "1" }, "situation[0].zoneTarif, zoneIK: must have 2 digits"},
		{"exercice", "infirmier", func(s *Spec) { s.Situations[0].Exercice = "X" }, "situation[0].exercice: must be L, S or R"},
		{"structure", "infirmier", func(s *Spec) { s.Situations[0].Structure = long }, "situation[0].structure: too long"},
		{"no beneficiary", "patient", func(s *Spec) { s.Persons = nil }, "personne: a Vitale needs a beneficiary"},
		{"accents", "patient", func(s *Spec) { s.Persons[0].Nom = "É" }, "personne[0]: nom and prenom must be upper case letters without accents, at most 30"},
		{"birth date", "patient", func(s *Spec) { s.Persons[0].Naissance = "1997-02-26" }, "personne[0].naissance: must have 8 digits, AAAAMMJJ"},
		{"validity", "patient", func(s *Spec) { s.Persons[0].DebutValidite = "1" }, "personne[0].debutValidite: must have 8 digits, AAAAMMJJ"},
		{"nationality", "patient", func(s *Spec) { s.Persons[0].Nationalite = long }, "personne[0].nationalite: must have at most 3 letters"},
		{"letters in a NIR", "patient", func(s *Spec) { s.Persons[0].NIR = "A5555550000zz00" }, "personne[0].nir: must have 13 characters and the right key"},
		{"centre", "patient", func(s *Spec) { s.Persons[0].Droits.Centre = "1" }, "personne[0].droits.centre: must have 4 digits"},
		{"régime local", "patient", func(s *Spec) { s.Persons[0].Droits.RegimeLocal = "alsace" }, "personne[0].droits.regimeLocal: must be alsace-moselle or frontalier"},
		{"exonération", "patient", func(s *Spec) { s.Persons[0].Droits.Exonere = "oui" }, "personne[0].droits.exonere: must be pension-militaire, invalidite or rente-at"},
		{"AMC", "patient", func(s *Spec) { s.Persons[0].Droits.AMC.Adherent = long }, "personne[0].droits.amc: too long"},
		{"NIR of the assuré", "patient", func(s *Spec) { s.Persons[0].Droits.NIRAssure = "1" }, "personne[0].droits.nirAssure: must have 13 characters and the right key"},
		{"short ATR", "patient", func(s *Spec) { s.ATR = Bytes{0x3B} }, "atr: must have 2 to 33 bytes"},
		{"ATR of a mute card", "carte-muette", func(s *Spec) { s.ATR = Bytes{0x3B, 0x00} }, "atr: a mute card has none"},
		{"no ATR", "carte-inconnue", func(s *Spec) { s.ATR = nil }, "atr: an unknown card needs one"},
		{"manners of an honest card", "patient", func(s *Spec) { s.Hostile = &Hostile{} }, "hostile: only a hostile card has manners"},
		{"persons of a CPS", "infirmier", func(s *Spec) { s.Persons = make([]Person, 1) }, "personne: only a vitale2 has beneficiaries"},
		{"code of a Vitale", "patient", func(s *Spec) { s.PIN.Code = "1234" }, "professionnel: only a cps3 or a cps4 has a holder, a code and situations"},
		{"no manners", "hostile-cps", func(s *Spec) { s.Hostile = nil }, "hostile: a hostile card needs its manners"},
		{"empty manners", "hostile-cps", func(s *Spec) { s.Hostile.Manners = nil }, "hostile.manieres: at least one is required"},
		{"unknown manner", "hostile-cps", func(s *Spec) { s.Hostile.Manners = []Manner{"rire"} }, "hostile.manieres: no such manner"},
		{"nothing to imitate", "hostile-cps", func(s *Spec) { s.Hostile.Imitates = "mute" }, "hostile.imite: no such kind of card"},
		{"status of a fault", "patient", func(s *Spec) { s.Faults = []FaultSpec{{Action: FaultStatus}} }, "panne[0].statut: must be 0x6000 to 0x9FFF"},
		{"delay of a fault", "patient", func(s *Spec) { s.Faults = []FaultSpec{{Action: FaultDelay}} }, "panne[0].delaiMs: must be 1 to 60000"},
		{"card of a fault", "patient", func(s *Spec) { s.Faults = []FaultSpec{{Action: FaultReplace}} }, "panne[0].carte: names no other card"},
		{"place of a fault", "patient", func(s *Spec) { s.Faults = []FaultSpec{{Action: FaultYank, At: -1}} }, "panne[0]: apdu must be 1 or more, ins one byte"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			spec := loadSpec(t, tt.card)
			tt.spoil(spec)
			_, err := Open(*spec, TestKeyring())
			if want := "cannot open the virtual card: " + tt.want; err == nil || err.Error() != want {
				t.Errorf("\ngot  %v\nwant %s", err, want)
			}
		})
	}
}

const minimalCPS = `demonstration = true
card = "cps3"
[professionnel]
identifiantNational = "899900000011"
nom = "ESSAI"
prenom = "CLAIRE"
titre = "Médecin"
[code]
valeur = "1234"
`

func TestLoadRefuses(t *testing.T) {
	tests := []struct {
		name, content, want string
	}{
		{"unknown key", "demonstration = true\ncard = \"mute\"\ncouleur = 1\n", `cannot load the virtual card "x": x.toml:3: unknown key "couleur"`},
		{"unknown key in a table", minimalCPS + "pin = 1\n", `cannot load the virtual card "x": x.toml:10: unknown key "code.pin"`},
		{"syntax", "demonstration = true\ncard = \n", `cannot load the virtual card "x": x.toml:2: toml: unexpected character U+000A at start of value`},
		{"not a demonstration", "card = \"mute\"\n", `cannot load the virtual card "x": x.toml: demonstration: must be true, virtual cards are for demonstration only`},
		{"no such kind", "demonstration = true\ncard = \"or\"\n", `cannot load the virtual card "x": x.toml: card: no such kind of card`},
		{"bad atr", "demonstration = true\ncard = \"unknown\"\natr = \"3G\"\n", `cannot load the virtual card "x": x.toml:3: toml: encoding/hex: invalid byte: U+0047 'G'`},
		{"no holder", "demonstration = true\ncard = \"cps3\"\n[code]\nvaleur = \"1234\"\n", `cannot load the virtual card "x": x.toml: professionnel: a CPS needs a holder`},
		{"code too long", minimalCPS[:len(minimalCPS)-len("\"1234\"\n")] + "\"12345\"\n", `cannot load the virtual card "x": x.toml: code.valeur: must have 4 digits`},
		{"bad fault", minimalCPS + "[[panne]]\naction = \"feu\"\n", `cannot load the virtual card "x": x.toml: panne[0].action: no such action`},
		{"fault of itself", minimalCPS + "[[panne]]\naction = \"echange\"\ncarte = \"x\"\n", `cannot load the virtual card "x": x: the cards of its faults lead back to it`},
		{"wrong NIR key", "demonstration = true\ncard = \"vitale2\"\n[[personne]]\nnir = \"297022A02077879\"\nnom = \"A\"\nprenom = \"B\"\nnaissance = \"19970226\"\n", `cannot load the virtual card "x": x.toml: personne[0].nir: must have 13 characters and the right key`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(fstest.MapFS{"x.toml": {Data: []byte(tt.content)}}, "x")
			if err == nil {
				t.Fatal("accepted")
			}
			if err.Error() != tt.want {
				t.Errorf("got  %s\nwant %s", err, tt.want)
			}
		})
	}
}
