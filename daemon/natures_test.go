package daemon

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// SMG is ticked in two steps, and unticking gives back all that it replaced.
func TestSMGAsksFirst(t *testing.T) {
	r := newRig(t)
	before := r.create(ehr, consultation(fse.Securise))
	q, err := r.d.AskSMG(ehr, before.ID)
	if err != nil || q.Phrase == "" || q.Destinataire.Regime+q.Destinataire.Caisse+q.Destinataire.Centre != "088350300" {
		t.Fatalf("the question: %+v, %v", q, err)
	}
	if f, err := r.d.GetFSE(ehr, before.ID); err != nil || f.Draft.Nature.Code != "maladie" {
		t.Errorf("asking changed the nature to %q, %v", f.Draft.Nature.Code, err)
	}
	_, err = r.d.ConfirmSMG(t.Context(), ehr, before.ID, "not the token")
	wantKind(t, err, state.Invalid, "")
	f, err := r.d.ConfirmSMG(t.Context(), ehr, before.ID, q.Jeton)
	if err != nil || f.Draft.Nature.Code != fse.SMG || f.Draft.AMO.Caisse != "835" || !f.Draft.TiersPayant.AMO {
		t.Errorf("confirmed: %+v, %v", f.Draft, err)
	}
	_, err = r.d.ConfirmSMG(t.Context(), other, before.ID, q.Jeton)
	wantKind(t, err, state.NotFound, "")
	f, err = r.d.LeaveSMG(t.Context(), ehr, before.ID)
	if err != nil || f.Draft.Nature.Code != "maladie" || f.Draft.AMO != before.Draft.AMO || f.Draft.Parcours != before.Draft.Parcours || f.Draft.TiersPayant != before.Draft.TiersPayant {
		t.Errorf("left: %+v, %v", f.Draft, err)
	}
}

// A mixed visit becomes linked FSE in one action.
func TestSplitMixedVisit(t *testing.T) {
	r := newRig(t)
	draft := consultation(fse.Degrade)
	draft.Actes = append(draft.Actes, fse.Acte{Code: "G", Nature: fse.SMG})
	f := r.create(ehr, draft)
	list, err := r.d.SplitFSE(t.Context(), ehr, f.ID, lot.Call{})
	if err != nil || len(list) != 2 {
		t.Fatalf("%d FSE, %v", len(list), err)
	}
	if list[0].ID != f.ID || list[0].Draft.Nature.Code != "maladie" || list[1].Draft.Nature.Code != fse.SMG {
		t.Errorf("split into %s (%s) and %s (%s)", list[0].ID, list[0].Draft.Nature.Code, list[1].ID, list[1].Draft.Nature.Code)
	}
	for i, one := range list {
		if len(one.Linked) != 1 || one.Linked[0] != list[1-i].ID || len(one.Draft.Actes) != 1 {
			t.Errorf("part %d: linked to %v, %d acts", i, one.Linked, len(one.Draft.Actes))
		}
	}
	again, err := r.d.SplitFSE(t.Context(), ehr, f.ID, lot.Call{})
	if err != nil || len(again) != 1 {
		t.Errorf("split again: %d FSE, %v", len(again), err)
	}
}

func TestDegrade(t *testing.T) {
	r := newRig(t)
	f := r.create(ehr, consultation(fse.Securise))
	f, err := r.d.DegradeFSE(t.Context(), ehr, f.ID, "carte-muette", "")
	if err != nil || f.Draft.Mode != fse.Degrade || f.Certification != "D" || f.Draft.Degrade == nil || f.Draft.Degrade.Motif != "carte-muette" {
		t.Fatalf("degraded: %+v, %v", f, err)
	}
	r.insert(left, card(t, "medecin-secteur1"))
	if done := r.mustSign(ehr, f.ID); done.State != fse.EnLot {
		t.Errorf("signed without Vitale: %s", done.State)
	}
}

// The same act for the same patient on the same day is refused, unless forced
// with a reason, and counts no more once it is cancelled.
func TestDuplicateIsSuspected(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	plain := func() *fse.Draft {
		d := consultation(fse.Degrade)
		d.DoublonForce = ""
		return d
	}
	first := r.mustSign(ehr, r.create(ehr, plain()).ID)
	answer, err := r.d.Price(plain())
	if err != nil || !hasIssue(answer, "DOUBLON_SUSPECT") {
		t.Errorf("the price does not say so: %+v, %v", answer.Erreurs, err)
	}
	_, err = r.sign(other, r.create(other, plain()).ID)
	wantKind(t, err, state.Invalid, "FSE_REFUSEE")
	if _, err := r.d.CancelFSE(t.Context(), ehr, first.ID, "erreur de patient", lot.Call{}); err != nil {
		t.Fatal(err)
	}
	r.mustSign(ehr, r.create(ehr, plain()).ID)
}

func hasIssue(a fse.Answer, code string) bool {
	for _, i := range a.Erreurs {
		if i.Code == code {
			return true
		}
	}
	return false
}
