package lot

import (
	"context"
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A message that our server took may come back from the payer's. Anybody can write such a
// mail, and a lot that is sent twice may be paid twice: so a lot whose message came back
// stays what it is, and is shown to be decided.

// bounced tells whether the message of l came back and nobody has decided yet.
func (l *Lot) bounced() bool { return l.Dispatch != nil && l.Dispatch.State == DispatchBounced }

// Bounced notes that the message of a lot came back, for a problem (French, one line). A
// lot that is transmis or sans ARL attendu is then to be decided, one whose attempt is
// undecided stays so, and one that is to be decided already stays as it is. It fails with
// ErrNotFound for a message of no lot, and ErrState where it changes nothing: for an
// earlier message of the lot, and for a lot that a payer has answered about.
func (b *Book) Bounced(ctx context.Context, actor, messageID, problem string) (Lot, error) {
	l, _, err := b.Dispatched(messageID)
	if err != nil {
		return Lot{}, err
	}
	return b.dispatch(ctx, l.ID, Call{}, func(s journal.State, l *Lot) ([]journal.Entry, error) {
		if l.Dispatch == nil || !sameMessage(l.Dispatch.MessageID, messageID) {
			return nil, fmt.Errorf("%w: it is not the last message of the lot", ErrState)
		}
		d := *l.Dispatch
		switch d.State {
		case DispatchBounced:
			return nil, nil
		case DispatchUndecided:
		case DispatchSent:
			if answered, err := isAnswered(s, l); answered || err != nil {
				return nil, refusal(err, "a payer has answered about the lot")
			}
			d.State = DispatchBounced
		default:
			return nil, fmt.Errorf("%w: the lot was not sent", ErrState)
		}
		if d.Problem == problem {
			return nil, nil
		}
		d.Problem = problem
		return one((&lotChange{State: l.State, Dispatch: &d}).record(l.ID, actor, ""))
	})
}

// refusal is err, or else ErrState for a reason.
func refusal(err error, reason string) error {
	if err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", ErrState, reason)
}

// isAnswered tells whether anybody has said anything of l or of its FSE.
func isAnswered(s scanner, l *Lot) (bool, error) {
	if l.State != fse.LotTransmis && l.State != fse.LotSansARLAttendu {
		return true, nil
	}
	items, err := s.Scan(prefixReturnIn(l.ID), "", 0, false)
	if err != nil {
		return false, err
	}
	for _, item := range items {
		r, err := get[Return](s, keyReturn(string(item.Value)))
		if err != nil || r != nil && r.Kind != ReturnCopy {
			return err == nil, err
		}
	}
	return false, nil
}

// takeBack makes the entries by which a lot whose message came back is closed, and its FSE
// en lot, as before it was sent.
func (b *Book) takeBack(s scanner, l *Lot, end DispatchEnd, actor string, key *callKey) ([]journal.Entry, error) {
	members, err := membersOf(s, l.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		f, err := fetch(s, m.FSE)
		if err != nil {
			return nil, err
		}
		if !fse.MayMove(f.State, fse.EnLot, fse.ParUtilisateur) || !wasSent(f.State) {
			return nil, fmt.Errorf("%w: one of its FSE is %s", ErrState, f.State.Libelle())
		}
	}
	return l.sent(members, &lotChange{State: fse.LotClos, Dispatch: b.ended(l, end), Key: key}, fse.EnLot, actor)
}
