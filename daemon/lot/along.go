package lot

import (
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// What a payer says of a lot as a whole changes the lot in one update, and its FSE, each of
// which may have many returns of its own, in as many as it takes: the delivery knows how
// far they are. Meanwhile each FSE is judged by what stands of its lot whenever anything
// else is said of it, so that the end is the same.

// along is how far the FSE of a lot have followed what was said of the lot.
type along struct {
	Lot   string `json:"lot"`             // Lot.ID, "" at the end
	After string `json:"apres,omitempty"` // derived key of the last one that has
}

// takeOfLot makes the entries by which r is about l as a whole, but for r itself; next is
// nil where its FSE stay what they are. ErrNoMatch is a lot that may have no more returns.
func takeOfLot(s scanner, r *Return, l *Lot, actor string) (entries []journal.Entry, next *along, err error) {
	b, err := ledgerAt(s, keyOfLot(l.ID))
	if err == nil && len(b.returns) >= maxOfLot {
		err = ErrNoMatch
	}
	if err != nil {
		return nil, nil, err
	}
	b.add(r)
	accepted, refused := judgeLot(l, b.all())
	if entries, err = b.changes(actor); err != nil || accepted == l.Accepted && alike(refused, l.Refused) {
		return entries, nil, err
	}
	change := lotChange{State: l.State, Accepted: accepted, Refused: refused}
	switch {
	case refused != nil:
		change.State = fse.LotRejete
	case accepted:
		change.State = fse.LotAcquitte
	}
	entry, err := change.record(l.ID, actor, "retour")
	return append(entries, entry), &along{Lot: l.ID}, err
}

// follow makes the entries of a step in which FSE of a lot follow what was said of it.
func (in *intake) follow(at along) (entries []journal.Entry, err error) {
	l, err := lotOf(in.s, at.Lot)
	if err != nil {
		return nil, err
	}
	items, err := in.s.Scan(prefixInLot(at.Lot), at.After, 0, false)
	if err != nil {
		return nil, err
	}
	var next along
	for _, item := range items {
		if in.size > maxStep {
			next = at
			break
		}
		m, err := decode[member](item.Value)
		if err != nil {
			return nil, err
		}
		f, err := fetch(in.s, m.FSE)
		if err != nil {
			return nil, err
		}
		a, err := accountOf(in.s, f, l)
		if err != nil {
			return nil, err
		}
		settled, err := a.settle(in.actor)
		if err != nil {
			return nil, err
		}
		entries = append(entries, settled...)
		in.size += a.size + (len(a.returns)+2)*overhead
		at.After = item.Key
	}
	entry, err := (&deliveryChange{Along: &next}).record(in.delivery.ID, in.actor)
	return append(entries, entry), err
}
