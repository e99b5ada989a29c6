package fse

import (
	"errors"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestConfirmSMG(t *testing.T) {
	d := &newScript().draft
	d.AMO.ALD, d.AMO.Exonere = true, Invalidite
	d.Actes = []Acte{{Code: "G"}}
	q := AskSMG(d)
	if q.Phrase != PhraseSMG || q.Destinataire != (Organisme{Regime: "08", Caisse: "835", Centre: "0300"}) {
		t.Errorf("question %+v", q)
	}
	smg, err := ConfirmSMG(d, q.Jeton)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(AMO{Regime: "08", Caisse: "835", Centre: "0300"}, smg.AMO); diff != "" {
		t.Error(diff)
	}
	if !smg.Nature.Confirme || smg.Parcours != "" || !smg.TiersPayant.AMO {
		t.Errorf("got %+v", smg)
	}
	if a := Price(smg, Context{}); a.Prix == nil || a.Prix.Total.AMO != 3000 || a.Prix.Destinataire.Regime != "08" {
		t.Errorf("got %+v", a)
	}
}

func TestConfirmSMGRefusesAnotherToken(t *testing.T) {
	d := &newScript().draft
	q := AskSMG(d)
	d.Actes = []Acte{{Code: "G"}}
	for _, token := range []string{q.Jeton, ""} {
		_, err := ConfirmSMG(d, token)
		var r *Refus
		if !errors.As(err, &r) || r.Issue.Code != CodeSMGJeton || err.Error() == "" {
			t.Errorf("got %v", err)
		}
	}
}

func TestConfirmSMGOfADraftThatSaysSMG(t *testing.T) {
	d := &newScript().draft
	d.Nature = Nature{Code: SMG}
	got, err := ConfirmSMG(d, AskSMG(d).Jeton)
	if err != nil || !got.Nature.Confirme || !got.TiersPayant.AMO || got.AMO.Regime != "08" || got.Parcours != "" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if again, err := ConfirmSMG(got, AskSMG(got).Jeton); err != nil || !reflect.DeepEqual(again, got) {
		t.Errorf("once more: %+v, %v", again, err)
	}
	if left := LeaveSMG(got); left.Nature.Code != Maladie || left.AMO != d.AMO || left.Parcours != d.Parcours || left.TiersPayant != d.TiersPayant {
		t.Errorf("left %+v", left)
	}
}

func TestConfirmSMGInDegradedModeIsNotExempted(t *testing.T) {
	d := ToDegrade(&newScript().draft, "carte-absente", "")
	d.AMO.ALD, d.AMO.Attestation = true, "100-toutes"
	got, err := ConfirmSMG(d, AskSMG(d).Jeton)
	if err != nil || got.AMO.Attestation != "non-exonere" || got.AMO.ALD {
		t.Errorf("got %+v, %v", got.AMO, err)
	}
}

func TestLeaveSMGOfAnOrdinaryDraftChangesNothing(t *testing.T) {
	d := &newScript().draft
	if diff := cmp.Diff(d, LeaveSMG(d), cmp.Transformer("empty", func(a []Acte) int { return len(a) })); diff != "" {
		t.Error(diff)
	}
}

func TestProposeSMG(t *testing.T) {
	d := &newScript().draft
	if ProposeSMG(d) {
		t.Error("proposed for a patient of the régime général")
	}
	d.AMO = AMO{Regime: "08", Caisse: "835", Centre: "0300"}
	if !ProposeSMG(d) {
		t.Error("not proposed for 08/835/0300")
	}
	d.Nature.Code = SMG
	if ProposeSMG(d) {
		t.Error("proposed twice")
	}
}

func TestCloneSharesNothing(t *testing.T) {
	h, c := Cents(3000), Cents(2500)
	d := &Draft{
		Professionnel: Professionnel{Remplace: &MedecinRemplace{NumeroAM: "991000023"}},
		Assure:        &Personne{NIR: "297022A02077878"}, AMC: &AMC{Organisme: "1"},
		Nature: Nature{Code: SMG, PlafondAttestation: &c, MontantValide: &c, ResteReconnu: &c,
			AccordCNMSS: &AccordCNMSS{Montant: 5}, Avant: &AvantSMG{Nature: Nature{Code: AT, MontantValide: &c}}},
		Actes:        []Acte{{Code: "G", Honoraires: &h, CCAM: &LigneCCAM{Activite: "1"}}},
		Degrade:      &Degradation{Motif: "rejet", Remplace: &Rejet{Numero: "1"}},
		Prescripteur: &Prescripteur{NumeroAM: "991000015"},
	}
	n := clone(d)
	if diff := cmp.Diff(d, n); diff != "" {
		t.Fatal(diff)
	}
	n.Professionnel.Remplace.NumeroAM, n.Assure.NIR, n.AMC.Organisme = "", "", ""
	*n.Nature.PlafondAttestation, n.Nature.AccordCNMSS.Montant, *n.Nature.Avant.Nature.MontantValide = 0, 0, 0
	*n.Actes[0].Honoraires, n.Actes[0].CCAM.Activite = 0, ""
	n.Degrade.Remplace.Numero, n.Prescripteur.NumeroAM = "", ""
	if d.Assure.NIR == "" || d.AMC.Organisme == "" || c != 2500 || h != 3000 || d.Actes[0].CCAM.Activite == "" ||
		d.Degrade.Remplace.Numero == "" || d.Prescripteur.NumeroAM == "" || d.Professionnel.Remplace.NumeroAM == "" || d.Nature.AccordCNMSS.Montant == 0 {
		t.Error("changing the copy changed the draft")
	}
}
