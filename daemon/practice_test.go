package daemon

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// standIn is a consultation of a remplaçant under the number of a doctor whose practice
// is not set up.
func standIn() *fse.Draft {
	d := consultation(fse.Degrade)
	d.Professionnel.Remplace = &fse.MedecinRemplace{NumeroAM: "991000023", Nom: "Essai Claire"}
	return d
}

// Nothing is signed for a number without a practice, alone or in bulk: it is said what
// to do, no number is taken and no code asked for.
func TestNothingIsSignedWithoutAPractice(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	f := r.create(ehr, standIn())
	_, err := r.sign(ehr, f.ID)
	wantKind(t, err, state.Invalid, "CABINET_ABSENT")
	if e := Failure(err); e.Path != "professionnel.numeroAM" || !strings.Contains(e.Message, "agrafe setup") {
		t.Errorf("the error is %+v", e)
	}
	list, err := r.d.SignMany(t.Context(), ehr, []string{f.ID}, SignRequest{})
	if err != nil || list[0].Error == nil || list[0].Error.Code != "CABINET_ABSENT" {
		t.Errorf("in bulk: %+v, %v", list, err)
	}
	if f, err = r.d.GetFSE(ehr, f.ID); err != nil || f.Numero != 0 || f.State != fse.Brouillon || len(r.user.requests()) != 0 {
		t.Errorf("it has number %d, state %s, %v", f.Numero, f.State, err)
	}
	if _, err := r.d.SetCabinet(t.Context(), ehr, practice("991000023", "99900000029"), lot.Call{}); err != nil {
		t.Fatal(err)
	}
	r.mustSign(ehr, f.ID)
}

// What a card proposes lacks the addresses, and nothing else.
func TestProposeCabinets(t *testing.T) {
	r := newRig(t)
	r.wait("smart-card service", func(s state.Snapshot) bool { return len(s.Readers) == 2 })
	_, err := r.d.ProposeCabinets(t.Context(), ehr, "")
	wantKind(t, err, state.NoCard, "CPS_ABSENTE")
	r.insert(left, card(t, "medecin-secteur1"))
	list, err := r.d.ProposeCabinets(t.Context(), ehr, "")
	if err != nil || len(list) == 0 || len(r.user.requests()) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	c := list[0]
	if c.NumeroAM != "991000015" || c.RPPS != "99900000011" || c.Nom == "" || c.Specialite != "01" || c.Convention != 1 || c.Zone != "metro" {
		t.Errorf("the card proposes %+v", c)
	}
	for _, i := range r.d.CheckCabinet(c) {
		if part, _, _ := strings.Cut(i.Path, "."); part != "adresse" && part != "rattachement" {
			t.Errorf("of what the card says: %+v", i)
		}
	}
	if len(r.d.CheckCabinet(c)) == 0 {
		t.Error("nothing is said of the addresses")
	}
}

// The card of a remplaçant names the number of whom they replace, which is not proposed
// with their RPPS: kept so, it would make the doctor's practice theirs.
func TestProposeCabinetsToARemplacant(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "remplacant"))
	list, err := r.d.ProposeCabinets(t.Context(), ehr, "")
	if err != nil || len(list) != 1 || list[0].NumeroAM != "" || list[0].RPPS != "99900000045" || list[0].Exercice != replacing {
		t.Fatalf("%+v, %v", list, err)
	}
	if issues := r.d.CheckCabinet(list[0]); !slices.ContainsFunc(issues, func(i state.Issue) bool { return i.Path == "numeroAM" && i.Blocking }) {
		t.Errorf("without a number it is kept: %+v", issues)
	}
}

// Settings with a fault are refused with all of them, and change nothing.
func TestSetCabinet(t *testing.T) {
	r := newRig(t)
	before, err := r.d.Cabinets()
	if err != nil || len(before) != 3 {
		t.Fatalf("%d practices, %v", len(before), err)
	}
	bad := practice("991000015", "1")
	bad.Adresse, bad.Fermeture = nil, "25:00"
	_, err = r.d.SetCabinet(t.Context(), ehr, bad, lot.Call{})
	wantKind(t, err, state.Invalid, "CABINET_REFUSE")
	if e := Failure(err); len(e.Issues) < 3 || !strings.HasPrefix(e.Path, "cabinet.") {
		t.Errorf("the faults are %+v at %s", e.Issues, e.Path)
	}
	if after, err := r.d.Cabinets(); err != nil || cmp.Diff(before, after) != "" {
		t.Errorf("it has changed: %s, %v", cmp.Diff(before, after), err)
	}
	good := practice("991000015", "99900000011")
	good.ParRegime = map[string]cabinet.Caisse{"02": {Nom: "MSA d’exemple", Adresse: []string{"3 rue de l’Exemple", "75000 EXEMPLE"}}}
	if kept, err := r.d.SetCabinet(t.Context(), ehr, good, lot.Call{}); err != nil || cmp.Diff(good, kept) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(good, kept))
	}
}
