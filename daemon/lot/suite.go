package lot

import (
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// What an FSE is does not change once it is transmitted; what happens to it does. The
// latter is kept apart from then on: all 200 FSE of a lot change their state in one
// update, whose size the journal bounds, and their drafts and prices may be large. So a
// lot and its FSE never contradict each other, be it for a moment.

// suite is what happens to an FSE once it is transmitted.
type suite struct {
	State      fse.State  `json:"etat"`
	Changed    time.Time  `json:"modifiee"`
	PaidAt     *time.Time `json:"payeeLe,omitempty"`
	Collected  *Payment   `json:"encaisse,omitempty"`
	Reject     *Reject    `json:"rejet,omitempty"`
	ReplacedBy string     `json:"remplaceePar,omitempty"`
	Received   *Received  `json:"recu,omitempty"`
	Restored   *time.Time `json:"restauree,omitempty"`
}

// wasSent tells whether an FSE in a state was transmitted.
func wasSent(s fse.State) bool {
	switch s {
	case fse.Transmise, fse.Acquittee, fse.SansARLAttendu, fse.Payee, fse.PayeePartiellement, fse.Rejetee, fse.Remplacee:
		return true
	}
	return false
}

// fseOf returns the FSE id with what has happened to it, but for its paper; nil if there
// is none.
func fseOf(g getter, id string) (*FSE, error) {
	f, err := get[FSE](g, keyFSE(id))
	if err != nil || f == nil {
		return nil, err
	}
	return f, f.withSuite(g)
}

// withSuite completes f by what has happened to it since it was transmitted.
func (f *FSE) withSuite(g getter) error {
	s, err := get[suite](g, keySuite(f.ID))
	if err != nil || s == nil {
		return err
	}
	f.State, f.Changed, f.PaidAt, f.Collected = s.State, s.Changed, s.PaidAt, s.Collected
	f.Reject, f.ReplacedBy, f.Received, f.Restored = s.Reject, s.ReplacedBy, s.Received, s.Restored
	return nil
}

// keep writes f, which was in state before: whole until it is transmitted, and after that
// what has happened to it. That it is en lot again, since its lot came back, is of the
// latter; it is written whole with its next change.
func (f *FSE) keep(w journal.Writer, isNew bool, before fse.State) error {
	if isNew || !wasSent(f.State) && !wasSent(before) {
		if _, apart, err := w.Get(keySuite(f.ID)); err != nil {
			return err
		} else if apart {
			if err := w.Set(keySuite(f.ID), nil); err != nil {
				return err
			}
		}
		return set(w, keyFSE(f.ID), f)
	}
	return set(w, keySuite(f.ID), suite{f.State, f.Changed, f.PaidAt, f.Collected, f.Reject, f.ReplacedBy, f.Received, f.Restored})
}

// over tells whether nothing more will happen to f. Without tiers payant payers owe the
// professional nothing: its end is that it was acknowledged, or not waited for.
func (f *FSE) over() bool {
	switch f.State {
	case fse.Payee, fse.Annulee, fse.Remplacee, fse.Papier:
		return true
	case fse.Acquittee, fse.SansARLAttendu:
		amo, amc := f.DuePayers()
		return amo == 0 && amc == 0
	}
	return false
}
