package lot

import (
	"context"
	"errors"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A delivery is written down before anything of it is applied: its content in pieces, its
// returns as they were read, then itself. After that its returns are taken in by steps,
// each of which is one update; a step knows how many came before it, so that what was cut
// short goes on where it stopped, and two callers do nothing twice.

const (
	maxIncoming = 8 << 20   // bytes of a content (ours)
	maxReturns  = 100_000   // in it (ours)
	maxPiece    = 384 << 10 // bytes of a content in one record: half of what an update may write
	maxList     = 512 << 10 // bytes of the returns in one record
	maxStep     = 384 << 10 // bytes, about, that a step writes
)

// Receive keeps what has come from a payer and applies what it says, once whatever the
// number of times that it comes: known tells that it had come before, byte by byte. A
// return that came in another delivery is counted there as repeated. All of it is durable
// when Receive returns nil; when it fails, nothing is lost by calling it again, and
// ResumeDeliveries ends what was begun.
//
// A return that names a lot of which nobody knew whether it was sent settles that it was.
// What brought nothing but a problem, and comes again with returns, is read anew.
// It fails with ErrIncoming for what is too large or of no known kind.
func (b *Book) Receive(ctx context.Context, actor string, in Incoming) (d Delivery, known bool, err error) {
	if !in.sound() {
		return d, false, ErrIncoming
	}
	id := in.idOf()
	switch d, err = b.Delivery(id); {
	case err == nil && d.Problem != "" && d.Returns == 0 && len(in.Returns) > 0:
	case err == nil && !d.unfinished():
		if d.Kind != DeliveryCopy {
			d.Tally.Repeated = d.Returns
		}
		return d, true, nil
	case err == nil:
		d, err = b.takeIn(ctx, actor, id)
		return d, true, err
	case !errors.Is(err, ErrNotFound):
		return d, false, err
	}
	if err := b.keepIncoming(ctx, actor, id, &in); err != nil {
		return d, false, err
	}
	d, err = b.takeIn(ctx, actor, id)
	return d, false, err
}

func (in *Incoming) sound() bool {
	kinds := []string{DeliveryNoemie, DeliveryARL, DeliveryCopy, DeliveryBounce, DeliveryUnreadable, DeliveryUnknown, DeliveryTooLarge}
	return slices.Contains(kinds, in.Kind) && len(in.Content) <= maxIncoming && len(in.Returns) <= maxReturns
}

// keepIncoming writes a delivery down. What is there already stays.
func (b *Book) keepIncoming(ctx context.Context, actor, id string, in *Incoming) error {
	d := &Delivery{ID: id, Kind: in.Kind, Origin: field(in.Origin), From: field(in.From), Problem: field(in.Problem),
		Size: max(len(in.Content), in.Size), Demonstration: in.Demonstration, Destinataire: field(in.Destinataire)}
	for piece := range slices.Chunk(in.Content, maxPiece) {
		d.Pieces++
		if err := b.keepPart(ctx, actor, id, keyPiece(id, d.Pieces), deliveryChange{Piece: d.Pieces, Content: piece}); err != nil {
			return err
		}
	}
	returns := returnsOf(in, id)
	d.Returns = len(returns)
	lists, err := chunks(returns)
	if err != nil {
		return err
	}
	for _, some := range lists {
		d.Lists++
		if err := b.keepPart(ctx, actor, id, keyReturnList(id, d.Lists), deliveryChange{List: d.Lists, Returns: some}); err != nil {
			return err
		}
	}
	_, err = b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		before, err := get[Delivery](s, keyDelivery(id))
		if err != nil || before != nil && (before.Returns > 0 || d.Returns == 0) {
			return nil, err
		}
		return one((&deliveryChange{New: d}).record(id, actor))
	})
	return err
}

// readAgain puts a new reading on top of one that had found no returns.
func (d *Delivery) readAgain(n *Delivery) {
	d.Kind, d.Problem, d.Returns, d.Lists = n.Kind, n.Problem, n.Returns, n.Lists
	d.Demonstration, d.Destinataire = n.Demonstration, n.Destinataire
}

// keepPart records a part of a delivery unless it stands at its key.
func (b *Book) keepPart(ctx context.Context, actor, id, key string, part deliveryChange) error {
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		if _, ok, err := s.Get(key); ok || err != nil {
			return nil, err
		}
		return one(part.record(id, actor))
	})
	return err
}

// chunks cuts returns into lists that one record can hold.
func chunks(returns []Return) (lists [][]Return, err error) {
	size, from := 0, 0
	for i := range returns {
		data, err := encode(&returns[i])
		if err != nil {
			return nil, err
		}
		if size += len(data) + 1; size > maxList && i > from {
			lists = append(lists, returns[from:i])
			size, from = len(data)+1, i
		}
	}
	if from < len(returns) {
		lists = append(lists, returns[from:])
	}
	return lists, nil
}

// ResumeDeliveries ends what was begun of deliveries before the book was closed or the
// program stopped. One that fails does not keep the others from it.
func (b *Book) ResumeDeliveries(ctx context.Context) error {
	var ids []string
	err := b.journal.View(func(s journal.State) error {
		return waiting(s, setDeliveries, func(d *Delivery) error {
			ids = append(ids, d.ID)
			return nil
		})
	})
	for _, id := range ids {
		_, failed := b.takeIn(ctx, "service", id)
		err = errors.Join(err, failed)
	}
	return err
}

// unfinished tells whether returns of d are still to be taken in.
func (d *Delivery) unfinished() bool { return d.Done < d.Returns || d.Along != nil }

// takeIn takes in the returns of a delivery that are left, step by step.
func (b *Book) takeIn(ctx context.Context, actor, id string) (d Delivery, err error) {
	returns, err := resume(ctx, b, id)
	if err != nil {
		return d, err
	}
	fses, lots := map[string]bool{}, map[string]bool{}
	var tally Tally
	for {
		records, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
			d, err := deliveryOf(s, id)
			if err != nil || !d.unfinished() {
				return nil, err
			}
			step := intake{b: b, s: s, actor: actor, delivery: d, accounts: map[string]*account{}, seen: map[string]bool{}}
			if d.Along != nil {
				return step.follow(*d.Along)
			}
			return step.entries(returns[d.Done:])
		})
		if err != nil {
			return d, err
		}
		for _, r := range records {
			switch r.Kind {
			case kindFSE:
				fses[r.Subject] = true
			case kindLot:
				lots[r.Subject] = true
			}
		}
		if err := tally.add(records); err != nil {
			return d, err
		}
		if len(records) == 0 {
			break
		}
	}
	d, err = b.Delivery(id)
	d.FSE, d.Lots, d.Tally = sortedKeys(fses), sortedKeys(lots), tally
	return d, err
}
