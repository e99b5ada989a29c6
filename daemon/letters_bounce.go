package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
)

// bounced notes that a lot has come back or is late, where a mail is the report of it.
// Nil is a mail that is no such report.
func (d *Daemon) bounced(ctx context.Context, letter mail.Letter, raw []byte) ([]lot.Incoming, error) {
	b, ok := readBounce(letter, raw, d.cfg.Mail.From)
	if !ok {
		return nil, nil
	}
	d.out.turn.Lock() // the lot may be on its way this very moment
	defer d.out.turn.Unlock()
	id, err := d.sentIn(b.messages)
	if err != nil || id == "" {
		return nil, bookFailure(err)
	}
	in := lot.Incoming{Kind: lot.DeliveryBounce, Origin: letter.MessageID, From: letter.From, Content: raw, Problem: b.problem()}
	if b.failed {
		if err := d.contradict(ctx, id, &in); err != nil {
			return nil, bookFailure(err)
		}
	}
	return []lot.Incoming{in}, nil
}

// sentIn is the first of messages that has carried a lot, "" for none.
func (d *Daemon) sentIn(messages []string) (string, error) {
	for _, id := range messages {
		if _, _, err := d.book.Dispatched(id); !errors.Is(err, lot.ErrNotFound) {
			return id, err
		}
	}
	return "", nil
}

// contradict has somebody decide about a lot of which a report says that it has not
// arrived. A report that came before says nothing new: somebody may have decided since.
func (d *Daemon) contradict(ctx context.Context, message string, in *lot.Incoming) error {
	sum := sha256.Sum256(in.Content)
	if _, err := d.book.Delivery(hex.EncodeToString(sum[:])); !errors.Is(err, lot.ErrNotFound) {
		return err
	}
	l, err := d.book.Bounced(ctx, closingActor, message, in.Problem)
	switch {
	case errors.Is(err, lot.ErrState):
		return nil // the payer has answered, or the lot was sent again: the report is only kept
	case err != nil:
		return err
	}
	d.out.forget(l.ID)
	d.publishDispatched(l)
	return nil
}
