package fse

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// tablesWithout returns the embedded tables with a text of one file replaced.
func tablesWithout(t *testing.T, file, from, to string) *tables.Set {
	t.Helper()
	m := fstest.MapFS{}
	dir := os.DirFS("tables/data")
	names, err := fs.Glob(dir, "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		b, err := fs.ReadFile(dir, name)
		if err != nil {
			t.Fatal(err)
		}
		if name == file {
			if !strings.Contains(string(b), from) {
				t.Fatalf("%s does not hold %q", name, from)
			}
			b = []byte(strings.Replace(string(b), from, to, 1))
		}
		m[name] = &fstest.MapFile{Data: b}
	}
	s, err := tables.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A rule that finds no row refuses: it never falls back on a number of its own.
func TestPriceRefusesWhatATableDoesNotGive(t *testing.T) {
	smg := newScript().draft
	smg.Nature, smg.TiersPayant.AMO = Nature{Code: SMG, Confirme: true}, true
	smg.Actes = []Acte{{Code: "G"}}
	plain := newScript().draft
	plain.Actes = []Acte{{Code: "G"}}
	outside := plain
	outside.Parcours = "S"
	kc := newScript().draft
	kc.Actes = []Acte{{Code: "KC", Coefficient: 6000}}
	tests := []struct {
		name           string
		d              *Draft
		file, from, to string
		code           string
	}{
		{"rate", &plain, "taux.csv", "\nbase,", "\nbasse,", CodeParametreAbsent},
		{"rate that ended", &plain, "taux.csv", "Taux de base,70,0,,", "Taux de base,70,0,,2024-12-31", CodeParametreAbsent},
		{"share of the majoration", &outside, "parametres.csv", "TAUX_MTM", "TAUX_MTN", CodeParametreAbsent},
		{"flat participation", &kc, "parametres.csv", "FORFAIT24,24.00", "FORFAIT25,24.00", CodeParametreAbsent},
		{"nature", &smg, "natures.csv", "smg,22", ",22", CodeParametreAbsent},
		{"payer of SMG", &smg, "organismes.csv", "08,835,0300", "08,835,0301", CodeOrganismeInconnu},
		{"last day of the table of 2022", &kc, "parametres.csv", "MILLESIME_2022", "MILLESIME_2021", CodeTarifAbsent},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if a := Price(tt.d, Context{}); a.Prix == nil {
				t.Fatalf("refused with all its tables: %v", a.Erreurs)
			}
			a := Price(tt.d, Context{Tables: tablesWithout(t, tt.file, tt.from, tt.to)})
			if a.Prix != nil || a.Erreurs[0].Code != tt.code {
				t.Errorf("got %+v", a)
			}
		})
	}
}

// Information that a table does not give is left out: it changes no amount.
func TestPriceGoesOnWithoutInformation(t *testing.T) {
	d := newScript().draft
	d.Actes = []Acte{{Code: "G"}}
	a := Price(&d, Context{Tables: tablesWithout(t, "parametres.csv", "PF,2.00", "PG,2.00"), Today: 20250808})
	if a.Prix == nil || a.Prix.Total.Retenue != 0 || a.Prix.Total.AMO != 2100 {
		t.Errorf("got %+v", a)
	}
	d.Beneficiaire.NIR, d.Beneficiaire.Naissance.Civile = nirOf(20250801), 20250801
	d.Actes = []Acte{{Code: "COE"}}
	a = Price(&d, Context{Tables: tablesWithout(t, "parametres.csv", "JOURS_MATERNITE", "JOURS")})
	if a.Prix == nil || len(a.Avertissements) != 0 {
		t.Errorf("got %+v", a)
	}
}

func TestExemptionByNatureOfATariff(t *testing.T) {
	for nature, want := range map[string]string{"C": "C", "7": "7"} {
		header := "code,libelle,specialites,secteur,zone,tarif,maj_nuit,maj_ferie,coefficient,coef_min,coef_max,entente_prealable," +
			"taux,tp_amo,exo_nature,categorie,apres_2022,valide_du,valide_au,source,certitude,note\n"
		set, err := tables.Default().WithOverride("tarifs", strings.NewReader(header+"ZZLB001,x,medecins,,metro,50.00,,,,,,,,,"+nature+",,,2025-01-01,,s,VS,\n"))
		if err != nil {
			t.Fatal(err)
		}
		d := newScript().draft
		d.Actes = []Acte{{Code: "ZZLB001"}}
		a := Price(&d, Context{Tables: set})
		if a.Prix == nil || a.Prix.Lignes[0].AMO != 5000 || a.Prix.Lignes[0].Exoneration != want || len(a.Avertissements) > 0 {
			t.Errorf("%s: %+v", nature, a)
		}
	}
}

func TestModifierThatIsAShareOfTheTariff(t *testing.T) {
	set, err := tables.Default().WithOverride("modificateurs_ccam", strings.NewReader(
		"code,libelle,montant,taux,valide_du,valide_au,source,certitude,note\nJ,j,,110,,,s,VS,\nK,k,,120,,,s,VS,\n"))
	if err != nil {
		t.Fatal(err)
	}
	d := newScript().draft
	d.Actes = []Acte{{Code: "QZGA002", CCAM: &LigneCCAM{Modificateurs: "JK"}}}
	// 41,80 × (100 + 10 + 20) % = 54,34
	if a := Price(&d, Context{Tables: set}); a.Prix == nil || a.Prix.Lignes[0].Base != 5434 {
		t.Errorf("got %+v", a)
	}
}

func TestANumberOfAccidentMadeOfSpacesIsNone(t *testing.T) {
	d := newScript().draft
	d.Nature = Nature{Code: AT, Numero: " \u00a0 "}
	d.TiersPayant.AMO = true
	d.Actes = []Acte{{Code: "G"}}
	a := Price(&d, Context{})
	if len(a.Erreurs) != 1 || a.Erreurs[0].Code != CodeATReference {
		t.Errorf("got %+v", a.Erreurs)
	}
}
