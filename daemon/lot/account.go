package lot

import (
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// What one FSE and one lot may have of returns (ours): all of them are judged, and may be
// written, in one update.
const (
	maxOfFSE = 100
	maxOfLot = 50
)

// judged is a return that is judged with others, with the effect that is written of it;
// new is one that is not written yet.
type judged struct {
	*Return
	effect Effect
	why    string
	isNew  bool
}

// ledger is what stands in the book of returns.
type ledger struct {
	returns []judged
	size    int // bytes of those that are written
}

// ledgerAt reads the returns that are listed at a key.
func ledgerAt(g getter, key string) (b ledger, err error) {
	ids, err := list(g, key)
	if err != nil {
		return b, err
	}
	for _, id := range ids {
		data, ok, err := g.Get(keyReturn(id))
		if err == nil && !ok {
			err = errMissing(key)
		}
		if err != nil {
			return b, err
		}
		r, err := decode[Return](data)
		if err != nil {
			return b, err
		}
		b.returns = append(b.returns, judged{Return: r, effect: r.Effect, why: r.Why})
		b.size += len(data)
	}
	return b, nil
}

func (b *ledger) add(r *Return) { b.returns = append(b.returns, judged{Return: r, isNew: true}) }

func (b *ledger) all() []*Return {
	all := make([]*Return, len(b.returns))
	for i := range b.returns {
		all[i] = b.returns[i].Return
	}
	return all
}

// find returns the return id among them.
func (b *ledger) find(id string) (*Return, bool) {
	for i := range b.returns {
		if b.returns[i].ID == id {
			return b.returns[i].Return, true
		}
	}
	return nil, false
}

// changes makes the entries of the returns that are written and whose effect is another
// one now.
func (b *ledger) changes(actor string) (entries []journal.Entry, err error) {
	for i := range b.returns {
		r := &b.returns[i]
		if r.isNew || r.effect == r.Effect && r.why == r.Why {
			continue
		}
		entry, err := (&returnChange{Effect: r.Effect, Why: r.Why}).record(r.ID, actor)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// account is an FSE that was transmitted, its lot and the returns about it.
type account struct {
	ledger
	f *FSE
	l *Lot
}

// accountOf reads the account of f, which was transmitted in l.
func accountOf(g getter, f *FSE, l *Lot) (*account, error) {
	b, err := ledgerAt(g, keyOfFSE(f.ID))
	return &account{ledger: b, f: f, l: l}, err
}

// accountIn reads the account of f with its lot.
func accountIn(g getter, f *FSE) (*account, error) {
	l, err := lotOf(g, f.Lot)
	if err != nil {
		return nil, err
	}
	return accountOf(g, f, l)
}

// settle judges the returns and makes the entries of what they change, but for the new
// returns themselves.
func (a *account) settle(actor string) (entries []journal.Entry, err error) {
	v := judge(a.f, a.l, a.all())
	if v.differs(a.f) {
		change := fseChange{State: v.State, Received: v.Received, Reject: v.Reject}
		if v.Reject == nil && a.f.Reject != nil {
			change.Reject = &Reject{}
		}
		if entries, err = one(change.record(a.f.ID, actor, "retour")); err != nil {
			return nil, err
		}
	}
	more, err := a.changes(actor)
	return append(entries, more...), err
}

// differs tells whether v makes anything else of f.
func (v *verdict) differs(f *FSE) bool {
	return v.State != f.State || !alike(v.Received, f.Received) || !alike(v.Reject, f.Reject)
}

// alike tells whether two pointers are to the same, or both to nothing.
func alike[T comparable](a, b *T) bool {
	return a == b || a != nil && b != nil && *a == *b
}
