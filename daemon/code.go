package daemon

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
)

// maxTries is the number of tries after a good code.
const maxTries = 3

// withCode runs use on the CPS held, its code verified, in one transaction that
// begins by making sure of the card. The card is reset at the end, unless another
// program had its code open before: that is its session, not ours.
func (d *Daemon) withCode(ctx context.Context, principal string, h held, operation string, lease reader.LeaseID, use func(*cps.Card) error) (reader.Trace, error) {
	var trace reader.Trace
	err := d.withTyped(ctx, principal, h, operation, lease, func(verify verification) (err error) {
		trace, err = d.showCode(ctx, principal, h, lease, verify, use)
		return err
	})
	return trace, err
}

// withTyped calls do with what verifies the code of the CPS held: the one that is kept,
// or one that the user types. do gives it to showCode, once.
func (d *Daemon) withTyped(ctx context.Context, principal string, h held, operation string, lease reader.LeaseID, do func(verification) error) error {
	tries, err := d.triesLeft(ctx, principal, h, lease)
	if err != nil {
		return err
	}
	request := PINRequest{Principal: principal, Operation: operation, Reader: h.reader.Name,
		Holder: h.card.Holder.Prenom + " " + h.card.Holder.Nom, Tries: tries, Pinpad: h.reader.Pinpad}
	return d.pins.use(ctx, pinKey{principal, h.cps.serial}, request, func(c *code, lastTry bool) error {
		if c == nil {
			return do(d.typedOnReader(h, lastTry))
		}
		return do(d.typedBefore(c, lastTry))
	})
}

// verification shows a code to the card, and says whether the session that it opens is
// ours to end. It runs in a transaction, on the goroutine of the card.
type verification struct {
	limit time.Duration // beside the patience with cards
	run   func(*reader.Tx, *cps.Card) (ours bool, err error)
}

// typedBefore shows the card a code that we have.
func (d *Daemon) typedBefore(c *code, lastTry bool) verification {
	return verification{run: func(_ *reader.Tx, card *cps.Card) (ours bool, err error) {
		err = d.pins.show(c, func(command *cps.Command) (err error) {
			ours, err = card.Verify(command, &d.pins.refusals, lastTry)
			return err
		})
		return ours, err
	}}
}

// typedOnReader has the user type the code on the reader, and front ends say so
// meanwhile.
func (d *Daemon) typedOnReader(h held, lastTry bool) verification {
	return verification{limit: cps.PadLimit, run: func(tx *reader.Tx, card *cps.Card) (bool, error) {
		d.desk.awaitCode(h, true)
		defer d.desk.awaitCode(h, false)
		return card.VerifyOnPad(tx, lastTry)
	}}
}

// showCode verifies the code and runs use, in one transaction. A caller that gives
// up does not stop a code that is on its way: the job notes itself what the card says
// of it.
func (d *Daemon) showCode(ctx context.Context, principal string, h held, lease reader.LeaseID, verify verification, use func(*cps.Card) error) (reader.Trace, error) {
	ctx, cancel := context.WithTimeout(ctx, d.cfg.cardPatience()+verify.limit)
	defer cancel()
	return h.owner.Do(ctx, h.job("use the CPS", principal, lease, func(tx *reader.Tx) error {
		card, err := cps.OpenSerial(tx, h.cps.family, h.cps.serial)
		if err != nil {
			return err
		}
		ours, err := verify.run(tx, card)
		if ours {
			tx.ResetAtEnd()
		}
		d.noteTries(h, err)
		if err != nil {
			return err
		}
		return use(card)
	}))
}

// noteTries records what verifying the code has told of its tries.
func (d *Daemon) noteTries(h held, err error) {
	switch e := reader.AsError(err); {
	case err == nil:
		d.desk.setTries(h, maxTries)
	case e.Kind == reader.PINWrong:
		d.desk.setTries(h, e.Tries)
	case e.Kind == reader.PINLastTry:
		d.desk.setTries(h, 1)
	case e.Kind == reader.PINBlocked:
		d.desk.setTries(h, 0)
	}
}

// triesLeft is how many tries the card showed last. A card that was blocked then
// is asked again, for it may have been unblocked by another program.
func (d *Daemon) triesLeft(ctx context.Context, principal string, h held, lease reader.LeaseID) (int, error) {
	if known := h.card.PINTriesLeft; known != nil && *known > 0 {
		return *known, nil
	}
	var pin cps.PINState
	ctx, cancel := context.WithTimeout(ctx, d.cfg.cardPatience())
	defer cancel()
	_, err := h.owner.Do(ctx, h.job("read the state of the code", principal, lease, func(tx *reader.Tx) error {
		card, err := cps.OpenSerial(tx, h.cps.family, h.cps.serial)
		if err == nil {
			pin, err = card.PIN()
		}
		return err
	}))
	if err == nil && pin.Blocked {
		err = reader.Fail(reader.PINBlocked, "use the code porteur")
	}
	return pin.Tries, err
}
