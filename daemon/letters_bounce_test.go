package daemon

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// transmitted is a daemon that has sent its lot, of which no copy came back, and the
// message.
func transmitted(t *testing.T, s *shelf, p *post) (*Daemon, mail.Message) {
	t.Helper()
	p.copies = false
	d, stop := s.copied(t, t.TempDir()).open(t)
	t.Cleanup(stop)
	p.sent, p.box = nil, map[string][]byte{}
	if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil || len(p.sent) != 1 {
		t.Fatalf("%v, %d messages", err, len(p.sent))
	}
	return d, p.sent[0]
}

// fetched fetches what is in the mailbox.
func fetched(t *testing.T, d *Daemon) Fetched {
	t.Helper()
	got, err := d.FetchReturns(t.Context(), ehr, still)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// A lot whose message came back is shown to be decided, with the reason; one that is late
// is not, nor one that the payer has answered about.
func TestBounce(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	id := s.lots[0].ID
	tests := []struct {
		name   string
		script sendScript
		before func(m mail.Message) []byte // comes before the report
		report func(m mail.Message) []byte
		state  lot.DispatchState
		status string // in the problem of the lot
		stays  bool   // in the mailbox
	}{
		{"come back", sendScript{}, nil, func(m mail.Message) []byte {
			return bounceMail("failed", "5.1.1", m.To[0], "message/rfc822", original(m.ID))
		}, lot.DispatchBounced, "5.1.1", false},
		{"come back, by its headers", sendScript{}, nil, func(m mail.Message) []byte {
			return bounceMail("failed", "5.4.4", m.To[0], "text/rfc822-headers", original(m.ID))
		}, lot.DispatchBounced, "5.4.4", false},
		{"late", sendScript{}, nil, func(m mail.Message) []byte {
			return bounceMail("delayed", "4.4.1", m.To[0], "text/rfc822-headers", original(m.ID))
		}, lot.DispatchSent, "", false},
		{"our copy has come back", sendScript{}, nil, func(m mail.Message) []byte {
			return bounceMail("failed", "5.2.2", ourAddress, "message/rfc822", original(m.ID))
		}, lot.DispatchSent, "", true},
		{"of another mail", sendScript{}, nil, func(m mail.Message) []byte {
			return bounceMail("failed", "5.1.1", m.To[0], "message/rfc822", original("x@exemple.test"))
		}, lot.DispatchSent, "", true},
		{"after an answer", sendScript{}, func(mail.Message) []byte { return letter("a@b.test", acknowledgement(t, "D", 1, true)) }, func(m mail.Message) []byte {
			return bounceMail("failed", "5.1.1", m.To[0], "message/rfc822", original(m.ID))
		}, lot.DispatchSent, "", false},
		{"of one that is undecided", sendScript{after: undecided, taken: true}, nil, func(m mail.Message) []byte {
			return bounceMail("failed", "5.1.1", m.To[0], "message/rfc822", original(m.ID))
		}, lot.DispatchUndecided, "5.1.1", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p.script = func(int, mail.Message) sendScript { return test.script }
			d, m := transmitted(t, s, p)
			if test.before != nil {
				p.arrive(test.before(m))
				fetched(t, d)
			}
			p.arrive(test.report(m))
			got := fetched(t, d)
			l := lotNow(t, d, id)
			if l.Dispatch.State != test.state || !strings.Contains(l.Dispatch.Problem, test.status) || (got.Received == 0) != test.stays || (p.inBox() == 1) != test.stays {
				t.Errorf("%+v, %d left, dispatch %+v", got, p.inBox(), l.Dispatch)
			}
			if list, _, err := d.Deliveries("", 1); !test.stays && (err != nil || list[0].Kind != lot.DeliveryBounce || list[0].Problem == "") {
				t.Errorf("noted as %+v, %v", list, err)
			}
			if toDecide := test.status != ""; (d.book.Queue().Undecided == 1) != toDecide || (d.MailState().Undecided == 1) != toDecide {
				t.Errorf("queue %+v, mail %+v", d.book.Queue(), d.MailState())
			}
		})
	}
}

// toldFSE are the FSE that events tell of so far.
func toldFSE(s *Subscription) (list []state.FSE) {
	for {
		select {
		case e := <-s.Events():
			if e.Type == state.EventFSE {
				list = append(list, *e.FSE)
			}
		default:
			return list
		}
	}
}

