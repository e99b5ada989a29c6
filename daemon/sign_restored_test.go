package daemon

import (
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// An FSE that was a draft in a backup is signed only by who confirms that it was not signed
// since: alone, in bulk, whatever was changed meanwhile. Until then it takes no number and
// asks for no code.
func TestRestoredDraftIsConfirmed(t *testing.T) {
	r := newRig(t)
	r.withCards()
	var ids []string
	for range 3 {
		ids = append(ids, r.create(ehr, consultation(fse.Degrade)).ID)
	}
	if err := r.d.book.Lost(t.Context(), 5, "essai"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.UpdateFSE(t.Context(), ehr, ids[0], consultation(fse.SansVitale), lot.Call{}); err != nil {
		t.Fatal(err)
	}
	_, err := r.sign(ehr, ids[0])
	wantKind(t, err, state.Invalid, "FSE_RESTAUREE")
	f, err := r.d.GetFSE(ehr, ids[0])
	if err != nil || f.Restored == nil || f.Numero != 0 || len(r.user.requests()) != 0 {
		t.Fatalf("marked %v, number %d, %v", f.Restored, f.Numero, err)
	}
	_, err = r.sign(ehr, ids[0])
	if e := Failure(err); e.Path != "confirmRestored" || !strings.Contains(e.Message, f.Restored.Local().Format("02/01/2006 à 15:04")) {
		t.Errorf("%+v", e)
	}
	if shown := ShowFSE(f); shown.Restored == nil || !shown.Restored.Equal(*f.Restored) {
		t.Errorf("shown as %v", shown.Restored)
	}
	done, err := r.d.SignFSE(t.Context(), ehr, SignRequest{ID: ids[0], ConfirmRestored: true}, lot.Call{})
	if err != nil || done.State != fse.EnLot || done.Restored != nil || done.Signature.Restored == nil {
		t.Errorf("confirmed: %s, %v", done.State, err)
	}
	for _, confirm := range []bool{false, true} {
		list, err := r.d.SignMany(t.Context(), ehr, ids[1:], SignRequest{ConfirmRestored: confirm})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range list {
			if (one.Error == nil) != confirm || !confirm && one.Error.Code != "FSE_RESTAUREE" {
				t.Errorf("in bulk, confirmed %t: %v", confirm, one.Error)
			}
		}
	}
	r.checkJournal()
}
