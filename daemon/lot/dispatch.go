package lot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// A lot reaches its payer at most once. That somebody is about to hand its file to the
// mail server is a record before it is done; where nobody knows afterwards whether the
// server has taken it, the lot is not sent again by itself: our own copy, an answer of
// the payer or somebody's decision settles it.

// DispatchState is how far the sending of a lot is.
type DispatchState string

// The states of a dispatch.
const (
	DispatchNone      DispatchState = "" // it was not taken: the lot may be sent again
	DispatchBegun     DispatchState = "en-cours"
	DispatchUndecided DispatchState = "indecis" // nobody knows whether the server has taken it
	DispatchSent      DispatchState = "parti"
	DispatchRefused   DispatchState = "refuse"
	DispatchBounced   DispatchState = "rebond" // it was taken, and came back: the lot stays as it is until somebody decides
)

// Who settled a dispatch.
const (
	ByServer = "serveur"     // the mail server has answered
	ByCopy   = "copie"       // our own copy has come back
	ByReturn = "retour"      // a payer has answered about the lot
	ByUser   = "utilisateur" // somebody has decided
)

// Dispatch is the last attempt to send the file of a lot.
type Dispatch struct {
	State     DispatchState `json:"etat,omitempty"`
	MessageID string        `json:"message"`
	To        string        `json:"a"`       // address
	File      string        `json:"fichier"` // SHA-256 of the B2 file, hex
	Began     time.Time     `json:"commence"`
	Ended     *time.Time    `json:"fini,omitempty"`
	Tries     int           `json:"essais"`               // of the lot, this one included
	Problem   string        `json:"probleme,omitempty"`   // French, one line, of what is undecided, refused or has failed
	Reply     string        `json:"reponse,omitempty"`    // words of the mail server, as mail.Error.Reply gives them
	By        string        `json:"tranchePar,omitempty"` // who settled it
}

// DispatchEnd is how an attempt has ended.
type DispatchEnd struct {
	State   DispatchState // DispatchNone, DispatchUndecided, DispatchSent or DispatchRefused
	Problem string        // French, one line
	Reply   string        // of the mail server, "" for none
	By      string
}

// onItsWay tells whether the file of l may be at the payer, so that it has to stay as
// it is.
func (l *Lot) onItsWay() bool {
	return l.Dispatch != nil && (l.Dispatch.State == DispatchBegun || l.Dispatch.State == DispatchUndecided)
}

// BeginDispatch notes that the file of a closed lot is about to be handed over, as d says:
// MessageID, To and File. It fails with ErrSent for a lot that was transmitted, ErrState
// for one that is open, ErrDispatch where an attempt is under way or undecided, and ErrFile
// where d.File is not the digest of the lot's file as it is now.
func (b *Book) BeginDispatch(ctx context.Context, actor, lotID string, d Dispatch) (Lot, error) {
	return b.dispatch(ctx, lotID, Call{}, func(s journal.State, l *Lot) ([]journal.Entry, error) {
		switch {
		case !toSend(l.State):
			return nil, ErrSent
		case l.State != fse.LotClos:
			return nil, ErrState
		case l.onItsWay():
			return nil, ErrDispatch
		}
		members, err := inLot(s, l.ID)
		if err != nil {
			return nil, err
		}
		file, err := fileOf(l, members)
		if err != nil {
			return nil, err
		}
		if sum := sha256.Sum256(file); d.File != hex.EncodeToString(sum[:]) {
			return nil, ErrFile
		}
		next := Dispatch{State: DispatchBegun, MessageID: d.MessageID, To: d.To, File: d.File, Began: b.now().UTC(), Tries: 1}
		if l.Dispatch != nil {
			next.Tries += l.Dispatch.Tries
		}
		return one((&lotChange{State: l.State, Dispatch: &next}).record(l.ID, actor, ""))
	})
}

