package lot

import (
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Interrupted returns the lots of which an attempt is under way: after a start nobody
// knows how it has ended. Its cost is that of the lots that were not sent.
func (b *Book) Interrupted() ([]Lot, error) {
	return b.unsent(func(l *Lot) bool { return l.Dispatch != nil && l.Dispatch.State == DispatchBegun })
}

// ToDispatch returns the closed lots that may be sent without anybody's word, the oldest
// first. Its cost is that of the lots that were not sent.
func (b *Book) ToDispatch() ([]Lot, error) {
	return b.unsent((*Lot).mayBeAsked)
}

func (b *Book) unsent(takes func(*Lot) bool) (list []Lot, err error) {
	err = b.journal.View(func(s journal.State) error {
		return waiting(s, setLots, func(l *Lot) error {
			if takes(l) {
				list = append(list, *l)
			}
			return nil
		})
	})
	return list, err
}
