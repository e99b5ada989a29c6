package daemon

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A closed lot leaves with its file and its seals for its payer, and is transmitted; so
// are its FSE. It does not leave twice.
func TestTransmit(t *testing.T) {
	p := newPost()
	r := newRig(t, mailing(t, p))
	r.insert(left, card(t, "medecin-secteur1"))
	l := r.closedLot(3)
	_, events := r.d.Hello()
	defer events.Close()
	list, err := r.d.Transmit(t.Context(), ehr, nil, still)
	if err != nil || len(list) != 1 || list[0].Error != nil {
		t.Fatalf("%+v, %v", list, err)
	}
	got := list[0].Lot
	if got.State != string(fse.LotSansARLAttendu) || got.Sent == nil || got.Dispatch == nil || got.Dispatch.State != string(lot.DispatchSent) || got.Dispatch.By != lot.ByServer {
		t.Errorf("%+v, dispatch %+v", got, got.Dispatch)
	}
	members, err := r.d.book.InLot(l.ID)
	if err != nil {
		t.Fatal(err)
	}
	_, file, err := r.d.LotFile(l.ID)
	if err != nil {
		t.Fatal(err)
	}
	m := p.sent[0]
	c := enclosed(t, m, r.cfg.Mail.Certificates)
	if !bytes.Equal(c.File, file) || len(c.Seals) != 3 || !c.Demonstration || len(m.To) != 1 || m.To[0] != payerAddress || m.From != ourAddress ||
		!strings.HasSuffix(m.ID, "@exemple.test") || !strings.HasSuffix(m.Subject, "/00003") {
		t.Errorf("to %v, %q, %d seals", m.To, m.Subject, len(c.Seals))
	}
	for i, f := range members {
		want, err := r.d.book.Seal(f)
		if err != nil || !bytes.Equal(want, c.Seals[i]) || f.State != fse.SansARLAttendu {
			t.Errorf("FSE %d is %s, %v", i, f.State, err)
		}
	}
	_, err = r.d.Transmit(t.Context(), ehr, nil, still)
	wantKind(t, err, state.Invalid, "RIEN_A_TRANSMETTRE")
	list, err = r.d.Transmit(t.Context(), ehr, []string{l.ID}, still)
	if err != nil || len(list) != 1 || list[0].Error != nil || list[0].Lot.Sent == nil || len(p.sent) != 1 {
		t.Errorf("once more: %+v, %v, %d messages", list, err, len(p.sent))
	}
	if mail := r.d.MailState(); mail.LastSent == nil || mail.Waiting != 0 || mail.Problem != nil {
		t.Errorf("%+v", mail)
	}
	told := map[state.EventType]int{}
	for told[state.EventFSE] < 3 || told[state.EventMail] < 2 || told[state.EventLot] < 2 {
		told[(<-events.Events()).Type]++
	}
	r.checkJournal()
}

// What a server does decides what becomes of a lot.
func TestDispatchOutcomes(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	id := s.lots[0].ID
	tests := []struct {
		name     string
		script   sendScript
		state    fse.LotState
		dispatch string // on the wire
		code     string
		again    bool // it is tried again by itself
	}{
		{"taken", sendScript{}, fse.LotSansARLAttendu, "parti", "", false},
		{"no network", sendScript{before: unreachable}, fse.LotClos, "en-attente", "SERVEUR_INJOIGNABLE", true},
		{"wrong password", sendScript{before: badLogin}, fse.LotClos, "en-attente", "SERVEUR_IDENTIFICATION", true},
		{"recipient refused for now", sendScript{before: busy}, fse.LotClos, "en-attente", "SERVEUR_OCCUPE", true},
		{"recipient refused", sendScript{before: refusal}, fse.LotClos, "refuse", "SERVEUR_REFUSE", false},
		{"message refused for now", sendScript{after: busy}, fse.LotClos, "en-attente", "SERVEUR_OCCUPE", true},
		{"message refused", sendScript{after: refusal}, fse.LotClos, "refuse", "SERVEUR_REFUSE", false},
		{"cut before the end", sendScript{after: cutOff}, fse.LotClos, "en-attente", "SERVEUR_COUPE", true},
		{"cut after the end, taken", sendScript{after: undecided, taken: true}, fse.LotClos, "indecis", "ENVOI_INDECIS", false},
		{"cut after the end, not taken", sendScript{after: undecided}, fse.LotClos, "indecis", "ENVOI_INDECIS", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d, stop := s.copied(t, t.TempDir()).open(t)
			defer stop()
			p.script = func(int, mail.Message) sendScript { return test.script }
			list, err := d.Transmit(t.Context(), ehr, nil, still)
			if err != nil || len(list) != 1 {
				t.Fatalf("%+v, %v", list, err)
			}
			code := ""
			if list[0].Error != nil {
				code = list[0].Error.Code
			}
			shown := list[0].Lot
			if code != test.code || shown.State != string(test.state) || shown.Dispatch == nil || shown.Dispatch.State != test.dispatch ||
				(shown.Dispatch.Problem == "") != (test.code == "") || shown.Dispatch.Reply != replyTo(test.script) {
				t.Errorf("%s, lot %s, dispatch %+v", code, shown.State, shown.Dispatch)
			}
			d.out.mu.Lock()
			_, again := d.out.wanted[id]
			d.out.mu.Unlock()
			if again != test.again {
				t.Errorf("tried again: %t", again)
			}
		})
	}
}

