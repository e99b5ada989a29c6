package mail

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Box is the mailbox of an account. Fetch and Check may be called by several
// goroutines, but most servers let only one session in.
type Box struct{ link link }

// NewBox checks the account; its error is an *Error of KindInvalid.
func NewBox(a Account) (*Box, error) {
	if err := a.POP3.check(); err != nil {
		return nil, err
	}
	if a.POP3.User == "" {
		return nil, invalid("a mailbox has a user")
	}
	return &Box{newLink(a.POP3)}, nil
}

// Mail is a mail as it came.
type Mail struct {
	UID  string // of the server, for the mailbox; "" where it has none, or gave it twice
	Size int    // bytes, as the server says where Raw is nil
	Raw  []byte // nil: larger than MaxMail; it stays on the server
}

// ErrLeave is what take returns for a mail that has to stay on the server.
var ErrLeave = errors.New("the mail stays on the server")

// Result is what a Fetch did, even where it failed.
type Result struct {
	Mails     int      // in the mailbox at the beginning
	Given     int      // to take
	Deleted   int      // confirmed by the server
	Undeleted []string // UIDs of mails that take took and the server would not delete
	More      bool     // there is more to fetch than one session gives
}

// Bounds of a session: of the mails that it gives, and of those of a mailbox.
const (
	maxGiven   = 1000
	maxMailbox = 10_000_000
)

// Fetch gives the mails of the mailbox to take, 1000 at most, and deletes each that
// take took (nil). A mail that take wants to leave (ErrLeave) and one that is too large
// stay; where seen, which may be nil, knows their UID later, they are not given again.
// Any other error of take ends the session, with what was taken before deleted.
//
// The error is an *Error. What was given and is not in Deleted may come again.
func (b *Box) Fetch(ctx context.Context, seen func(uid string) bool, take func(context.Context, Mail) error) (Result, error) {
	d, err := openDrop(ctx, b.link)
	if err != nil {
		return Result{}, err
	}
	defer d.wire.Close()
	f := fetching{drop: d, take: take}
	if err := f.run(ctx, seen); err != nil {
		return f.result, fault(ctx, err)
	}
	return f.result, nil
}

// Check logs in and fetches nothing. Its error is an *Error.
func (b *Box) Check(ctx context.Context) error {
	d, err := openDrop(ctx, b.link)
	if err != nil {
		return err
	}
	defer d.wire.Close()
	d.wire.step(d.waits.bye, maxAnswer)
	_, _ = d.command("QUIT") // a courtesy
	return nil
}

// fetching is one session of Fetch.
type fetching struct {
	drop    *maildrop
	take    func(context.Context, Mail) error
	result  Result
	deleted int  // not confirmed yet
	broken  bool // nothing more can be asked of the server
}

// entry is a mail of the list.
type entry struct {
	number int
	uid    string
}

func (f *fetching) run(ctx context.Context, seen func(string) bool) error {
	entries, err := f.list(seen)
	if err != nil {
		return err
	}
	var failed error
	for _, e := range entries {
		if failed = f.one(ctx, e); failed != nil {
			break
		}
	}
	var stopped *Error
	if f.broken || failed != nil && !(errors.As(failed, &stopped) && stopped.Kind == KindIntent) {
		return failed
	}
	if _, err := f.drop.command("QUIT"); err != nil {
		return errors.Join(failed, err)
	}
	f.result.Deleted = f.deleted
	return failed
}

// list gives the mails to fetch.
func (f *fetching) list(seen func(string) bool) ([]entry, error) {
	answer, err := f.drop.command("STAT")
	if err != nil {
		return nil, err
	}
	stat, err := numbers(answer, 1)
	if err != nil {
		return nil, err
	}
	f.result.Mails = stat[0]
	if stat[0] > maxMailbox {
		return nil, protocol("the mailbox has more than ten million mails")
	}
	l := listing{places: map[string]int{}}
	err = f.drop.lines("UIDL", maxAnswer+stat[0]*100, func(line string) error { return l.add(line, stat[0], seen) })
	var refusal *Error
	if errors.As(err, &refusal) && refusal.Kind == KindRefused { // UIDL is optional
		l = listing{more: stat[0] > maxGiven}
		for n := range min(stat[0], maxGiven) {
			l.entries = append(l.entries, entry{number: n + 1})
		}
		err = nil
	}
	f.result.More = l.more
	return l.entries, err
}

// listing gathers the lines of UIDL.
type listing struct {
	lines   int
	entries []entry
	places  map[string]int // of UIDs in entries
	more    bool
}

func (l *listing) add(line string, mails int, seen func(string) bool) error {
	number, err := numbers(line, 1)
	if err != nil {
		return err
	}
	if l.lines++; l.lines > mails || number[0] < 1 || number[0] > mails {
		return protocol("the list of mails is not that of the mailbox")
	}
	_, uid, _ := strings.Cut(strings.TrimSpace(line), " ")
	if uid = strings.TrimSpace(uid); len(uid) > 255 || uid != clean(uid, 255) {
		uid = ""
	}
	switch {
	case uid != "" && seen != nil && seen(uid):
		return nil
	case len(l.entries) == maxGiven:
		l.more = true
		return nil
	}
	if first, twice := l.places[uid]; twice {
		l.entries[first].uid, uid = "", ""
	} else if uid != "" {
		l.places[uid] = len(l.entries)
	}
	l.entries = append(l.entries, entry{number[0], uid})
	return nil
}

// one gives a mail to take, and has it deleted. What fails with KindIntent is take:
// the session can go on.
func (f *fetching) one(ctx context.Context, e entry) error {
	m, err := f.retrieve(e)
	switch {
	case refusedOnly(err):
		return nil // the server does not have it, whatever its list says
	case err != nil:
		return err
	case ctx.Err() != nil:
		return ctx.Err()
	}
	f.result.Given++
	err = f.take(ctx, m)
	switch {
	case err != nil && !errors.Is(err, ErrLeave):
		return &Error{Kind: KindIntent, Err: err}
	case f.broken:
		return protocol("a mail is larger than the server said")
	case ctx.Err() != nil: // the wire may not know yet
		return ctx.Err()
	case err != nil || m.Raw == nil:
		return nil
	}
	return f.delete(e)
}

// retrieve reads a mail whose size can be borne. One that turns out larger breaks the
// session: its end would have to be waited for.
func (f *fetching) retrieve(e entry) (Mail, error) {
	answer, err := f.drop.command(fmt.Sprint("LIST ", e.number))
	if err != nil {
		return Mail{}, err
	}
	told, err := numbers(answer, 2)
	if err != nil {
		return Mail{}, err
	}
	m := Mail{UID: e.uid, Size: told[1]}
	if m.Size > MaxMail {
		return m, nil
	}
	m.Raw, m.Size, err = f.drop.retrieve(e.number)
	f.broken = err == nil && m.Raw == nil
	return m, err
}

func (f *fetching) delete(e entry) error {
	_, err := f.drop.command(fmt.Sprint("DELE ", e.number))
	if refusedOnly(err) {
		f.result.Undeleted = append(f.result.Undeleted, e.uid)
		return nil
	}
	if err == nil {
		f.deleted++
	}
	return err
}

// refusedOnly tells whether the server refused one thing, and can be asked another.
func refusedOnly(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Kind == KindRefused || e.Kind == KindBusy)
}