// Somebody decides about a lot that came back, and the report does not undo that when it
// comes once more.
func TestBounceDecided(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1)
	for _, sent := range []bool{false, true} {
		t.Run(fmt.Sprint(sent), func(t *testing.T) {
			p.copies = false
			d, stop := s.copied(t, t.TempDir()).open(t)
			defer stop()
			p.sent, p.box = nil, map[string][]byte{}
			id := s.lots[0].ID
			if _, err := d.Transmit(t.Context(), ehr, []string{id}, still); err != nil {
				t.Fatal(err)
			}
			m := p.sent[0]
			report := bounceMail("failed", "5.1.1", m.To[0], "message/rfc822", original(m.ID))
			p.arrive(report)
			fetched(t, d)
			if mail := d.MailState(); mail.Waiting != 1 || mail.Undecided != 1 {
				t.Errorf("%d lots may leave, %d are to be decided", mail.Waiting, mail.Undecided)
			}
			list, err := d.Transmit(t.Context(), ehr, []string{id}, still)
			if err != nil || len(list) != 1 || list[0].Error == nil || list[0].Error.Code != "ENVOI_EN_COURS" {
				t.Errorf("sent before anybody has decided: %+v, %v", list, err)
			}
			_, events := d.Hello()
			defer events.Close()
			shown, err := d.Decide(t.Context(), ehr, id, sent, lot.Call{})
			if told := toldFSE(events); len(told) != 1 || told[0].State != map[bool]string{false: string(fse.EnLot), true: string(fse.SansARLAttendu)}[sent] {
				t.Errorf("told of %+v", told)
			}
			if err != nil || (shown.Sent != nil) != sent {
				t.Fatalf("%+v, %v", shown, err)
			}
			if _, err := d.Transmit(t.Context(), ehr, []string{id}, still); err != nil {
				t.Fatal(err)
			}
			if want := map[bool]int{false: 2, true: 1}[sent]; len(p.sent) != want {
				t.Errorf("%d messages, want %d", len(p.sent), want)
			}
			p.arrive(report) // it was not deleted
			if got := fetched(t, d); got.Known != 1 || lotNow(t, d, id).Dispatch.State != lot.DispatchSent {
				t.Errorf("%+v, %+v", got, lotNow(t, d, id).Dispatch)
			}
		})
	}
}

// Our own copy settles a dispatch however a server writes our address.
func TestCopyOfAnotherCase(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	p.script = func(int, mail.Message) sendScript { return sendScript{after: undecided, taken: true} }
	d, m := transmitted(t, s, p)
	p.arrive(fmt.Appendf(nil, "From: <%s>\r\nMessage-ID: <%s>\r\n%s", "Cabinet@EXEMPLE.test", m.ID, m.Part))
	if got := fetched(t, d); got.Received != 1 || lotNow(t, d, s.lots[0].ID).Dispatch.By != lot.ByCopy {
		t.Errorf("%+v, %+v", got, lotNow(t, d, s.lots[0].ID).Dispatch)
	}
}

