//go:build pcscd

// The tests against the real PC/SC stack: pcscd, vpcd, and OpenSC as judge.
//
//	go test -tags pcscd ./reader/virtual/...
//
// They need the packages pcscd, vsmartcard-vpcd, opensc, opensc-pkcs11, pcsc-tools
// and openssl, and run in namespaces of their own.
package virtual

import (
	"context"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/pcsc"
	"github.com/agrafe-fse/agrafe/reader/virtual/rig"
)

func TestMain(m *testing.M) { rig.Main(m) }

// pcscd is the world of a real pcscd: its first slot.
type pcscd struct {
	rig  *rig.Rig
	pcsc *pcsc.Transport

	cancel context.CancelFunc // takes the card out; nil when the slot is empty
	served chan error
}

func newPCSCD(t *testing.T) world {
	t.Helper()
	r, err := rig.Start(context.Background(), rig.Options{Dir: t.TempDir()})
	must(t, err)
	w := &pcscd{rig: r, pcsc: pcsc.New()}
	t.Cleanup(func() {
		if w.cancel != nil {
			w.takeOut(t)
		}
		must(t, r.Stop())
	})
	return w
}

func (w *pcscd) transport() reader.Transport { return w.pcsc }
func (w *pcscd) reader() string              { return w.rig.Reader(0) }

func (w *pcscd) insert(t *testing.T, card Card) {
	t.Helper()
	w.putIn(card)
	want := reader.Present
	if card.ATR() == nil {
		want = reader.Mute
	}
	slotWith(t, w, want)
}

func (w *pcscd) remove(t *testing.T) {
	t.Helper()
	w.takeOut(t)
}

func (w *pcscd) swap(t *testing.T, card Card) {
	t.Helper()
	w.takeOut(t)
	w.putIn(card)
}

func (w *pcscd) putIn(card Card) {
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel, w.served = cancel, make(chan error, 1)
	go func(served chan error) { served <- Serve(ctx, w.rig.Addr(0), card) }(w.served)
}

func (w *pcscd) takeOut(t *testing.T) {
	t.Helper()
	w.cancel()
	must(t, <-w.served)
	w.cancel = nil
}

func TestPCSCDAsTransport(t *testing.T) { testTransport(t, newPCSCD) }

// A card that a fault replaces is seen to leave, and the other to come.
func TestPCSCDReplacement(t *testing.T) {
	w := newPCSCD(t)
	w.insert(t, WithFaults(open(t, "patient"), Fault{At: 1, Action: FaultReplace, Card: open(t, "medecin-secteur1")}))
	before := slotWith(t, w, reader.Present)
	answer, err := connect(t, w).Transmit(unhex(t, selectRoot))
	if len(answer) != 0 || err != nil { // vpcd hides a card that leaves during a command
		wantKind(t, err, reader.CardRemoved)
	}
	var after reader.Slot
	for end := time.Now().Add(20 * time.Second); after.Events != before.Events+2 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		after = slotsOf(t, w.transport())[0]
	}
	if after.Events-before.Events != 2 || reader.Identify(after.ATR) != reader.FamilyCPS3 {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// The cards that no other test plugs into the real stack, and their longest
// answers.
func TestPCSCDCards(t *testing.T) {
	tests := []struct {
		name    string
		card    string
		command string
		bytes   int // of the answer, status word included
	}{
		{"Vitale 2 and a full answer", "patient-famille", "00B0820000", 258},
		{"CPS4", "medecin-cps4", selectCPS4, 2},
		{"Vitale 1", "vitale1", selectRoot, 2},
		{"CPS2ter", "cps2ter", selectRoot, 2},
		{"unknown card", "carte-inconnue", selectRoot, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newPCSCD(t)
			card := open(t, tt.card)
			w.insert(t, card)
			l := connect(t, w)
			if got, want := reader.Identify(l.ATR()), reader.Identify(card.ATR()); got != want {
				t.Errorf("family %s, want %s", got, want)
			}
			answer, err := l.Transmit(unhex(t, tt.command))
			must(t, err)
			if len(answer) != tt.bytes {
				t.Errorf("%d bytes, want %d", len(answer), tt.bytes)
			}
		})
	}
}
