package daemon

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// The user leaves: every code is forgotten before the machine may sleep, and front ends
// are told.
func TestCodesForgottenInAbsence(t *testing.T) {
	leave := make(chan chan struct{})
	r := newRig(t, func(_ *Config, d *Deps) {
		d.Absence = func(ctx context.Context, left func(), working func(error)) {
			working(nil)
			for {
				select {
				case gone := <-leave:
					left()
					close(gone)
				case <-ctx.Done():
					return
				}
			}
		}
	})
	r.insert(left, card(t, "medecin-secteur1"))
	for _, principal := range []string{ehr, other} {
		if err := r.signNew(principal); err != nil {
			t.Fatal(err)
		}
	}
	gone := make(chan struct{})
	leave <- gone
	<-gone
	data := r.d.pins.page.page.Bytes()
	if cardIn(r.d.Snapshot(), left).CodeKept || !bytes.Equal(data, make([]byte, len(data))) {
		t.Error("a code is kept")
	}
	r.user.requests()
	if err := r.signNew(ehr); err != nil {
		t.Fatal(err)
	}
	r.wantAsked(1)
}

// A front end whose lease is stolen has its code forgotten, and nobody else.
func TestCodeForgottenWithTheLease(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	for _, principal := range []string{ehr, other} {
		if err := r.signNew(principal); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.d.AcquireLease(ehr, leftID, "", time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.StealLease(other, leftID, time.Minute); err != nil {
		t.Fatal(err)
	}
	serial := cardIn(r.d.Snapshot(), left).Serial
	if r.d.pins.take(pinKey{ehr, serial}) != nil || r.d.pins.take(pinKey{other, serial}) == nil {
		t.Error("the wrong code was forgotten")
	}
}

// What is not as safe as it should be is said once in the log, and to who asks while it
// is so.
func TestCodeFaults(t *testing.T) {
	var log bytes.Buffer
	g := newGuard(Deps{Log: slog.New(slog.NewTextHandler(&log, nil)), Exposed: errors.New("refused"),
		Absence: func(context.Context, func(), func(error)) {}}, errors.New("no room"))
	d := &Daemon{guard: g}
	if list := d.CodeFaults(); len(list) != 2 || !strings.Contains(list[0], "verrouiller") || !strings.Contains(list[1], "protégée") {
		t.Errorf("memory: %q", list)
	}
	for range 3 {
		g.sees(errors.New("no bus"))
	}
	if list := d.CodeFaults(); len(list) != 3 || strings.Count(log.String(), "no bus") != 1 {
		t.Errorf("no bus: %q, log:\n%s", list, &log)
	}
	g.sees(nil)
	if list := d.CodeFaults(); len(list) != 2 {
		t.Errorf("the bus is there again: %q", list)
	}
	if list := (&Daemon{guard: newGuard(Deps{Log: slog.New(slog.DiscardHandler)}, nil)}).CodeFaults(); len(list) != 1 {
		t.Errorf("nothing is noticed: %q", list)
	}
}

// A code that was asked for when the user left is not kept, nor shown.
func TestAskedInAbsence(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	r.user.does(func(PINRequest) (PINAnswer, error) {
		r.d.ForgetCodes()
		return PINAnswer{Code: []byte(goodCode)}, nil
	})
	wantKind(t, r.signNew(ehr), state.PINRequired, "")
}
