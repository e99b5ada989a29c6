package lot

import (
	"context"
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// concernedPaper is a paper that a mark is about.
type concernedPaper struct {
	PaperOf
	along     bool           // with the lot that it is in
	bordereau fse.PaperState // of the bordereau that it goes along with, "" for none
}

// maxMarked bounds the papers of a mark: all of them are one update of the journal.
const maxMarked = 1000

// marking gathers the papers that a mark is about, each once.
type marking struct {
	g    scanner
	list []concernedPaper
	at   map[string]int
}

func (m *marking) add(p concernedPaper) error {
	if i, known := m.at[p.id()]; known {
		m.list[i].along = m.list[i].along && p.along
		return nil
	}
	if len(m.list) == maxMarked {
		return ErrManyPapers
	}
	m.at[p.id()] = len(m.list)
	m.list = append(m.list, p)
	return nil
}

// sheet adds the sheet of an FSE, which must not be over.
func (m *marking) sheet(f *FSE) error {
	if replacedOrCancelled(f.State) {
		return ErrNoPaper
	}
	p, err := sheetOf(m.g, f)
	if err != nil {
		return err
	}
	return m.add(concernedPaper{PaperOf: p})
}

// lot adds the bordereau of a lot and the sheets of owner's FSE in it.
func (m *marking) lot(l *Lot, owner string) error {
	bordereau, err := bordereauOf(m.g, l)
	if err != nil {
		return err
	}
	if err := m.add(concernedPaper{PaperOf: bordereau}); err != nil {
		return err
	}
	sheets, err := sheetsIn(m.g, l.ID, owner)
	if err != nil {
		return err
	}
	for _, p := range sheets {
		if replacedOrCancelled(p.FSE.State) {
			continue
		}
		if err := m.add(concernedPaper{p, true, bordereau.State}); err != nil {
			return err
		}
	}
	return nil
}

// concerned lists the papers of ids, each once: those named, and with those of lots
// the sheets of owner's FSE in them.
func concerned(s scanner, owner string, ids []string) ([]concernedPaper, error) {
	m := &marking{g: s, at: map[string]int{}}
	for _, id := range ids {
		l, err := get[Lot](s, keyLot(id))
		if err != nil {
			return nil, err
		}
		if l != nil {
			err = m.lot(l, owner)
		} else {
			var f *FSE
			if f, err = own(s, id, owner); err == nil {
				err = m.sheet(f)
			}
		}
		if err != nil {
			return nil, err
		}
	}
	return m.list, nil
}

// Printed is what has come out of a printer, as it was drawn.
type Printed struct {
	Sheets []PrintedSheet
	Lot    string    // Lot.ID of the bordereau among it, "" for none
	Closed time.Time // when that lot was closed
}

// PrintedSheet is the sheet of an FSE. It bears the number of the lot that the FSE was in.
type PrintedSheet struct {
	FSE string // FSE.ID
	Lot string // Lot.ID, "" for none
}

// MarkPrinted notes as printed the papers of owner's FSE and of lots that have come out of
// a printer, and returns them. What has changed since it was drawn is left as it is, and
// all is false then: a lot that was opened since, an FSE that was cancelled, replaced or
// put in another lot.
func (b *Book) MarkPrinted(ctx context.Context, actor, owner string, p Printed) (marked []PaperOf, all bool, err error) {
	marked, err = b.mark(ctx, actor, Mark{To: fse.PapierImprime}, Call{}, func(s journal.State) (list []concernedPaper, err error) {
		list, all, err = p.asDrawn(s, owner)
		return list, err
	})
	return marked, all, err
}

// asDrawn lists the papers that are still as they were drawn, and tells whether all are.
func (p *Printed) asDrawn(s journal.State, owner string) (list []concernedPaper, all bool, err error) {
	m := &marking{g: s, at: map[string]int{}}
	all = true
	if p.Lot != "" {
		switch same, err := m.sameLot(p.Lot, p.Closed); {
		case err != nil:
			return nil, false, err
		case !same:
			all = false
		}
	}
	for _, sheet := range p.Sheets {
		f, err := own(s, sheet.FSE, owner)
		if err == nil && f.Lot != sheet.Lot {
			err = ErrNoPaper
		}
		if err == nil {
			err = m.sheet(f)
		}
		if errors.Is(err, ErrNoPaper) || errors.Is(err, ErrNotFound) {
			all = false
			continue
		}
		if err != nil {
			return nil, false, err
		}
		m.list[len(m.list)-1].along = p.Lot != "" && sheet.Lot == p.Lot
	}
	return m.list, all, nil
}

// sameLot adds the bordereau of a lot if that has stayed closed since.
func (m *marking) sameLot(id string, closed time.Time) (bool, error) {
	l, err := get[Lot](m.g, keyLot(id))
	if err != nil || l == nil || l.Closed == nil || !l.Closed.Equal(closed) {
		return false, err
	}
	p, err := bordereauOf(m.g, l)
	if err != nil {
		return false, err
	}
	return true, m.add(concernedPaper{PaperOf: p})
}
