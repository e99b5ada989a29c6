// Package lot keeps the book of FSE and lots: their numbers, their states, who
// goes with whom, their papers, what was sent to payers and what they answered, what
// patients gave, what was rejected and what is late; and the practices in whose name all
// that is done.
//
// Its contract:
//
//   - Every change is a record of the journal, durable before the method that
//     makes it returns. The book's state is derived from the records alone.
//   - An FSE number has 9 digits, strictly increasing for a professional, never
//     used twice. It is reserved at the first attempt to sign and stays with its
//     FSE; a number that no payer sees belongs to an FSE that is `annulée`.
//   - A lot has one professional, one payer, one certification and one
//     environment. Its number has 3 digits and follows the last of the same
//     professional, payer and environment; after 999 it skips those in use.
//   - A signature and the entry in a lot are one change, and so is the way from
//     one lot to another: there is no FSE that is signed and in no lot.
//   - A lot is reopened, and gives an FSE away, only before it is transmitted. One
//     that is left empty is open and can't be closed; the next FSE of its kind
//     goes into it, so that its number is not lost and no state is made for it.
//   - A lot is sent at most once. That its file, and no other, is about to be handed over
//     is a record before it is done; while nobody knows whether it was taken, the lot is
//     neither changed nor sent. The lot and all its FSE are transmitted in one change.
//     After a loss of records that holds of every lot that was not sent. Where its
//     message came back, somebody decides, and only then are lot and FSE as before.
//     That somebody has asked for it to leave stays noted until it has, somebody has to
//     decide about it, or it is changed.
//   - After a loss of records an FSE that was not signed is signed only by somebody who
//     confirms that it was not signed since the backup.
//   - What a payer delivers is kept as it came, and taken in once, whatever the number of
//     times and files in which it comes; what was cut short goes on where it stopped. A
//     file that can't be read applies nothing.
//   - What an FSE or a lot is follows from the set of the returns about it, not from their
//     order. Payments beat rejects, which beat acknowledgements. What nobody can match by
//     number, professional, lot, day and payer, and what contradicts itself, waits for
//     somebody. Nothing is ever sent or made again because of a return.
//   - An FSE is payée when what its payers owe is: with tiers payant their parts, else
//     nothing, and its end is then that it was acknowledged. A lot is archived, and its
//     number free, when that holds for all its FSE.
//   - What is degraded, or on paper, has a paper that waits until it is posted or scanned.
//     A paper sheet has no number: the number of an FSE that ends on paper stays with it,
//     annulée, and the sheet is another FSE.
//   - A rejected FSE is remplacée when, and only when, the one that makes it again is
//     signed or on paper; it is rejected again if that one is cancelled. A reject that was
//     noted by mistake is withdrawn before that.
//   - Takings are by day of care, what patients gave by the day on which they gave it. They
//     count an FSE once: what makes another again counts from the moment at which it
//     replaces it. A payment is noted of one FSE at a time, and follows the claim.
//   - A call with a key is done once; its repetition gives what it is about, as it
//     is now.
//   - A principal sees its own FSE only; another's does not exist for it. A lot
//     belongs to the practice, and Practice sees all.
//
// Several workstations of one professional will need blocks of numbers reserved
// from elsewhere. Nothing stands against it: the last FSE number and the last lot
// number are single derived keys (keyLastFSE, keyLastLot), given out in a decide
// function; a record that says "this journal owns the numbers from a to b" would
// bound them there, and numbers outside the block would never be reached.
package lot

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Options say where the book is.
type Options struct {
	Dir       string // folder of the journal
	Anchor    string // file that witnesses its end
	Key       []byte // encrypts the journal: 32 bytes, or nil for plain text
	Log       *slog.Logger
	Now       func() time.Time
	FreeSpace func(dir string) (uint64, error) // bytes free on the volume of dir; nil asks the system
	Frozen    error                            // not nil: why nothing may be written; reading goes on

	// AlsaceMoselle adds its two public holidays to the deadlines.
	AlsaceMoselle bool
}

