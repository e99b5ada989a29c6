package tables

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
	"testing/iotest"
)

// source returns the embedded files, free to be changed.
func source(t *testing.T) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	err := fs.WalkDir(embedded, "data", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := embedded.ReadFile(path)
		m[strings.TrimPrefix(path, "data/")] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// edit replaces a text of a file, once.
func edit(t *testing.T, m fstest.MapFS, name, from, to string) {
	t.Helper()
	b := m[name].Data
	if !bytes.Contains(b, []byte(from)) {
		t.Fatalf("%s does not hold %q", name, from)
	}
	m[name] = &fstest.MapFile{Data: bytes.Replace(b, []byte(from), []byte(to), 1)}
}

func TestEmbeddedTablesLoad(t *testing.T) {
	if _, err := defaultSet(); err != nil {
		t.Fatal(err)
	}
	first := Default()
	if again := Default(); again != first {
		t.Error("the tables are parsed twice")
	}
}

func TestEmbeddedTablesAreSound(t *testing.T) {
	for _, p := range Check(Default()) {
		t.Errorf("%s:%d %s %s", p.Table, p.Ligne, p.Code, p.Message)
	}
}

func TestEveryRowSaysWhereItWasSeen(t *testing.T) {
	for _, in := range Default().Tables() {
		n := 0
		for mark, count := range in.Certitude {
			if !mark.Valid() {
				t.Errorf("%s: %d rows marked %q", in.Nom, count, mark)
			}
			n += count
		}
		if n != in.Lignes || n == 0 || in.Titre == "" {
			t.Errorf("%+v", in)
		}
	}
}

func TestVersionNamesTheContent(t *testing.T) {
	m := source(t)
	same, err := Load(m)
	if err != nil {
		t.Fatal(err)
	}
	if same.Version() != Default().Version() || !strings.HasPrefix(same.Hash(), same.Version()[len("2026.1-"):]) {
		t.Errorf("versions %s and %s", same.Version(), Default().Version())
	}
	edit(t, m, "tarifs.csv", "30.00", "30.01")
	other, err := Load(m)
	if err != nil {
		t.Fatal(err)
	}
	if other.Version() == same.Version() {
		t.Error("another content has the same version")
	}
}

func TestLoadRefuses(t *testing.T) {
	tests := []struct {
		name, file, from, to string
		table                string
		line                 int
		column               string
	}{
		{"a missing column", "tarifs.csv", "code,libelle,", "code,lib,", "tarifs", 1, "libelle"},
		{"an unknown column", "tarifs.csv", "certitude,note", "certitude,note,more", "tarifs", 0, ""},
		{"an amount", "tarifs.csv", "26.50", "26.5x", "tarifs", 3, "tarif"},
		{"no amount", "tarifs.csv", "26.50", "", "tarifs", 3, "tarif"},
		{"a huge amount", "tarifs.csv", "26.50", "1000000.01", "tarifs", 3, "tarif"},
		{"a date", "tarifs.csv", "2023-11-01", "2023-11-31", "tarifs", 3, "valide_du"},
		{"a sector", "tarifs.csv", "S1-OPTAM", "S3", "tarifs", 2, "secteur"},
		{"a speciality", "tarifs.csv", "1|22|23", "1|x", "tarifs", 2, "specialites"},
		{"a speciality that is too large", "tarifs.csv", "1|22|23", "128", "tarifs", 2, "specialites"},
		{"a rate", "tarifs.csv", ",100,oui,", ",101,oui,", "tarifs", 37, "taux"},
		{"yes or no", "tarifs.csv", ",100,oui,", ",100,yes,", "tarifs", 37, "tp_amo"},
		{"a coefficient", "tarifs.csv", "0.80,1.50", "0.8.0,1.50", "tarifs", 62, "coef_min"},
		{"what becomes of an old row", "tarifs_2022.csv", "avertir", "oublier", "tarifs_2022", 2, "apres_2022"},
		{"an act twice", "actes.csv", "AKS,", "AKI,", "actes", 4, "code"},
		{"a supplement of no act", "associations.csv", "BDX,", "BDY,", "associations", 4, "code"},
		{"a supplement twice", "associations.csv", "BDX,", "ATD,", "associations", 4, "code"},
		{"a condition of no act", "conditions.csv", "MEG,", "MEH,", "conditions", 2, "code"},
		{"an unknown condition", "conditions.csv", "MEG,age,", "MEG,taille,", "conditions", 2, "condition"},
		{"an age", "conditions.csv", "0-5", "0-x", "conditions", 2, "valeur"},
		{"a lower age", "conditions.csv", "0-5", "x-5", "conditions", 2, "valeur"},
		{"an hour", "conditions.csv", "20:00-08:00", "21:00-08:00", "conditions", 14, "valeur"},
		{"a unit", "parametres.csv", "EUR", "USD", "parametres", 2, "unite"},
		{"a number", "parametres.csv", ",40,POURCENT", ",4x,POURCENT", "parametres", 7, "valeur"},
		{"an overlap", "parametres.csv", "2005-01-01,2024-05-14", "2005-01-01,2024-05-15", "parametres", 3, ""},
		{"no key", "taux.csv", "ame,", ",", "taux", 2, "cle"},
		{"the meaning of a qualifier", "qualificatifs.csv", "gratuit", "cadeau", "qualificatifs", 8, "sens"},
		{"a speciality that is no number", "specialites.csv", "\n1,", "\nx,", "specialites", 3, "code"},
		{"a modifier that is a sum and a share", "modificateurs_ccam.csv", "26.88,", "26.88,110", "modificateurs_ccam", 2, "taux"},
		{"a share of a modifier", "modificateurs_ccam.csv", "26.88,", ",x", "modificateurs_ccam", 2, "taux"},
		{"a table of labels without code", "zones.csv", "code", "kode", "zones", 1, "code"},
		{"a label twice", "motifs_degrade.csv", "lecteur", "autre", "motifs_degrade", 6, ""},
		{"a date of a table that is only listed", "adresses_papiers.csv", ",,,CPAM", ",x,,CPAM", "adresses_papiers", 2, "valide_du"},
		{"a payer", "organismes.csv", "01,011,0000", "01,0110,000", "organismes", 2, "centre"},
		{"text that is not UTF-8", "zones.csv", "SANS OBJET", "SANS \xff", "zones", 2, "libelle"},
		{"a quote", "zones.csv", "SANS OBJET", "SANS \"OBJET", "zones", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := source(t)
			edit(t, m, tt.file, tt.from, tt.to)
			_, err := Load(m)
			var te *Error
			if !errors.As(err, &te) {
				t.Fatalf("got %v", err)
			}
			if te.Table != tt.table || tt.line != 0 && te.Line != tt.line || tt.column != "" && te.Column != tt.column {
				t.Errorf("got %+v", te)
			}
			if !strings.HasPrefix(err.Error(), "cannot load the table "+tt.table) || errors.Unwrap(err) == nil {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestLoadNamesAMissingFile(t *testing.T) {
	for _, name := range []string{"version.txt", "taux.csv"} {
		m := source(t)
		delete(m, name)
		if _, err := Load(m); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := source(t)
	m["zones.csv"] = &fstest.MapFile{}
	if _, err := Load(m); !errors.Is(err, errEmpty) {
		t.Errorf("an empty file: %v", err)
	}
}

const tarifHeader = "code,libelle,specialites,secteur,zone,tarif,maj_nuit,maj_ferie,coefficient,coef_min,coef_max,entente_prealable,taux,tp_amo,exo_nature,categorie,apres_2022,valide_du,valide_au,source,certitude,note\n"

func TestOverrideOfATariff(t *testing.T) {
	base := Default()
	o, err := base.WithOverride("tarifs.csv", strings.NewReader(tarifHeader+
		"G,Tarif du cabinet,medecins,,metro,31.00,,,,,,,,,,,,2025-01-01,2025-12-31,convention locale,VS,\n"+
		"ZZZZ001,Acte du cabinet,medecins,,metro,12.00,,,,,,,,,,,,2025-01-01,,CCAM,V,\n"))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		set  *Set
		on   Date
		want Cents
		from string
	}{
		{"the practice's price on its days", o, 20250808, 3100, "tarifs (local)"},
		{"the published price before", o, 20241231, 3000, "tarifs"},
		{"the published price after", o, 20260101, 3000, "tarifs"},
		{"the first set is unchanged", base, 20250808, 3000, "tarifs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := tt.set.Acte("G")
			p, why := a.Tarif(tt.on, 1, Secteur1Optam, "metro")
			if why != Trouve || p.Prix != tt.want || p.Ref.Table != tt.from {
				t.Errorf("got %+v", p)
			}
		})
	}
	if a, ok := o.Acte("ZZZZ001"); !ok || !a.CCAM || !a.Principal || a.Type != "ccam" {
		t.Errorf("the new act is %+v", a)
	}
	if _, ok := base.Acte("ZZZZ001"); ok {
		t.Error("the first set has the new act")
	}
	if o.Version() == base.Version() || !strings.Contains(o.Version(), "+local-") {
		t.Errorf("version %s", o.Version())
	}
	if p := Check(o); len(p) > 0 {
		t.Errorf("problems %v", p)
	}
	twice, err := o.WithOverride("tarifs", strings.NewReader(tarifHeader))
	if err != nil || strings.Count(twice.Version(), "+local") != 1 || twice.Version() == o.Version() {
		t.Errorf("version %s, %v", twice.Version(), err)
	}
}

func TestOverrideOfPayers(t *testing.T) {
	o, err := Default().WithOverride("organismes", strings.NewReader(
		"regime,caisse_health_fund,centre,dest_organism,cti_computer_center,name,zip,city\n01,131,1234,131,014,MARSEILLE NORD,13000,MARSEILLE\n"))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := o.Organisme("01", "131", "1234")
	if !ok || p.Libelle != "MARSEILLE NORD" || p.CTI != "014" || p.Ref.Certitude != VuSecond {
		t.Errorf("got %+v", p)
	}
	if _, ok := Default().Organisme("01", "131", "1234"); ok {
		t.Error("the first set has the new payer")
	}
	if p := Check(o); len(p) > 0 {
		t.Errorf("problems %v", p)
	}
}

func TestOverrideOfModifiers(t *testing.T) {
	o, err := Default().WithOverride("modificateurs_ccam", strings.NewReader(
		"code,libelle,montant,taux,valide_du,valide_au,source,certitude,note\nM,Modificateur M,27.00,,2025-01-01,,CCAM,V,\nJ,Majoration J,,110,2025-01-01,,CCAM,V,\n"))
	if err != nil {
		t.Fatal(err)
	}
	if m, ok := o.Modificateur("M", 20250808); !ok || m.Montant != 2700 {
		t.Errorf("got %+v", m)
	}
	if m, ok := o.Modificateur("J", 20250808); !ok || m.Taux != 110 {
		t.Errorf("got %+v", m)
	}
	if m, _ := Default().Modificateur("M", 20250808); m.Montant != 2688 {
		t.Errorf("the first set has %+v", m)
	}
}

func TestOverrideRefuses(t *testing.T) {
	tests := []struct{ name, table, csv string }{
		{"a table of the rules", "taux", "cle\n"},
		{"no header", "tarifs", ""},
		{"other columns", "tarifs", "code,prix\nG,31\n"},
		{"other columns of the modifiers", "modificateurs_ccam", "kode\nM\n"},
		{"a bad row", "tarifs", tarifHeader + "G,x,medecins,,metro,x,,,,,,,,,,,,,,s,V,\n"},
		{"a broken line", "organismes", "regime\n01,02\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var te *Error
			if _, err := Default().WithOverride(tt.table, strings.NewReader(tt.csv)); !errors.As(err, &te) {
				t.Errorf("got %v", err)
			}
		})
	}
	boom := errors.New("boom")
	if _, err := Default().WithOverride("tarifs", iotest.ErrReader(boom)); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

func FuzzOverride(f *testing.F) {
	f.Add("tarifs", tarifHeader+"G,x,1|22,S2,metro,31,1,2,oui,0.5,6,oui,100,oui,C,imagerie,avertir,2025-01-01,,s,V,n\n")
	f.Add("organismes", "regime,caisse_health_fund,centre,dest_organism,cti_computer_center,name,zip,city\n01,131,1234,131,014,M,13000,M\n")
	f.Add("modificateurs_ccam", "code,libelle,montant,taux,valide_du,valide_au,source,certitude,note\nM,m,,110,,,s,V,\n")
	f.Fuzz(func(t *testing.T, name, csv string) {
		o, err := Default().WithOverride(name, strings.NewReader(csv))
		if err != nil {
			var te *Error
			if !errors.As(err, &te) {
				t.Fatalf("error %v", err)
			}
			return
		}
		Check(o)
		o.Search("G 2025")
	})
}
