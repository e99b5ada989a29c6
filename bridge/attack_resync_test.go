package bridge

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A page that asks for all events anew costs a reading of each lot that it has lines
// in, not one for each time that the lot changed.
func TestS13ResyncOfManyLotEvents(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	r.dial(t).settled(r)
	r.typing(t)
	a, lots := page("a", scopeFSE, scopeCards), page("practice", scopeLots)
	var lot string
	for range 10 {
		_, lot = r.signedFSE(t, a)
	}
	for range 300 {
		r.must(t, lots, "lots.close", fmt.Sprintf(`{"id":%q}`, lot), nil)
		r.must(t, lots, "lots.reopen", fmt.Sprintf(`{"id":%q}`, lot), nil)
	}
	last := r.daemon.Snapshot().Seq
	params := fmt.Sprintf(`{"since":%d}`, last-1000)
	var whole, own resyncResult
	r.must(t, lots, "events.resync", params, &whole)
	took := time.Duration(math.MaxInt64)
	for range 10 { // the quickest measures it, the others what else the machine does
		begun := time.Now()
		text, e := r.as(t, a, "events.resync", params)
		took = min(took, time.Since(begun))
		own = resyncResult{}
		if e != nil || json.Unmarshal([]byte(text), &own) != nil {
			t.Fatal(e)
		}
	}
	t.Logf("%v for %d events of %d", took, len(own.Events), len(whole.Events))
	if took > 100*time.Millisecond {
		t.Errorf("it took %v", took)
	}
	var shown *state.Lot
	for _, e := range own.Events {
		if e.Lot != nil {
			shown = e.Lot
		}
	}
	if shown == nil || shown.State != "ouvert" || shown.FSE != 10 {
		t.Errorf("the lot is %+v", shown)
	}
}
