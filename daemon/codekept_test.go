package daemon

import (
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A card says whether anybody's code of it is kept, and a local program has all of them
// forgotten.
func TestCodeKept(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	kept := func() bool { return cardIn(r.d.Snapshot(), left).CodeKept }
	if kept() {
		t.Error("a code is kept before one was typed")
	}
	_, events := r.d.Hello()
	defer events.Close()
	for _, principal := range []string{ehr, other} {
		if _, err := r.d.OpenPINSession(t.Context(), principal, ""); err != nil {
			t.Fatal(err)
		}
	}
	if !kept() {
		t.Error("no code is kept")
	}
	if closed, err := r.d.ClosePINSession(t.Context(), ehr, ""); !closed || err != nil || !kept() {
		t.Errorf("one of two: closed %v, %v, kept %v", closed, err, kept())
	}
	if closed, err := r.d.ForgetCode(t.Context(), ""); !closed || err != nil || kept() {
		t.Errorf("all: closed %v, %v, kept %v", closed, err, kept())
	}
	if closed, err := r.d.ForgetCode(t.Context(), ""); closed || err != nil {
		t.Errorf("none: closed %v, %v", closed, err)
	}
	var told []bool
	for range len(events.Events()) {
		if e := <-events.Events(); e.Type == state.EventCard && e.Card.Read {
			told = append(told, e.Card.CodeKept)
		}
	}
	if len(told) < 2 || !told[0] || told[len(told)-1] {
		t.Errorf("told %v", told)
	}
}
