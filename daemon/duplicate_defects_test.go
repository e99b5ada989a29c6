package daemon

import (
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// twice makes the same invoice twice, as a click too many does.
func (r *rig) twice() (ids []string) {
	r.t.Helper()
	for range 2 {
		d := consultation(fse.Degrade)
		d.DoublonForce = ""
		ids = append(ids, r.create(ehr, d).ID)
	}
	return ids
}

// wantOne checks that one of two was signed and the other one refused.
func wantOne(t *testing.T, errs ...error) {
	t.Helper()
	refused := 0
	for _, err := range errs {
		if err != nil {
			refused++
			wantKind(t, err, state.Invalid, "FSE_REFUSEE")
		}
	}
	if refused != 1 {
		t.Errorf("%d of two are refused", refused)
	}
}

// The same care is not sealed twice because both invoices were checked before either
// was signed.
func TestDuplicateInOneBulk(t *testing.T) {
	r := newRig(t)
	ids := r.twice()
	r.insert(left, card(t, "medecin-secteur1"))
	list, err := r.d.SignMany(t.Context(), ehr, ids, SignRequest{})
	if err != nil {
		t.Fatal(err)
	}
	var errs []error
	for _, out := range list {
		if out.Error != nil {
			errs = append(errs, out.Error)
		}
	}
	wantOne(t, errs...)
}

func TestDuplicateAtTheSameTime(t *testing.T) {
	r := newRig(t)
	ids := r.twice()
	r.insert(left, card(t, "medecin-secteur1"))
	errs := make([]error, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { _, errs[i] = r.sign(ehr, id) })
	}
	all.Wait()
	wantOne(t, errs...)
	if q := r.d.Snapshot().Queue; q.Signed != 1 || q.ToSign > 1 {
		t.Errorf("queue %+v", q)
	}
}