// Our copy of what a lot held before it was changed is shown to somebody, and the lot does
// not leave by itself: the payer would have its FSE twice.
func TestCopyOfEarlierMessage(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 2)
	id := s.lots[0].ID
	p.script = func(int, mail.Message) sendScript { return sendScript{after: undecided, taken: true} }
	d, m := transmitted(t, s, p)
	if _, err := d.Decide(t.Context(), ehr, id, false, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.ReopenLot(t.Context(), ehr, id, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	p.arrive(fmt.Appendf(nil, "From: <%s>\r\nMessage-ID: <%s>\r\nDate: Tue, 16 Jun 2026 12:00:00 +0200\r\n%s", m.From, m.ID, m.Part))
	got := fetched(t, d)
	list, _, err := d.ReturnsWhere(lot.ReturnFilter{Lot: id}, "", 0)
	if err != nil || got.Received != 1 || len(list) != 1 || list[0].Effect != string(lot.EffectToExamine) || !strings.Contains(list[0].Why, "16/06/2026") {
		t.Errorf("%+v, %+v, %v", got, list, err)
	}
	if q := d.book.Queue(); q.ToSettle != 1 || p.inBox() != 0 {
		t.Errorf("%+v, %d left", q, p.inBox())
	}
	if may, err := d.book.ToDispatch(); err != nil || len(may) != 0 {
		t.Errorf("%d lots may leave, %v", len(may), err)
	}
}

// What names a message of ours is kept though it is damaged.
func TestDamagedMailOfOurs(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	d, m := transmitted(t, s, p)
	raw := bounceMail("failed", "5.1.1", m.To[0], "message/rfc822", original(m.ID))
	p.arrive(raw[:len(raw)-30])
	got := fetched(t, d)
	if diff := cmp.Diff(Fetched{Received: 1, Problems: 1}, got); diff != "" || p.inBox() != 0 {
		t.Errorf("%d left\n%s", p.inBox(), diff)
	}
}

// A part that is too large to be kept leaves its mail where it is.
func TestPartTooLargeToKeep(t *testing.T) {
	d, stop := newShelf(t, newPost(), 1).open(t)
	defer stop()
	for _, size := range []int{100, maxReturns + 1} {
		head := []byte("Content-Type: application/EDI-consent\r\nContent-Transfer-Encoding: odd\r\n\r\n")
		in, stay := d.readPart(mail.Letter{}, mail.Part{Body: append(head, bytes.Repeat([]byte("x"), size)...)})
		if large := size > maxReturns; stay != large || (in.Content == nil) != large || in.Size <= size || in.Problem == "" {
			t.Errorf("%d bytes: stays %t, %d kept, size %d", size, stay, len(in.Content), in.Size)
		}
	}
}

// A file of the other environment stays in the mailbox, is noted once, and is taken in by
// a service that has its environment.
func TestOtherEnvironmentStays(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	p.arrive(letter("a@b.test", payments(t, "R", 1, 1)))
	for range 2 {
		d, stop := s.open(t)
		fetched(t, d)
		if list, _, err := d.Deliveries("", 0); err != nil || len(list) != 1 || list[0].Returns != 0 || list[0].Problem == "" || p.inBox() != 1 {
			t.Errorf("%+v, %v, %d left", list, err, p.inBox())
		}
		stop()
	}
	s.cfg.Mail.Environment = MailProduction
	d, stop := s.open(t)
	defer stop()
	got := fetched(t, d)
	if diff := cmp.Diff(Fetched{Received: 1, Waiting: 1, Returns: 1, Payments: 1}, got); diff != "" || p.inBox() != 0 {
		t.Errorf("%d left\n%s", p.inBox(), diff)
	}
}

// An answer about a lot that came from an address of nobody waits, and is settled by the
// lot that somebody names.
func TestReconcileLot(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	d, _ := transmitted(t, s, p)
	id := s.lots[0].ID
	p.arrive(letter("a@b.test", acknowledgement(t, "D", 2, true)))
	if got := fetched(t, d); got.Waiting != 1 {
		t.Fatalf("%+v", got)
	}
	waiting, _, err := d.ReturnsWhere(lot.ReturnFilter{Waiting: true}, "", 0)
	if err != nil || len(waiting) != 1 {
		t.Fatalf("%+v, %v", waiting, err)
	}
	_, err = d.ReconcileLot(t.Context(), ehr, waiting[0].ID, "absent", lot.Call{})
	wantKind(t, err, state.NotFound, "INTROUVABLE")
	got, err := d.ReconcileLot(t.Context(), ehr, waiting[0].ID, id, lot.Call{})
	if err != nil || got.Lot != id || got.Pending {
		t.Errorf("%+v, %v", got, err)
	}
	if l := lotNow(t, d, id); l.State != fse.LotAcquitte || d.book.Queue().ToSettle != 0 {
		t.Errorf("lot %s, %+v", l.State, d.book.Queue())
	}
}

// A payer that answers from another address than the one that lots go to is known by its
// number in the file.
func TestAnswerFromAnotherAddress(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	p.script = func(int, mail.Message) sendScript { return sendScript{after: undecided, taken: true} }
	d, _ := transmitted(t, s, p)
	raw := letter("a@b.test", acknowledgement(t, "D", 1, true))
	p.arrive(bytes.Replace(raw, []byte(payerAddress), []byte("retours@b.test"), 1))
	if got, l := fetched(t, d), lotNow(t, d, s.lots[0].ID); got.Applied != 1 || l.State != fse.LotAcquitte || l.Dispatch.By != lot.ByReturn {
		t.Errorf("%+v, lot %s, %+v", got, l.State, l.Dispatch)
	}
}
