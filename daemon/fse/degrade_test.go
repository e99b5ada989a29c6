package fse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestToDegrade(t *testing.T) {
	d := &newScript().draft
	d.Actes = []Acte{{Code: "G"}}
	got := ToDegrade(d, "carte-muette", "")
	if got.Mode != Degrade || got.AMO.Attestation != "non-exonere" || got.Degrade.Motif != "carte-muette" || Certification(got) != "D" {
		t.Errorf("got %+v", got)
	}
	if d.Mode != Securise || d.Degrade != nil {
		t.Error("the draft itself changed")
	}
	if a := Price(got, Context{}); a.Prix == nil || a.Prix.Total.AMO != 2100 {
		t.Errorf("got %+v", a)
	}
}

func TestToDegradeKeepsRightsThatWereRead(t *testing.T) {
	d := &newScript().draft
	d.AMO.ALD = true
	if got := ToDegrade(d, "lecteur", ""); got.AMO.Attestation != "" || !got.AMO.ALD {
		t.Errorf("got %+v", got.AMO)
	}
	d.AMO = AMO{Regime: "01", Attestation: "100-toutes"}
	if got := ToDegrade(d, "lecteur", ""); got.AMO.Attestation != "100-toutes" {
		t.Errorf("got %+v", got.AMO)
	}
}

func TestRemake(t *testing.T) {
	c := Cents(3000)
	d := &newScript().draft
	d.Actes = []Acte{{Code: "G"}}
	d.DoublonForce = "seen twice"
	d.Nature.MontantValide, d.Nature.ResteReconnu = &c, &c
	r := Rejet{Numero: "000000123", Date: 20250808, Libelle: "bénéficiaire inconnu", Externe: true}

	got := Remake(d, r, Degrade)
	if diff := cmp.Diff(&Degradation{Motif: "rejet", Precision: "bénéficiaire inconnu", Remplace: &r}, got.Degrade); diff != "" {
		t.Error(diff)
	}
	if got.DoublonForce != "" || got.Nature.MontantValide != nil || got.Nature.ResteReconnu != nil {
		t.Errorf("the new draft keeps what was said of the old one: %+v", got)
	}
	if a := Check(got, Context{}); len(a.Erreurs)+len(a.Avertissements) > 0 {
		t.Errorf("got %+v", a)
	}

	again := Remake(got, r, Securise)
	if again.Mode != Securise || again.Degrade != nil || again.Actes[0].Code != "G" {
		t.Errorf("got %+v", again)
	}
}

func TestRemadeInvoiceIsADuplicateUnlessTheOriginalWasRejected(t *testing.T) {
	d := &newScript().draft
	d.Actes = []Acte{{Code: "G"}}
	n := Remake(d, Rejet{Numero: "000000123"}, Degrade)
	for state, refused := range map[State]bool{
		Brouillon: false, ASigner: false, Signee: true, EnLot: true, Transmise: true, Acquittee: true, SansARLAttendu: true,
		Payee: true, PayeePartiellement: true, Rejetee: false, Remplacee: false, Annulee: false, Papier: true,
	} {
		a := Price(n, Context{Passees: []Passee{{Numero: "000000123", Etat: state, Draft: d}}})
		if (a.Prix == nil) != refused {
			t.Errorf("%s: %+v", state, a.Erreurs)
		}
	}
}

func TestSameBeneficiary(t *testing.T) {
	person := func(nir string, born Date, rank int) *Draft {
		return &Draft{DateSoins: 20250808, Beneficiaire: Personne{NIR: nir, Naissance: Naissance{Civile: born}, Rang: rank}}
	}
	child := person("", 20150101, 1)
	child.Assure = &Personne{NIR: "297022A02077878"}
	garbled := person("297022A02077878", 0, 1)
	garbled.Beneficiaire.Naissance.EnCarte = "?"
	tests := []struct {
		name string
		a, b *Draft
		want bool
	}{
		{"same number and birth", person("297022A02077878", 19970226, 1), person("2 97 02 2A 020 778 78", 19970226, 0), true},
		{"birth not known in one", person("297022A02077878", 0, 1), person("297022A02077878", 19970226, 1), true},
		{"twins", person("297022A02077878", 20150101, 1), person("297022A02077878", 20150101, 2), false},
		{"brother and sister", person("297022A02077878", 20150101, 1), person("297022A02077878", 20170101, 1), false},
		{"child known by the parent's number", child, person("297022A02077878", 20150101, 1), true},
		{"another number", person("297022A02077878", 0, 1), person("255081416802538", 0, 1), false},
		{"wrong numbers", person("x", 0, 1), person("x", 0, 1), false},
		{"birth that can't be read", garbled, person("297022A02077878", 0, 1), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := sameBeneficiary(tt.a, tt.b); got != tt.want {
				t.Errorf("got %v", got)
			}
		})
	}
}
