package daemon

import (
	"errors"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// withPad is a rig whose reader on the left has keys. The user goes on and types what
// typed gives.
func withPad(t *testing.T, name string, typed virtual.Pad) *rig {
	t.Helper()
	r := newRig(t)
	if err := r.readers.SetPad(left, typed); err != nil {
		t.Fatal(err)
	}
	r.user.does(func(q PINRequest) (PINAnswer, error) {
		if !q.Pinpad {
			t.Error("the code was asked for on the screen")
		}
		return PINAnswer{LastTry: q.Tries == 1}, nil
	})
	r.insert(left, card(t, name))
	return r
}

// The code is typed on the reader: it is kept nowhere, the user says each time whether to
// go on, and front ends are told when to type.
func TestPinpadSigns(t *testing.T) {
	var r *rig
	r = withPad(t, "medecin-secteur1", func(reader.PINEntry) (string, virtual.PadEnd) {
		if s := r.d.Snapshot(); !cardIn(s, left).CodeAwaited {
			t.Error("nobody is told to type the code")
		}
		return goodCode, virtual.PadTyped
	})
	for _, shown := range r.d.Snapshot().Readers {
		if shown.Pinpad != (shown.Name == left) {
			t.Errorf("%s has keys: %t", shown.Name, shown.Pinpad)
		}
	}
	for range 2 {
		if err := r.signNew(ehr); err != nil {
			t.Fatal(err)
		}
		r.wantAsked(1)
	}
	if c := cardIn(r.d.Snapshot(), left); c.CodeKept || c.CodeAwaited || len(r.d.pins.page.used) != 0 {
		t.Errorf("kept %t, awaited %t, %d codes in memory", c.CodeKept, c.CodeAwaited, len(r.d.pins.page.used))
	}
	if err := r.readers.SetPad(left, nil); err != nil {
		t.Fatal(err)
	}
	r.replace(left, card(t, "medecin-secteur1"))
	if r.d.Snapshot().Readers[0].Pinpad {
		t.Error("a reader without keys is shown with them")
	}
}

func TestPinpadFails(t *testing.T) {
	tests := []struct {
		name string
		card string
		code string
		end  virtual.PadEnd
		kind state.Kind
		left int // tries
	}{
		{"wrong", "medecin-secteur1", "9999", virtual.PadTyped, state.PINWrong, 2},
		{"cancelled", "medecin-secteur1", "", virtual.PadCancelled, state.PINRequired, 3},
		{"timeout", "medecin-secteur1", "", virtual.PadTimeout, state.PINRequired, 3},
		{"too short", "medecin-secteur1", "12", virtual.PadTyped, state.PINRequired, 3},
		{"mismatch", "medecin-secteur1", "", virtual.PadMismatch, "", 3},
		{"not able to", "medecin-secteur1", "", virtual.PadParameter, state.Unsupported, 3},
		{"last try, wrong", "medecin-dernier-essai", "9999", virtual.PadTyped, state.PINBlocked, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := withPad(t, tt.card, func(reader.PINEntry) (string, virtual.PadEnd) { return tt.code, tt.end })
			f := r.create(ehr, consultation(fse.Degrade))
			_, err := r.sign(ehr, f.ID)
			if err == nil || tt.kind != "" && state.KindOf(Failure(err)) != tt.kind {
				t.Errorf("error %v, want %s", err, tt.kind)
			}
			c := cardIn(r.d.Snapshot(), left)
			if c.CodeAwaited || *c.PINTriesLeft != tt.left || r.get(f.ID).State != fse.ASigner {
				t.Errorf("awaited %t, %d tries left, FSE %s", c.CodeAwaited, *c.PINTriesLeft, r.get(f.ID).State)
			}
		})
	}
}

// A user who does not go on is asked for nothing on the reader.
func TestPinpadDeclined(t *testing.T) {
	r := withPad(t, "medecin-secteur1", func(reader.PINEntry) (string, virtual.PadEnd) {
		t.Error("the reader asked for the code")
		return "", virtual.PadCancelled
	})
	r.user.does(func(PINRequest) (PINAnswer, error) { return PINAnswer{}, ErrDeclined })
	wantKind(t, r.signNew(ehr), state.PINRequired, "")
	r.user.does(func(PINRequest) (PINAnswer, error) { return PINAnswer{}, errors.New("broken") })
	if err := r.signNew(ehr); err == nil {
		t.Error("signed")
	}
}
