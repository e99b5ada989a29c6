package bridge

import (
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// readerParams names a reader; absent, the only one with the right kind of card.
type readerParams struct {
	Reader string `json:"reader,omitempty"`
}

// sessionParams is readerParams of a method that opens or closes a session.
type sessionParams struct {
	Reader string `json:"reader,omitempty"`
	keyed
}

func readVitale(c call, p readerParams) (daemon.Vitale, error) {
	return c.daemon.ReadVitale(c.ctx, p.Reader)
}

func readCPS(c call, p readerParams) (daemon.CPS, error) { return c.daemon.ReadCPS(c.ctx, p.Reader) }

type sessionResult struct {
	Situations []daemon.Situation `json:"situations"`
}

func openPINSession(c call, p sessionParams) (sessionResult, error) {
	list, err := c.daemon.OpenPINSession(c.ctx, c.who.name, p.Reader)
	return sessionResult{list}, err
}

type closedResult struct {
	Closed bool `json:"closed"` // whether there was a session
}

// closePINSession forgets the caller's code; a program of this machine speaks for the
// user in front of it, and has everybody's forgotten.
func closePINSession(c call, p sessionParams) (closedResult, error) {
	if c.who.local {
		closed, err := c.daemon.ForgetCode(c.ctx, p.Reader)
		return closedResult{closed}, err
	}
	closed, err := c.daemon.ClosePINSession(c.ctx, c.who.name, p.Reader)
	return closedResult{closed}, err
}

// Three methods, three shapes: a parameter that a method has no use for is refused.
type (
	acquireParams struct {
		Reader   string `json:"reader"`
		Previous string `json:"previous,omitempty"` // lease believed to be held
		Seconds  int    `json:"seconds,omitempty"`  // life, 60 if absent, at most 300
		keyed
	}
	stealParams struct {
		Reader  string `json:"reader"`
		Seconds int    `json:"seconds,omitempty"` // life, 60 if absent, at most 300
		keyed
	}
	releaseParams struct {
		Reader string `json:"reader"`
		ID     string `json:"id"` // lease to give back
		keyed
	}
)

// Life of a lease, in seconds, when none is asked for and at most.
const (
	leaseSeconds    = 60
	maxLeaseSeconds = 300
)

// leaseLife is the life that a caller asks for.
func leaseLife(seconds int) (time.Duration, error) {
	switch {
	case seconds < 0:
		return 0, &state.Error{Kind: state.Invalid, Code: "DUREE", Path: "seconds", Message: "Une réservation dure de 1 à 300 secondes."}
	case seconds == 0:
		return leaseSeconds * time.Second, nil
	}
	return time.Duration(min(seconds, maxLeaseSeconds)) * time.Second, nil
}

type leaseResult struct {
	ID      string    `json:"id"`
	Expires time.Time `json:"expires"`
}

func acquireLease(c call, p acquireParams) (leaseResult, error) {
	life, err := leaseLife(p.Seconds)
	if err != nil {
		return leaseResult{}, err
	}
	l, err := c.daemon.AcquireLease(c.who.name, p.Reader, p.Previous, life)
	return leaseResult{string(l.ID), l.Expires}, err
}

func stealLease(c call, p stealParams) (leaseResult, error) {
	life, err := leaseLife(p.Seconds)
	if err != nil {
		return leaseResult{}, err
	}
	l, err := c.daemon.StealLease(c.who.name, p.Reader, life)
	return leaseResult{string(l.ID), l.Expires}, err
}

func releaseLease(c call, p releaseParams) (none, error) {
	return none{}, c.daemon.ReleaseLease(c.who.name, p.Reader, p.ID)
}

// personParams names a person on a Vitale.
type personParams struct {
	Reader string `json:"reader,omitempty"`
	Person int    `json:"personne,omitempty"` // place in beneficiaires of cards.readVitale, from 0
}

func rightsFromCard(c call, p personParams) (daemon.CardRights, error) {
	return c.daemon.RightsFromCard(c.ctx, p.Reader, p.Person)
}

// rightsCheck is what stands against rights that were typed.
type rightsCheck struct {
	Issues []fse.Issue `json:"remarques"` // about beneficiaire, assure, amo and amc; blocking ones forbid to sign
}

// manualRights has the rules look at a draft for what its rights alone tell: the
// rest of it may be missing.
func manualRights(d *daemon.Daemon, draft *fse.Draft) (rightsCheck, error) {
	a, err := d.Check(draft)
	r := rightsCheck{Issues: []fse.Issue{}}
	for _, i := range slices.Concat(a.Erreurs, a.Avertissements) {
		part, _, _ := strings.Cut(i.Chemin, ".")
		if slices.Contains([]string{"beneficiaire", "assure", "amo", "amc"}, part) {
			r.Issues = append(r.Issues, i)
		}
	}
	return r, err
}
