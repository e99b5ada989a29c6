package daemon

import (
	"context"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// A caller that gives up while the card looks at a wrong code: the try is shown,
// and the same code is not sent again.
func TestCallerGivesUpDuringVerify(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	recorded, log := virtual.Record(card(t, "medecin-secteur1"))
	slow := virtual.WithFaults(shownCode{recorded, cancel}, virtual.Fault{INS: 0x20, At: 3, Action: virtual.FaultDelay, Delay: 200 * time.Millisecond})
	r.insert(left, recorded) // reads it without delay
	r.replace(left, slow)
	log.Clear()
	r.user.types("9999", false)
	f := r.create(ehr, consultation(fse.Degrade))
	_, err := r.d.SignFSE(ctx, ehr, SignRequest{ID: f.ID}, lot.Call{})
	if err == nil {
		t.Fatal("signed with a wrong code")
	}
	r.wait("the try is shown", func(s state.Snapshot) bool {
		c := cardIn(s, left)
		return c.PINTriesLeft != nil && *c.PINTriesLeft == 2
	})
	_, err = r.sign(ehr, f.ID)
	wantKind(t, err, state.PINWrong, "")
	if verifies(log) != 1 {
		t.Errorf("the code was sent %d times, want once", verifies(log))
	}
}

// shownCode is a card that tells when it is shown a code.
type shownCode struct {
	virtual.Card
	tell func()
}

func (s shownCode) Transmit(command []byte) []byte {
	if len(command) > 5 && command[1] == 0x20 {
		s.tell()
	}
	return s.Card.Transmit(command)
}

// A card that refuses its rights is read all the same.
func TestRefusedRightsLeaveTheIdentity(t *testing.T) {
	for _, status := range []uint16{0x6982, 0x6985, 0x6900, 0x6A86, 0x6700, 0x6A82} {
		r := newRig(t)
		c := r.insert(right, virtual.WithFaults(card(t, "patient"), virtual.Fault{INS: 0xCA, Action: virtual.FaultStatus, Status: status}))
		v, err := r.d.ReadVitale(t.Context(), "")
		if c.Problem != nil || err != nil || len(v.Persons) != 1 || v.Persons[0].Rights != nil {
			t.Errorf("rights refused with %04X: %v, %d persons, %v", status, c.Problem, len(v.Persons), err)
		}
	}
}
