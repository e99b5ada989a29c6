package daemon

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// parcel is a lot ready to leave.
type parcel struct {
	lot     lot.Lot
	file    []byte // B2
	digest  string // of file: SHA-256, hex
	message mail.Message
}

// dispatch sends a lot and tells why it has not left, if so. One that has left already,
// because another caller has asked for it, is none that has not.
func (o *outbox) dispatch(ctx context.Context, id string) setback {
	o.turn.Lock()
	defer o.turn.Unlock()
	p, err := o.pack(id)
	if err != nil {
		return setbackOf(err)
	}
	if p == nil {
		return setback{}
	}
	o.d.changeMail(func(m *state.Mail) { m.Sending = true })
	err = o.send(ctx, p)
	now := o.d.now().UTC()
	o.d.changeMail(func(m *state.Mail) {
		m.Sending, m.Problem = false, nil
		if err == nil {
			m.LastSent = &now
		} else {
			m.Problem = mailFailure(err)
		}
	})
	if err != nil {
		o.d.log.Warn("a lot has not left", "lot", p.lot.Numero, "error", err)
		return setbackOf(err)
	}
	o.d.log.Info("a lot has left", "lot", p.lot.Numero, "fse", p.lot.Count)
	return setback{}
}

// pack makes the message of a closed lot: its file, what forbids that it leaves, the
// certificate of its payer, the seals of its FSE. It is nil for a lot that has left.
func (o *outbox) pack(id string) (*parcel, error) {
	l, err := o.d.book.Lot(id)
	if err != nil {
		return nil, err
	}
	switch {
	case l.Dispatch != nil && (l.Dispatch.State == lot.DispatchBounced || l.Dispatch.State == lot.DispatchRefused): // somebody decides first
		return nil, lot.ErrDispatch
	case l.Sent != nil:
		return nil, nil
	case l.State != fse.LotClos:
		return nil, lot.ErrState
	}
	p := &parcel{lot: l}
	if _, p.file, err = o.d.book.File(id); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(p.file)
	p.digest = hex.EncodeToString(sum[:])
	route, err := b2.RouteOf(l.Regime, l.Caisse, l.Centre)
	if err != nil {
		return nil, err
	}
	if p.message, err = o.d.letterOf(p, route.Destinataire); err != nil {
		return nil, err
	}
	if err := o.d.mayLeave(p); err != nil {
		return nil, err
	}
	to, err := o.certificates.Certificate(route.Destinataire.Regime(), route.Destinataire.Organisme(), o.d.now())
	if err != nil {
		return nil, err
	}
	seals, err := o.d.sealsOf(id)
	if err != nil {
		return nil, err
	}
	p.message.Part, err = seal.Enclose(seal.Contents{File: p.file, Seals: seals, Demonstration: o.d.cfg.Mail.Demonstration()}, to)
	return p, err
}

// letterOf is the message of a parcel without what it carries. Its identifier is the
// same each time that this file of this lot is sent, so that the payer and the servers
// may drop a second one, and it finds the lot again when our own copy comes back.
func (d *Daemon) letterOf(p *parcel, to b2.Destinataire) (m mail.Message, err error) {
	c := d.cfg.Mail
	address, err := seal.Address(to.Regime(), to.Organisme(), c.Demonstration())
	if err != nil {
		return m, err
	}
	now := d.now()
	subject, err := seal.Subject("00000"+p.lot.NumeroAM, now, p.lot.Count)
	if err != nil {
		return m, err
	}
	_, domain, _ := strings.Cut(c.From, "@")
	return mail.Message{ID: lot.MessageID(p.lot.ID, p.digest, domain), From: c.From, To: []string{address}, Subject: subject, Date: now}, nil
}

// sealsOf are the seals of a lot, in the order of its file.
func (d *Daemon) sealsOf(id string) ([][]byte, error) {
	members, err := d.book.InLot(id)
	if err != nil {
		return nil, err
	}
	seals := make([][]byte, 0, len(members))
	for _, f := range members {
		one, err := d.book.Seal(f)
		if err != nil {
			return nil, err
		}
		seals = append(seals, one)
	}
	return seals, nil
}