// Book is an open book. Its methods may be called from several goroutines.
type Book struct {
	journal       *journal.Journal
	now           func() time.Time
	alsaceMoselle bool
	reconciling   sync.Mutex // held by ReconcileLot, which is two updates
}

// JournalOptions are those that the book opens its journal with: for what rebuilds
// or salvages a journal, which has to derive the same state.
func JournalOptions(o Options) journal.Options {
	return journal.Options{Dir: o.Dir, AnchorFile: o.Anchor, Key: o.Key, Project: project, Now: o.Now, Logger: o.Log,
		FreeSpace: o.FreeSpace, Frozen: o.Frozen}
}

// Open opens the book, or begins one. Its errors are the journal's, and ErrStale
// or ErrNewer for a journal whose state another version of this program derived.
func Open(o Options) (*Book, error) {
	j, err := journal.Open(JournalOptions(o))
	if err != nil {
		return nil, err
	}
	b := &Book{journal: j, now: o.Now, alsaceMoselle: o.AlsaceMoselle}
	if err := b.adopt(o.Frozen != nil); err != nil {
		return nil, errors.Join(err, j.Close())
	}
	return b, nil
}

// Close closes the book.
func (b *Book) Close() error { return b.journal.Close() }

// Journal is what the book is written in: for what backs it up, exports or purges
// it. Whoever updates it goes around the rules of the book.
func (b *Book) Journal() *journal.Journal { return b.journal }

// Verify reads the whole journal and compares the state of the book with one
// derived anew.
func (b *Book) Verify(ctx context.Context) (journal.Report, error) { return b.journal.Verify(ctx) }

// Stats tells how large the journal is and what it stands on.
func (b *Book) Stats() (journal.Stats, error) { return b.journal.Stats() }

// Answers returns once the journal's writer answers, and writes nothing.
func (b *Book) Answers(ctx context.Context) error { return b.journal.Answers(ctx) }

// Errors of the book. Compare with errors.Is: ErrState, ErrPaper, ErrB2, ErrStale and
// ErrNewer may come with what they are about.
var (
	ErrNotFound   = errors.New("cannot find it")
	ErrState      = errors.New("cannot do this in its state")
	ErrDuplicate  = errors.New("cannot use this key: it was used for another call")
	ErrExhausted  = errors.New("cannot give a number: all are in use")
	ErrReason     = errors.New("cannot cancel an FSE that has a number without a reason")
	ErrEmpty      = errors.New("cannot close a lot without FSE")
	ErrLotClosed  = errors.New("cannot change what is in a closed lot: reopen it first")
	ErrSent       = errors.New("cannot change a lot that was transmitted")
	ErrAlone      = errors.New("cannot take the only FSE out of a lot into a new one")
	ErrB2         = errors.New("cannot write this FSE as B2")
	ErrCabinet    = errors.New("cannot keep a practice without a number of 9 digits")
	ErrNoPaper    = errors.New("cannot mark a paper that is not there: it is neither degraded nor on paper, its lot is open, or it is cancelled or replaced")
	ErrPaper      = errors.New("cannot mark this paper so")
	ErrManyPapers = errors.New("cannot mark more than 1000 papers at once")
	ErrDate       = errors.New("cannot take this day: it is to come, lies before the care, or no time of 92 days at most")
	ErrPayment    = errors.New("cannot note this payment: its amount is below 0 or its means unknown")
	ErrTooMuch    = errors.New("cannot note more than the patient has to pay")
	ErrPaid       = errors.New("cannot note this payment here: one is noted of the FSE that it replaces or that replaces it")
	ErrRejection  = errors.New("cannot note a reject without its date, a label of at most 200 characters and a number of 9 digits")
	ErrKnown      = errors.New("cannot note this reject: one of the same number waits already")
	ErrWithdrawal = errors.New("cannot withdraw a reject without a reason of at most 200 characters")
	ErrReplaces   = errors.New("cannot split an FSE that makes another again")
	ErrBoth       = errors.New("cannot make an FSE and a return again at once: name one of them")
	ErrInUse      = errors.New("cannot remove a practice whose FSE or lots were not sent")
	ErrMode       = errors.New("cannot make it again in an unknown mode")
	ErrRemade     = errors.New("cannot make it again: another FSE does already")
	ErrOriginal   = errors.New("cannot replace an FSE that is no longer rejected")
	ErrDispatch   = errors.New("cannot do this while the sending of the lot is under way or undecided")
	ErrFile       = errors.New("cannot send this file: the lot has changed since it was written")
	ErrIncoming   = errors.New("cannot take a delivery of more than 8 MiB, more than 100000 returns or of no known kind")
	ErrDismissal  = errors.New("cannot dismiss a return without a reason of at most 200 characters")
	ErrNoMatch    = errors.New("cannot reconcile it: the FSE was not sent, is of another environment or has too many returns")
	ErrRestored   = errors.New("cannot sign this FSE without a confirmation: a backup brought it back, and it may have been signed since")
	ErrRetention  = errors.New("cannot purge what is younger than 90 days (R.161-47 CSS)")
	ErrStale      = errors.New("cannot use the derived state of an older version: rebuild the journal")
	ErrNewer      = errors.New("cannot use what a newer version wrote: install that version again")
)