// replyTo is what the server of a script has said, where a failure came of it.
func replyTo(s sendScript) string {
	for _, e := range []*mail.Error{s.before, s.after} {
		if e != nil {
			return e.Reply
		}
	}
	return ""
}

// A lot that is undecided is settled by our own copy, or by somebody; until then it does
// not leave, is not reopened and loses no FSE.
func TestUndecided(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 2)
	id := s.lots[0].ID
	tests := []struct {
		name   string
		taken  bool
		settle func(*testing.T, *Daemon)
		state  fse.LotState
		by     string
	}{
		{"by our copy", true, func(t *testing.T, d *Daemon) {
			if got, err := d.FetchReturns(t.Context(), ehr, still); err != nil || got.Received != 1 {
				t.Errorf("%+v, %v", got, err)
			}
		}, fse.LotSansARLAttendu, lot.ByCopy},
		{"by somebody: it has left", false, func(t *testing.T, d *Daemon) {
			if _, err := d.Decide(t.Context(), ehr, id, true, lot.Call{}); err != nil {
				t.Error(err)
			}
		}, fse.LotSansARLAttendu, lot.ByUser},
		{"by somebody: it has not", false, func(t *testing.T, d *Daemon) {
			if _, err := d.Decide(t.Context(), ehr, id, false, lot.Call{}); err != nil {
				t.Error(err)
			}
			if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
				t.Error(err)
			}
		}, fse.LotSansARLAttendu, lot.ByServer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p.box, p.dialled = map[string][]byte{}, 0
			p.script = func(n int, _ mail.Message) sendScript {
				if n > 1 {
					return sendScript{}
				}
				return sendScript{after: undecided, taken: test.taken}
			}
			d, stop := s.copied(t, t.TempDir()).open(t)
			defer stop()
			if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
				t.Fatal(err)
			}
			if q := d.book.Queue(); q.Undecided != 1 {
				t.Errorf("%d undecided", q.Undecided)
			}
			list, err := d.Transmit(t.Context(), ehr, []string{id}, still)
			if err != nil || len(list) != 1 || list[0].Error == nil || list[0].Error.Code != "ENVOI_EN_COURS" || p.dials() > 2 {
				t.Errorf("sent again: %+v, %v", list, err)
			}
			_, err = d.ReopenLot(t.Context(), ehr, id, lot.Call{})
			wantKind(t, err, state.Busy, "ENVOI_EN_COURS")
			test.settle(t, d)
			l := lotNow(t, d, id)
			if l.State != test.state || l.Dispatch == nil || l.Dispatch.By != test.by {
				t.Errorf("%s, %+v", l.State, l.Dispatch)
			}
		})
	}
}

// Nothing set: nothing is dialled, and calls say so.
func TestMailNotSet(t *testing.T) {
	r := newRig(t)
	_, err := r.d.Transmit(t.Context(), ehr, nil, still)
	wantKind(t, err, state.Invalid, "MESSAGERIE_NON_REGLEE")
	_, err = r.d.FetchReturns(t.Context(), ehr, still)
	wantKind(t, err, state.Invalid, "MESSAGERIE_NON_REGLEE")
	_, err = r.d.CheckMail(t.Context())
	wantKind(t, err, state.Invalid, "MESSAGERIE_NON_REGLEE")
	if m := r.d.Snapshot().Mail; m == nil || m.Configured {
		t.Errorf("%+v", m)
	}
}