// errDestination is a recipient that the environment forbids.
var errDestination = errors.New("cannot send: the environment of mail and where this would go do not go together")

// mayLeave keeps the environments apart: a demonstration goes to addresses that can
// belong to nobody, and to a payer goes nothing that is marked as a demonstration.
func (d *Daemon) mayLeave(p *parcel) error {
	err := b2.CheckProduction(p.file)
	if !d.cfg.Mail.Demonstration() {
		return err
	}
	if !errors.Is(err, b2.ErrDemonstration) {
		return errDestination // a real file does not go to a simulator
	}
	for _, address := range append([]string{p.message.From}, p.message.To...) {
		if !isMailAddress(address) || !isReserved(address) {
			return errDestination
		}
	}
	return nil
}

// send hands a parcel over. The book knows that it leaves before it does, and what has
// become of it afterwards.
func (o *outbox) send(ctx context.Context, p *parcel) error {
	actor, begun := o.actor(p.lot.ID), false
	begin := func(ctx context.Context) error {
		l, err := o.d.book.BeginDispatch(ctx, actor, p.lot.ID, lot.Dispatch{MessageID: p.message.ID, To: p.message.To[0], File: p.digest})
		if begun = err == nil; begun {
			o.d.publishLotNow(l)
		}
		return err
	}
	err := o.mailer.Send(ctx, p.message, func(ctx context.Context) error {
		if err := o.d.mayLeave(p); err != nil { // the last look at what leaves
			return err
		}
		return begin(ctx)
	})
	ctx = context.WithoutCancel(ctx) // what has happened is noted
	end := endOf(err)
	if !begun {
		if end.State == lot.DispatchNone {
			return err // nothing has left, and nothing is noted
		}
		if failed := begin(ctx); failed != nil {
			return errors.Join(err, failed)
		}
	}
	o.end(ctx, ending{actor, p.lot.ID, p.message.ID, end})
	return err
}

// endOf is what the outcome of Mailer.Send says of a dispatch. What is not understood
// may have left.
func endOf(err error) lot.DispatchEnd {
	if err == nil {
		return lot.DispatchEnd{State: lot.DispatchSent, By: lot.ByServer}
	}
	if e, ok := errors.AsType[*mail.Error](err); ok {
		switch problem := mailFailure(err).Message; e.Kind {
		case mail.KindRefused, mail.KindTooLarge:
			return lot.DispatchEnd{State: lot.DispatchRefused, Problem: problem, Reply: e.Reply, By: lot.ByServer}
		case mail.KindUndecided:
			return lot.DispatchEnd{State: lot.DispatchUndecided, Problem: problem}
		case mail.KindUnreachable, mail.KindSecurity, mail.KindLogin, mail.KindBusy, mail.KindCut, mail.KindIntent, mail.KindProtocol, mail.KindInvalid:
			return lot.DispatchEnd{State: lot.DispatchNone, Problem: problem, Reply: e.Reply}
		}
	}
	return lot.DispatchEnd{State: lot.DispatchUndecided, Problem: "L’envoi a échoué d’une façon inattendue : le serveur a peut-être pris ce lot."}
}

// setbackOf is what a failure means for the lot and for the others.
func setbackOf(err error) setback {
	s := setback{why: mailFailure(err)}
	if e, ok := errors.AsType[*mail.Error](err); ok && e.Kind != mail.KindIntent {
		switch e.Kind {
		case mail.KindRefused, mail.KindTooLarge, mail.KindUndecided:
			s.final = true
		case mail.KindUnreachable:
			s.all, s.mute = true, true
		case mail.KindCut:
			s.mute = true
		case mail.KindSecurity, mail.KindLogin, mail.KindProtocol, mail.KindInvalid:
			s.all = true
		}
		return s
	}
	switch s.why.Kind {
	case state.DiskFull, state.Offline, state.Internal, state.Timeout:
		s.all = true
	case state.NotFound:
		s.final = true
	case state.Invalid, state.Denied, state.Busy, state.JournalDamaged:
		_, absent := errors.AsType[*seal.CertificateError](err)
		s.final = !absent && !errors.Is(err, lot.ErrFile) // a file that is put there mends the former
	}
	return s
}
