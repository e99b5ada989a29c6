package bridge

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// A draft that a backup has brought back says so, is not signed without a confirmation, and
// is with one, whether alone or in bulk.
func TestRestoredDraftOverTheWire(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.PIN.Policy = t.TempDir(), 0, daemon.PINEach
	ehr := page("a", scopeFSE, scopeCards)
	first := startWith(t, cfg)
	ids := first.created(t, ehr, 2)
	first.stop()
	v, err := vault.Load(cfg.Places(), vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	b, err := v.Book()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Lost(t.Context(), 5, "essai"); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	r := startWith(t, cfg, "medecin-secteur1")
	r.dial(t).settled(r)
	r.typing(t)
	var listed listResult
	r.must(t, ehr, "fse.list", `{}`, &listed)
	var whole struct {
		Restored *time.Time `json:"restored"`
	}
	r.must(t, ehr, "fse.get", fmt.Sprintf(`{"id":%q}`, ids[0]), &whole)
	if len(listed.FSE) != 2 || listed.FSE[0].Restored == nil || whole.Restored == nil {
		t.Fatalf("they are shown as %+v, %v", listed.FSE, whole.Restored)
	}
	if _, e := r.as(t, ehr, "fse.sign", fmt.Sprintf(`{"id":%q}`, ids[0])); e == nil || e.Code != "FSE_RESTAUREE" || e.Path != "confirmRestored" || e.Kind != state.Invalid {
		t.Errorf("without a confirmation: %+v", e)
	}
	r.must(t, ehr, "fse.sign", fmt.Sprintf(`{"id":%q,"confirmRestored":true}`, ids[0]), nil)
	for _, confirm := range []bool{false, true} {
		var bulk jobResult
		r.must(t, ehr, "fse.signMany", fmt.Sprintf(`{"ids":%s,"confirmRestored":%t}`, idList(ids[1:]), confirm), &bulk)
		for bulk.Job.State == state.JobRunning {
			time.Sleep(10 * time.Millisecond)
			r.must(t, ehr, "jobs.get", fmt.Sprintf(`{"id":%q}`, bulk.Job.ID), &bulk)
		}
		outcomes, _ := bulk.Job.Result.(map[string]any)["resultats"].([]any)
		if len(outcomes) != 1 || (outcomes[0].(map[string]any)["erreur"] == nil) != confirm {
			t.Errorf("in bulk, confirmed %t: %v", confirm, outcomes)
		}
	}
	listed = listResult{}
	r.must(t, ehr, "fse.list", `{}`, &listed)
	for _, f := range listed.FSE {
		if f.State != "en-lot" || f.Restored != nil {
			t.Errorf("in the end an FSE is %s, marked %v", f.State, f.Restored)
		}
	}
}