// Without a certificate of its payer a lot waits, and leaves once the file is there; the
// lots of other payers do not wait for it.
func TestCertificateAbsent(t *testing.T) {
	p := newPost()
	r := newRig(t, mailing(t, p))
	r.insert(left, card(t, "medecin-secteur1"))
	l := r.closedLot(1)
	name := filepath.Join(r.cfg.Mail.Certificates, payerAddress+".pem")
	text, err := os.ReadFile(name)
	if err == nil {
		err = os.Remove(name)
	}
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.d.Transmit(t.Context(), ehr, nil, still)
	if err != nil || list[0].Error.Code != "CERTIFICAT_ORGANISME" || p.dials() != 0 {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := os.WriteFile(name, text, 0o600); err != nil {
		t.Fatal(err)
	}
	r.d.out.poke(false)
	r.wait("sent lot", func(s state.Snapshot) bool { return s.Mail.LastSent != nil })
	if l := lotNow(t, r.d, l.ID); l.State != fse.LotSansARLAttendu {
		t.Errorf("the lot is %s", l.State)
	}
}

// What the journal can't take of an outcome is owed to it: nothing else leaves before,
// and a lot that has left does not leave again.
func TestOutcomeOnAFullDisk(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1)
	var full atomic.Bool
	s.deps.FreeSpace = func(string) (uint64, error) {
		if full.Load() {
			return 0, nil
		}
		return 1 << 40, nil
	}
	p.script = func(int, mail.Message) sendScript {
		return sendScript{during: func(context.Context) { full.Store(true) }}
	}
	d, stop := s.open(t)
	defer stop()
	list, err := d.Transmit(t.Context(), ehr, nil, still)
	if err != nil || len(list) != 2 || list[0].Lot.Dispatch.State != string(lot.DispatchBegun) || list[1].Error == nil || list[1].Error.Kind != state.DiskFull {
		t.Fatalf("%+v, %v", list, err)
	}
	if list, err = d.Transmit(t.Context(), ehr, nil, still); err != nil || list[0].Error == nil || list[0].Error.Kind != state.DiskFull || p.dials() != 1 {
		t.Errorf("while the disk is full: %+v, %v, %d dials", list, err, p.dials())
	}
	full.Store(false)
	p.script = nil
	if list, err = d.Transmit(t.Context(), ehr, nil, still); err != nil || len(list) != 1 || list[0].Error != nil {
		t.Errorf("with room: %+v, %v", list, err)
	}
	for _, l := range s.lots {
		if now := lotNow(t, d, l.ID); now.Sent == nil || p.taken[now.Dispatch.MessageID] != 1 {
			t.Errorf("lot %d is %s", l.Numero, now.State)
		}
	}
}

// One lot that a server does not want does not keep the others; a server that can't be
// used is asked once.
func TestOtherLots(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1, 1)
	tests := []struct {
		name  string
		first sendScript
		dials int
		left  int
	}{
		{"busy", sendScript{before: busy}, 3, 2},
		{"refused", sendScript{before: refusal}, 3, 2},
		{"undecided", sendScript{after: undecided}, 3, 2},
		{"cut", sendScript{after: cutOff}, 3, 2},
		{"no network", sendScript{before: unreachable}, 1, 0},
		{"wrong password", sendScript{before: badLogin}, 1, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p.dialled, p.sent = 0, nil
			p.script = func(n int, _ mail.Message) sendScript {
				if n == 1 {
					return test.first
				}
				return sendScript{}
			}
			d, stop := s.copied(t, t.TempDir()).open(t)
			defer stop()
			list, err := d.Transmit(t.Context(), ehr, nil, still)
			if err != nil || len(list) != 3 || p.dials() != test.dials || len(p.sent) != test.left {
				t.Errorf("%v, %d outcomes, %d dials, %d left", err, len(list), p.dials(), len(p.sent))
			}
		})
	}
}

// A caller that wants no more stops before the next lot, which is not asked for then.
func TestTransmitIsCancelled(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1)
	d, stop := s.open(t)
	defer stop()
	ctx, cancel := context.WithCancel(t.Context())
	list, err := d.Transmit(ctx, ehr, nil, func(int) { cancel() })
	if err != nil || len(list) != 1 || len(p.sent) != 1 {
		t.Errorf("%+v, %v, %d left", list, err, len(p.sent))
	}
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	if len(d.out.wanted) != 0 {
		t.Errorf("%d lots are still asked for", len(d.out.wanted))
	}
}
