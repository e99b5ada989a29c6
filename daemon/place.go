package daemon

import (
	"context"
	"crypto/x509"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// place is one reader and what is known of the card in it. Its fields are
// protected by the desk's mutex; owner has its own.
type place struct {
	name   string // the service's, as it came
	reader state.Reader
	owner  *reader.Owner
	slot   reader.Slot
	card   state.Card
	family reader.Family

	read   chan struct{}      // closed when the first reading of the card is over
	cancel context.CancelFunc // ends that reading
	cps    *professional      // of a CPS that was read
	vitale *patients          // of a Vitale that was read

	lease reader.Lease   // as front ends were told; zero: none
	lapse *time.Timer    // tells that it has expired
	gone  reader.LeaseID // the last that ended because its card left

	awaited bool // the reader waits for the code to be typed on it
}

// professional is a CPS that was read. It is not changed once made.
type professional struct {
	serial string
	family reader.Family
	holder cps.Holder
	sign   *x509.Certificate
	auth   *x509.Certificate
}

// patients is a Vitale that was read. It is not changed once made.
type patients struct {
	persons []vitale.Person
	rights  []vitale.Right // nil when the card or the driver does not give them
}

// held is what an operation keeps of a place: what was in it at one moment.
type held struct {
	owner   *reader.Owner
	reader  state.Reader
	card    state.Card
	counter uint32
	cps     *professional
	vitale  *patients
	gone    reader.LeaseID
}

// hold is called with the desk's mutex held.
func (p *place) hold() held {
	return held{owner: p.owner, reader: p.reader, card: p.card, counter: p.slot.Events, cps: p.cps, vitale: p.vitale, gone: p.gone}
}

// job returns a job for principal on the card that was held, which must still be
// there.
func (h held) job(op, principal string, lease reader.LeaseID, run func(*reader.Tx) error) reader.Job {
	return reader.Job{Op: op, Holder: principal, Lease: lease, Events: &h.counter, Run: run}
}
