package lot

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A degraded FSE has a sheet from its signature on, a paper sheet has itself, and a
// degraded lot has a bordereau from its first closing on. Each is to be printed, signed,
// and posted or scanned. A paper waits until then, but not while its lot is open nor once
// its FSE is cancelled or replaced; a lot that is opened again needs a new bordereau.
//
// Papers are kept apart from FSE and lots, with records of their own: marking the
// 200 sheets of a lot is one change, which the journal bounds.

// Paper is the paper of an FSE or of a lot.
type Paper struct {
	State         fse.PaperState `json:"etat"`
	PatientSigned bool           `json:"signePatient"`   // of a sheet
	Date          fse.Date       `json:"date,omitzero"`  // of posting or scanning
	Since         time.Time      `json:"depuis"`         // when it was made
	With          string         `json:"avec,omitempty"` // Lot.ID with whose bordereau a sheet came to its state
	Seq           uint64         `json:"enregistrement"`
}

// waits tells whether somebody still has to do something with it.
func (p *Paper) waits() bool {
	return p != nil && p.State != fse.PapierPoste && p.State != fse.PapierScanne
}

// paperChange is the data of a record about a paper. Its subject is that of the FSE
// or of the lot.
type paperChange struct {
	State         fse.PaperState `json:"etat"`
	PatientSigned bool           `json:"signePatient,omitempty"`
	Date          fse.Date       `json:"date,omitzero"`
	With          string         `json:"avec,omitempty"`
	Key           *callKey       `json:"appel,omitempty"`
}

func (c *paperChange) record(id, actor string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindPaper, Subject: id, Actor: actor, Version: schema, Data: data}, err
}

// Mark says what was done with papers.
type Mark struct {
	To            fse.PaperState
	PatientSigned bool     // with PapierSigne: the patient has signed the sheets too
	Date          fse.Date // with PapierPoste and PapierScanne; zero is today
}

// MarkPapers notes what was done with the papers of FSE and lots, all of them or none.
// A lot takes the sheets of owner's FSE along, those that it moves forward, and back those
// that came with it; the others stay as they are. All papers that are concerned come back,
// as they are then.
//
// What is printed once more although it is further on stays as it is. It fails with
// ErrNotFound, ErrNoPaper for an FSE or a lot that has none or an FSE that is cancelled or
// replaced, ErrPaper for a move that fse.CanMovePaper does not allow, ErrDate for a day to
// come or before the care, and ErrManyPapers beyond 1000.
func (b *Book) MarkPapers(ctx context.Context, actor, owner string, ids []string, m Mark, c Call) ([]PaperOf, error) {
	if m.Date > civil(b.now()) {
		return nil, ErrDate
	}
	return b.mark(ctx, actor, m, c, func(s journal.State) ([]concernedPaper, error) { return concerned(s, owner, ids) })
}

// mark notes what was done with the papers that find finds, and returns them as they are
// then.
func (b *Book) mark(ctx context.Context, actor string, m Mark, c Call, find func(journal.State) ([]concernedPaper, error)) (list []PaperOf, err error) {
	today := civil(b.now())
	_, err = b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		if first, err := c.repeated(s); err != nil || first != "" {
			return nil, err
		}
		all, err := find(s)
		if err != nil {
			return nil, err
		}
		return m.entries(all, actor, today, c)
	})
	if err != nil {
		return nil, err
	}
	err = b.journal.View(func(s journal.State) error {
		all, err := find(s)
		for _, p := range all {
			list = append(list, p.PaperOf)
		}
		return err
	})
	return list, err
}

// entries makes the records of a mark.
func (m Mark) entries(all []concernedPaper, actor string, today fse.Date, c Call) (entries []journal.Entry, err error) {
	for _, p := range all {
		next, err := m.next(p, today)
		if err != nil {
			return nil, err
		}
		if next == p.Paper {
			continue
		}
		change := paperChange{State: next.State, PatientSigned: next.PatientSigned, Date: next.Date, With: next.With}
		if len(entries) == 0 {
			change.Key = c.key()
		}
		entry, err := change.record(p.id(), actor)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// rank orders the states of a paper: what has a higher one is further on.
func rank(s fse.PaperState) int {
	return slices.Index([]fse.PaperState{fse.PapierAImprimer, fse.PapierImprime, fse.PapierSigne, fse.PapierPoste}, s)
}

// next is p once m is noted.
func (m Mark) next(p concernedPaper, today fse.Date) (Paper, error) {
	forward := rank(m.To) > rank(p.State) && p.State != fse.PapierScanne
	switch same := m.To == p.State; {
	case p.along && !forward && !m.back(p), m.To == fse.PapierImprime && !same && !forward:
		return p.Paper, nil
	case same: // the patient may sign later, a date may be corrected
	case fse.CanMovePaper(p.State, m.To):
	case p.along:
		return p.Paper, nil
	default:
		return Paper{}, fmt.Errorf("%w: from %s to %s", ErrPaper, p.State, m.To)
	}
	next := p.Paper
	if next.State, next.Date = m.To, 0; m.To != p.State {
		next.With = ""
		if p.along {
			next.With = p.Lot.ID
		}
	}
	switch m.To {
	case fse.PapierAImprimer, fse.PapierImprime:
		next.PatientSigned = false
	case fse.PapierSigne:
		next.PatientSigned = p.Kind != state.PaperBordereau && (m.PatientSigned || p.PatientSigned)
	case fse.PapierPoste, fse.PapierScanne:
		if m.Date != 0 && m.Date < p.earliest() {
			return Paper{}, ErrDate
		}
		next.Date = cmp.Or(m.Date, p.Date, today)
	}
	return next, nil
}

// back tells whether a sheet goes back with the bordereau with which it came to its state.
func (m Mark) back(p concernedPaper) bool {
	return p.With == p.Lot.ID && p.State == p.bordereau && rank(m.To) < rank(p.State)
}

// earliest is the first day on which p can have been posted: that of the care, or the one
// on which the lot was opened.
func (p *PaperOf) earliest() fse.Date {
	if p.FSE != nil {
		return p.FSE.Draft.DateSoins
	}
	return civil(p.Lot.Opened)
}