// record makes an entry about an FSE.
func (c *fseChange) record(id, actor, cause string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindFSE, Subject: id, Actor: actor, Cause: cause, Version: schema, Data: data}, err
}

func (c *lotChange) record(id, actor, cause string) (journal.Entry, error) {
	data, err := encode(c)
	return journal.Entry{Kind: kindLot, Subject: id, Actor: actor, Cause: cause, Version: schema, Data: data}, err
}

// Practice stands for every owner, where a program of the practice's own machine reads,
// prints, collects, remakes, cancels or ends on paper what any front end has made, and
// where the console signs it. No principal is named so.
const Practice = "*"

// own returns the FSE id of owner.
func own(g getter, id, owner string) (*FSE, error) {
	f, err := fseOf(g, id)
	if err == nil && (f == nil || owner != Practice && f.Owner != owner) {
		err = ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return f, f.withPaper(g)
}

// fetch returns the FSE id, which a derived key names.
func fetch(g getter, id string) (*FSE, error) {
	f, err := fseOf(g, id)
	if err == nil && f == nil {
		err = errMissing(keyFSE(id))
	}
	if err != nil {
		return nil, err
	}
	return f, f.withPaper(g)
}

// change appends the entries that decide makes of the FSE id of owner, and
// returns the FSE and the lots that were changed with it. A call that was done
// before appends nothing.
func (b *Book) change(ctx context.Context, id, owner string, c Call, decide func(journal.State, *FSE) ([]journal.Entry, error)) (FSE, []Lot, error) {
	records, err := b.journal.Update(ctx, func(s journal.State) ([]journal.Entry, error) {
		f, err := own(s, id, owner)
		if err != nil {
			return nil, err
		}
		if done, err := c.done(s, id); done || err != nil {
			return nil, err
		}
		return decide(s, f)
	})
	if err != nil {
		return FSE{}, nil, err
	}
	var f FSE
	var lots []Lot
	err = b.journal.View(func(s journal.State) error {
		found, err := own(s, id, owner)
		if err != nil {
			return err
		}
		f = *found
		lots, err = changedLots(s, records, f.Lot)
		return err
	})
	return f, lots, err
}

// changedLots returns the lots that records are about and, after them, the one of
// the FSE that they are about.
func changedLots(s journal.State, records []journal.Record, last string) (lots []Lot, err error) {
	ids := []string{last}
	for _, r := range records {
		if r.Kind == kindLot && r.Subject != last {
			ids = slices.Insert(ids, len(ids)-1, r.Subject)
		}
	}
	for _, id := range ids {
		if id == "" {
			continue
		}
		l, err := get[Lot](s, keyLot(id))
		if err != nil {
			return nil, err
		}
		if l != nil { // that of a cancelled FSE may have been purged
			lots = append(lots, *l)
		}
	}
	return lots, nil
}

// one is the entry e alone.
func one(e journal.Entry, err error) ([]journal.Entry, error) {
	if err != nil {
		return nil, err
	}
	return []journal.Entry{e}, nil
}
