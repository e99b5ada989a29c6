package daemon

import (
	"context"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// maxTransmit bounds the lots of one call (ours).
const maxTransmit = 1000

// errNothing is the refusal to send where nothing waits.
var errNothing = &state.Error{Kind: state.Invalid, Code: "RIEN_A_TRANSMETTRE",
	Message: "Aucun lot clos n’attend de partir : clôturez d’abord un lot."}

// ToTransmit are the lots that a call is about: those named, or all closed ones that may
// leave. It refuses what Transmit would refuse at once.
func (d *Daemon) ToTransmit(lots []string) ([]string, error) {
	if err := d.MayMail(); err != nil {
		return nil, err
	}
	if len(lots) > maxTransmit {
		return nil, &state.Error{Kind: state.Invalid, Code: "NOMBRE", Path: "lots", Message: "On transmet 1000 lots au plus à la fois."}
	}
	if len(lots) > 0 {
		return lots, nil
	}
	list, err := d.book.ToDispatch()
	if err != nil {
		return nil, bookFailure(err)
	}
	for _, l := range list {
		lots = append(lots, l.ID)
	}
	if len(lots) == 0 {
		return nil, errNothing
	}
	return lots, nil
}

// Transmit sends closed lots to their payers, one after the other, and tells progress
// how many are over. A lot that does not leave does not keep the others; where no server
// can be used, or ctx ends, the rest is not tried. What did not leave for a reason that
// may pass is tried again by itself, also after a restart: that it was asked for is durable
// before anything leaves. Where ctx ends first, what of the rest nobody else has asked for
// is asked for no longer.
func (d *Daemon) Transmit(ctx context.Context, actor string, lots []string, progress func(done int)) ([]Sent, error) {
	lots, err := d.ToTransmit(lots)
	if err != nil {
		return nil, err
	}
	asked, err := d.book.Ask(ctx, actor, lots)
	if err != nil {
		return nil, bookFailure(err)
	}
	t := &transmission{ctx: ctx, actor: actor, lots: lots, own: asked, progress: progress, done: make(chan struct{})}
	stopped := failure{state.Offline, "ARRET", "Le service s'arrête.", true}
	select {
	case d.out.asked <- t:
	case <-ctx.Done():
		d.out.withdraw(actor, asked)
		return nil, Failure(ctx.Err())
	case <-d.out.ended:
		return nil, stopped.error(nil)
	}
	<-t.done
	return t.out, nil
}

// Decide settles a lot of which nobody knows whether it has left, or which was refused:
// sent says that it has; else it may be sent again.
func (d *Daemon) Decide(ctx context.Context, actor, id string, sent bool, c lot.Call) (state.Lot, error) {
	l, err := d.book.Decide(ctx, actor, id, sent, c)
	if err != nil {
		return state.Lot{}, bookFailure(err)
	}
	d.out.forget(id)
	d.publishDispatched(l)
	return d.shownLot(l), nil
}

// CheckMail logs in to both servers and sends nothing.
func (d *Daemon) CheckMail(ctx context.Context) (state.Mail, error) {
	if !d.cfg.Mail.Configured() {
		return state.Mail{}, errNoMail
	}
	for _, server := range []struct {
		name  string
		check func(context.Context) error
	}{{"d’envoi", d.out.mailer.Check}, {"de réception", d.in.box.Check}} {
		if err := server.check(ctx); err != nil {
			e := *mailFailure(err)
			e.Message = "Serveur " + server.name + " : " + e.Message
			return state.Mail{}, &e
		}
	}
	d.changeMail(func(m *state.Mail) { m.Problem = nil })
	d.out.poke(true)
	return d.MailState(), nil
}
