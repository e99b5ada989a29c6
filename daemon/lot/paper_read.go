package lot

import (
	"errors"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// PaperOf is a paper with what it is of.
type PaperOf struct {
	Paper
	Kind state.PaperKind
	FSE  *FSE // of a sheet, nil of a bordereau
	Lot  *Lot // of a bordereau, or the one that the FSE of a sheet is in; nil for none
}

func (p *PaperOf) id() string {
	if p.FSE != nil {
		return p.FSE.ID
	}
	return p.Lot.ID
}

// withPaper completes f by its paper, where it has one.
func (f *FSE) withPaper(g getter) (err error) {
	if f.State != fse.Papier && (f.Signature == nil || f.Certification != "D") {
		return nil
	}
	f.Paper, err = get[Paper](g, keyPaper(f.ID))
	if over := f.State == fse.Annulee || f.State == fse.Remplacee; over && f.Paper.waits() {
		f.Paper = nil
	}
	return err
}

// sheetOf is the paper of an FSE, which must have one.
func sheetOf(g getter, f *FSE) (PaperOf, error) {
	if f.Paper == nil {
		return PaperOf{}, ErrNoPaper
	}
	p := PaperOf{Paper: *f.Paper, Kind: state.PaperSheet, FSE: f}
	if f.State == fse.Papier {
		p.Kind = state.PaperFSP
	}
	if f.Lot == "" {
		return p, nil
	}
	var err error
	p.Lot, err = get[Lot](g, keyLot(f.Lot)) // that of a cancelled FSE may have been purged
	return p, err
}

// bordereauOf is the bordereau of a lot. An open lot and one that is not degraded have
// none.
func bordereauOf(g getter, l *Lot) (PaperOf, error) {
	p, err := get[Paper](g, keyPaper(l.ID))
	if err == nil && (p == nil || l.State == fse.LotOuvert) {
		err = ErrNoPaper
	}
	if err != nil {
		return PaperOf{}, err
	}
	return PaperOf{Paper: *p, Kind: state.PaperBordereau, Lot: l}, nil
}

// sheetsIn lists the sheets of owner's FSE in a lot.
func sheetsIn(s scanner, lotID, owner string) (list []PaperOf, err error) {
	all, err := inLot(s, lotID)
	for i := range all {
		f := &all[i]
		if f.Paper == nil || owner != Practice && f.Owner != owner {
			continue
		}
		p, err := sheetOf(s, f)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, err
}

// LotPapers returns the papers of a lot: its bordereau, unless it is open, and its
// sheets in the order of their numbers. One that is not degraded has none.
func (b *Book) LotPapers(id string) (list []PaperOf, err error) {
	err = b.journal.View(func(s journal.State) error {
		l, err := lotOf(s, id)
		if err != nil || l.Certification != "D" {
			return err
		}
		p, err := bordereauOf(s, l)
		switch {
		case err == nil:
			list = append(list, p)
		case !errors.Is(err, ErrNoPaper):
			return err
		}
		sheets, err := sheetsIn(s, id, Practice)
		list = append(list, sheets...)
		return err
	})
	return list, err
}

// Papers returns the papers that wait, the oldest first, at most limit, behind the
// cursor after, and the cursor of the next page ("" at the end). Sheets are those of
// owner's FSE; bordereaux are the practice's and in everybody's list. Its cost is that
// of what waits.
func (b *Book) Papers(owner, after string, limit int) (list []PaperOf, next string, err error) {
	from := uint64(0)
	if after != "" {
		from = cursorOf(after)
	}
	err = b.journal.View(func(s journal.State) error {
		var last uint64
		return members(s, setPapers, from, false, func(seq uint64, key string) (bool, error) {
			p, err := paperAt(s, key)
			if errors.Is(err, ErrNoPaper) { // one mark of an older version has entered it
				return true, nil
			}
			if err != nil || p.FSE != nil && owner != Practice && p.FSE.Owner != owner {
				return err == nil, err
			}
			if len(list) == limit {
				next = cursorAt(last)
				return false, nil
			}
			list, last = append(list, p), seq
			return true, nil
		})
	})
	return list, next, err
}

// paperAt is the paper of what stands at a key of an FSE or a lot.
func paperAt(g getter, key string) (p PaperOf, err error) {
	if id, ok := strings.CutPrefix(key, keyFSE("")); ok {
		f, err := fetch(g, id)
		if err != nil {
			return p, err
		}
		return sheetOf(g, f)
	}
	l, err := get[Lot](g, key)
	if err == nil && l == nil {
		err = errMissing(key)
	}
	if err != nil {
		return p, err
	}
	return bordereauOf(g, l)
}
