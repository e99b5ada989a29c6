package daemon

import (
	"slices"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// Twelve FSE made without the CPS are signed at once, in slices: the code is
// typed once, each FSE after the first of a slice costs three commands, and one
// that is refused does not keep the others.
func TestBulkSignature(t *testing.T) {
	r := newRig(t)
	var ids []string
	for range 12 {
		ids = append(ids, r.create(ehr, consultation(fse.Degrade)).ID)
	}
	bad := consultation(fse.Degrade)
	bad.Actes[0].Code = "ZZZ"
	ids = slices.Insert(ids, 3, r.create(ehr, bad).ID)
	ids = append(ids, "nobody's")
	recorded, log := virtual.Record(card(t, "medecin-secteur1"))
	r.insert(left, recorded) // reads the certificates, and leaves the card elsewhere than in its root
	r.replace(left, recorded)
	log.Clear()
	list, err := r.d.SignMany(t.Context(), ehr, ids, SignRequest{})
	if err != nil || len(list) != 14 {
		t.Fatalf("%d outcomes, %v", len(list), err)
	}
	r.wantAsked(1)
	numbers := make(map[int]bool)
	for i, out := range list {
		switch {
		case i == 3:
			wantKind(t, out.Error, state.Invalid, "FSE_REFUSEE")
		case i == 13:
			wantKind(t, out.Error, state.NotFound, "")
		case out.Error != nil || out.FSE.State != fse.EnLot || numbers[out.FSE.Numero]:
			t.Errorf("FSE %d: %+v", i, out)
		default:
			numbers[out.FSE.Numero] = true
		}
	}
	// Slices of 4, 5 and 3 FSE: 8 commands for the first of each, 3 for the others.
	if want := 3*8 + (3+4+2)*3; log.Count() != want {
		t.Errorf("%d commands, want %d", log.Count(), want)
	}
}

// When the card fails, what was acknowledged stays and the rest can be signed later.
func TestBulkSignatureIsCutShort(t *testing.T) {
	r := newRig(t)
	var ids []string
	for range 11 {
		ids = append(ids, r.create(ehr, consultation(fse.Degrade)).ID)
	}
	plain := card(t, "medecin-secteur1")
	r.insert(left, virtual.WithFaults(plain, virtual.Fault{INS: 0x2A, At: 15, Action: virtual.FaultYank}))
	list, err := r.d.SignMany(t.Context(), ehr, ids, SignRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for i, out := range list {
		if signed := out.Error == nil; signed != (i < 5) {
			t.Errorf("FSE %d: signed %v, %v", i, signed, out.Error)
		}
	}
	r.replace(left, plain)
	list, err = r.d.SignMany(t.Context(), ehr, ids[5:], SignRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for i, out := range list {
		if out.Error != nil || out.FSE.Numero > 11 {
			t.Errorf("FSE %d later: %+v", i+5, out)
		}
	}
	for _, n := range []int{0, maxBulk + 1} {
		_, err := r.d.SignMany(t.Context(), ehr, make([]string, n), SignRequest{})
		wantKind(t, err, state.Invalid, "NOMBRE")
	}
}