// EndDispatch notes how the attempt messageID has ended: DispatchSent makes the lot
// transmis with its FSE, and a degraded one sans-arl-attendu; with DispatchNone it may be
// sent again. That it was sent is taken of any attempt, and once more of one that was
// settled so; another end is ErrDispatch unless the attempt is under way or undecided. So
// is a message that is not the lot's last.
func (b *Book) EndDispatch(ctx context.Context, actor, lotID, messageID string, end DispatchEnd) (Lot, error) {
	return b.dispatch(ctx, lotID, Call{}, func(s journal.State, l *Lot) ([]journal.Entry, error) {
		switch {
		case l.Dispatch == nil || !sameMessage(l.Dispatch.MessageID, messageID) || end.State == DispatchBegun:
			return nil, ErrDispatch
		case end.State == DispatchSent && !toSend(l.State):
			return nil, nil
		case end.State != DispatchSent && !l.onItsWay():
			return nil, ErrDispatch
		}
		return b.endDispatch(s, l, end, actor, nil)
	})
}

// Decide settles by somebody's word an attempt that is undecided, was refused or came
// back: the lot was sent, or may be sent again. Anything else is ErrDispatch. One that
// came back is closed again, with its FSE en lot, to be sent again; that is ErrState where
// one of them has become something else meanwhile.
func (b *Book) Decide(ctx context.Context, actor, lotID string, sent bool, c Call) (Lot, error) {
	return b.dispatch(ctx, lotID, c, func(s journal.State, l *Lot) ([]journal.Entry, error) {
		if l.undecided() == "" {
			return nil, ErrDispatch
		}
		end := DispatchEnd{State: DispatchNone, By: ByUser}
		if sent {
			end.State = DispatchSent
		} else if l.bounced() {
			return b.takeBack(s, l, end, actor, c.key())
		}
		return b.endDispatch(s, l, end, actor, c.key())
	})
}

// dispatch records what decide makes of the lot id.
func (b *Book) dispatch(ctx context.Context, id string, c Call, decide func(journal.State, *Lot) ([]journal.Entry, error)) (Lot, error) {
	_, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		l, err := lotOf(s, id)
		if err != nil {
			return nil, err
		}
		if done, err := c.done(s, id); done || err != nil {
			return nil, err
		}
		return decide(s, l)
	})
	if err != nil {
		return Lot{}, err
	}
	return b.Lot(id)
}

// ended is the last attempt to send l once it has ended so.
func (b *Book) ended(l *Lot, end DispatchEnd) *Dispatch {
	now := b.now().UTC()
	d := *l.Dispatch
	d.State, d.Problem, d.Reply, d.By, d.Ended = end.State, end.Problem, end.Reply, end.By, &now
	return &d
}

// endDispatch makes the entries by which the last attempt to send l has ended.
func (b *Book) endDispatch(s scanner, l *Lot, end DispatchEnd, actor string, key *callKey) ([]journal.Entry, error) {
	now := b.now().UTC()
	change := lotChange{State: l.State, Dispatch: b.ended(l, end), Key: key}
	if end.State != DispatchSent || !toSend(l.State) {
		return one(change.record(l.ID, actor, ""))
	}
	members, err := membersOf(s, l.ID)
	if err != nil {
		return nil, err
	}
	change.State, change.Sent = fse.LotTransmis, &now
	entries, err := l.sent(members, &change, fse.Transmise, actor)
	if err != nil || l.Certification != "D" {
		return entries, err
	}
	more, err := l.sent(members, &lotChange{State: fse.LotSansARLAttendu}, fse.SansARLAttendu, actor)
	return append(entries, more...), err
}

// sent makes the entry of a change of l, and those by which its FSE go along.
func (l *Lot) sent(members []member, change *lotChange, next fse.State, actor string) (entries []journal.Entry, err error) {
	if entries, err = one(change.record(l.ID, actor, "")); err != nil {
		return nil, err
	}
	for _, m := range members {
		entry, err := (&fseChange{State: next}).record(m.FSE, actor, "")
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry)
	}
	return entries, nil
}
