package fse

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// The pages that a billing expert reads: a visit outside the pathway, a refusal, an
// SMG invoice with a maximum, a degraded one.
func TestWriteText(t *testing.T) {
	smg := newScript().draft
	c := Cents(2500)
	smg.Nature = Nature{Code: SMG, Confirme: true, PlafondAttestation: &c}
	smg.TiersPayant.AMO = true
	smg.Actes = []Acte{{Code: "G"}}

	outside := newScript().draft
	outside.Parcours = "S"
	outside.Actes = []Acte{{Code: "VG"}, {Code: "MD"}, {Code: "IK", Km: 12}, {Code: "KC", Coefficient: 6000}}

	degraded := newScript().draft
	degraded.Mode, degraded.Degrade = Degrade, &Degradation{Motif: "carte-absente"}
	degraded.AMO = AMO{Regime: "01", Caisse: "131", Centre: "1234", Attestation: "non-exonere"}
	degraded.Actes = []Acte{{Code: "TCG", Quantite: 2}}

	special := newScript().draft
	special.AMO = AMO{Regime: "10", Caisse: "980", Centre: "2101", Taux: 85}
	special.Actes = []Acte{{Code: "G"}}

	spared := newScript().draft
	spared.Parcours = "S"
	spared.AMC = &AMC{Organisme: "99999997", Contrat: "01", Part: "60TM"}
	spared.TiersPayant = TiersPayant{AMO: true, AMC: true}
	fees := Cents(4000)
	spared.Actes = []Acte{{Code: "G", Honoraires: &fees, Qualificatif: "DE"}, {Code: "TCG", Quantite: 3}, {Code: "RDV"}}

	child := newScript().draft
	child.Parcours = "S"
	child.Beneficiaire.Naissance.Civile = 20200226
	child.Actes = []Acte{{Code: "G"}}

	refused := newScript().draft
	refused.Actes = []Acte{{Code: "QQQ"}}

	for name, d := range map[string]*Draft{"smg": &smg, "hors-parcours": &outside, "degrade": &degraded, "taux-saisi": &special, "refus": &refused, "hors-parcours-tiers-payant": &spared, "hors-parcours-enfant": &child, "rien": nil} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			if err := Price(d, Context{}).WriteText(&b); err != nil {
				t.Fatal(err)
			}
			for _, private := range []string{"ADRTROIS", "297022A020778"} {
				if strings.Contains(b.String(), private) {
					t.Error("the page shows who the patient is")
				}
			}
			golden(t, "text/"+name+".txt", b.Bytes())
		})
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestWriteTextGivesTheErrorOfTheWriter(t *testing.T) {
	if err := Price(nil, Context{}).WriteText(fullDisk{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
