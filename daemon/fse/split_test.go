package fse

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// outline is what a split draft is made of.
type outline struct {
	Nature, Parcours, Regime, Exonere string
	Actes                             string
}

func outlines(list []*Draft) []outline {
	var out []outline
	for _, d := range list {
		o := outline{d.Nature.Code, d.Parcours, d.AMO.Regime, d.AMO.Exonere, ""}
		for _, a := range d.Actes {
			o.Actes += a.Code + " "
			if a.Nature != "" || a.Parcours != "" {
				o.Actes += "(not settled) "
			}
		}
		out = append(out, o)
	}
	return out
}

func TestSplitOfAnSMGVisit(t *testing.T) {
	d := &newScript().draft
	smg, err := ConfirmSMG(d, AskSMG(d).Jeton)
	if err != nil {
		t.Fatal(err)
	}
	smg.Actes = []Acte{{Code: "G"}, {Code: "DEQP003", Nature: Maladie}, {Code: "MD"}}
	got := outlines(Split(smg))
	want := []outline{{SMG, "", "08", "", "G MD "}, {Maladie, "T", "01", PensionMilitaire, "DEQP003 "}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, part := range Split(smg) {
		part.TiersPayant.AMO = true
		if a := Price(part, Context{}); a.Prix == nil || a.Prix.Total.Patient != 0 {
			t.Errorf("%+v", a)
		}
	}
}

func TestSplitOfAnOrdinaryVisitAsksForConfirmation(t *testing.T) {
	d := &newScript().draft
	d.Actes = []Acte{{Code: "G"}, {Code: "DEQP003", Nature: SMG}}
	parts := Split(d)
	if diff := cmp.Diff([]outline{{Maladie, "T", "01", "", "G "}, {SMG, "T", "01", "", "DEQP003 "}}, outlines(parts)); diff != "" {
		t.Error(diff)
	}
	if a := Price(parts[1], Context{}); len(a.Erreurs) == 0 || a.Erreurs[0].Code != CodeSMGAConfirmer {
		t.Errorf("got %+v", a)
	}
}

func TestSplitByPathway(t *testing.T) {
	d := &newScript().draft
	d.Actes = []Acte{{Code: "G", Parcours: "S"}, {Code: "TCG"}, {Code: "MD", Parcours: "S", Nature: Prevention}}
	want := []outline{{Maladie, "S", "01", "", "G "}, {Maladie, "T", "01", "", "TCG "}, {Prevention, "S", "01", "", "MD "}}
	if diff := cmp.Diff(want, outlines(Split(d))); diff != "" {
		t.Error(diff)
	}
}

func TestSplitOfADraftThatMixesNothing(t *testing.T) {
	d := &newScript().draft
	d.Actes = []Acte{{Code: "G"}, {Code: "MD", Nature: Maladie, Parcours: "T"}}
	if diff := cmp.Diff([]outline{{Maladie, "T", "01", "", "G MD "}}, outlines(Split(d))); diff != "" {
		t.Error(diff)
	}
	d.Nature = Nature{Code: SMG} // SMG without a past: back to maladie as a pensioner
	d.AMO.Exonere = Invalidite
	if diff := cmp.Diff([]outline{{SMG, "T", "01", Invalidite, "G "}, {Maladie, "T", "01", Invalidite, "MD "}}, outlines(Split(d))); diff != "" {
		t.Error(diff)
	}
	if got := Split(&Draft{}); got != nil {
		t.Errorf("a draft without acts gives %v", got)
	}
}
