package frontal

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// contextUntil is a context that ends when done is closed.
func contextUntil(done <-chan struct{}) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-done; cancel() }()
	return ctx
}

func TestALotIsAcknowledgedAndPaid(t *testing.T) {
	r := newRig(t, "")
	r.bill(7, bill{numero: 101, amo: 2100, amc: 900, tiers: true}, bill{numero: 102, amo: 2100, amc: 900})
	all, _ := returned(t, r.fetch())
	if diff := cmp.Diff([]string{"0 ARL positif 0", "101 payé AMO 2100", "101 payé AMC 900"}, kinds(all)); diff != "" {
		t.Error(diff)
	}
	for _, one := range all {
		if one.Lot != 7 || one.DateLot != 260302 {
			t.Errorf("lot %d of %v", one.Lot, one.DateLot)
		}
	}
	if mails := r.fetch(); len(mails) != 0 {
		t.Errorf("%d mails after all were deleted", len(mails))
	}
	got := r.Ledger()
	want := []Entry{
		{Professional: doctor, Number: 101, Lot: 7, Payer: testPayer, Received: start, Times: 1, Owed: Amounts{2100, 900}, Paid: Amounts{2100, 900},
			Planned: FatePaid, Answer: "noemie", Answered: start},
		{Professional: doctor, Number: 102, Lot: 7, Payer: testPayer, Received: start, Times: 1, Planned: FateNothing, Answer: "arl", Answered: start},
	}
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Seal" }, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
}

func TestAnswersWait(t *testing.T) {
	r := newRig(t, "arl retard 1 j ; retard 3 j")
	r.bill(1, bill{numero: 1, amo: 2100, tiers: true})
	for _, step := range []struct {
		name string
		days int
		want []string
	}{
		{"at once", 0, []string{}},
		{"after a day", 1, []string{"0 ARL positif 0"}},
		{"after two", 1, []string{}},
		{"after three", 1, []string{"1 payé AMO 2100"}},
		{"after four", 1, []string{}},
	} {
		r.pass(time.Duration(step.days) * 24 * time.Hour)
		all, _ := returned(t, r.fetch())
		if diff := cmp.Diff(step.want, kinds(all)); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
	}
}

func TestARestartLosesAndRepeatsNothing(t *testing.T) {
	r := newRig(t, "retard 1 j")
	r.bill(1, bill{numero: 1, amo: 2100, tiers: true})
	r.bill(2, bill{numero: 2, amo: 500, tiers: true})
	if all, _ := returned(t, r.fetch()); len(all) != 2 {
		t.Fatalf("%d acknowledgements", len(all))
	}
	before := r.Ledger()
	if !before[0].Pending || !before[1].Pending {
		t.Error("no payment waits")
	}
	ledger := filepath.Join(r.dir, ledgerFile)
	r.stop()
	text, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ledger, append(text, `{"envoi":{"rep`...), 0o600); err != nil { // as a crash leaves it
		t.Fatal(err)
	}
	r.start()
	if diff := cmp.Diff(before, r.Ledger()); diff != "" {
		t.Error(diff)
	}
	r.bill(1, bill{numero: 1, amo: 2100, tiers: true}) // the same Message-ID
	r.pass(24 * time.Hour)
	r.restart()
	r.pass(24 * time.Hour)
	all, _ := returned(t, r.fetch())
	if diff := cmp.Diff([]string{"1 payé AMO 2100", "2 payé AMO 500"}, kinds(all)); diff != "" {
		t.Error(diff)
	}
	if got := r.Counts(); got != (Counts{Mails: 2, Lots: 2, Answers: 4}) {
		t.Errorf("%+v", got)
	}
}

// An answer whose mail is in the mailbox and whose line is not in the ledger, as after
// a crash between the two, is not sent a second time.
func TestACrashBetweenMailAndLedger(t *testing.T) {
	r := newRig(t, "")
	r.bill(1, bill{numero: 1, amo: 2100, tiers: true})
	r.stop()
	ledger := filepath.Join(r.dir, ledgerFile)
	text, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	if err := os.WriteFile(ledger, []byte(first+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	r.start()
	if e := r.Ledger(); !e[0].Pending {
		t.Fatal("nothing waits")
	}
	r.pass(0)
	all, _ := returned(t, r.fetch())
	if diff := cmp.Diff([]string{"0 ARL positif 0", "1 payé AMO 2100"}, kinds(all)); diff != "" {
		t.Error(diff)
	}
}

func TestADamagedLedgerIsNotOpened(t *testing.T) {
	r := newRig(t, "")
	r.bill(1, bill{numero: 1, amo: 2100, tiers: true})
	r.stop()
	ledger := filepath.Join(r.dir, ledgerFile)
	text, err := os.ReadFile(ledger)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(ledger, append([]byte("{}\n"), text...), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(r.opts); err == nil || !strings.Contains(err.Error(), "line 1 is damaged") {
		t.Errorf("opened: %v", err)
	}
}

func TestTwoProcessesDoNotShareAFolder(t *testing.T) {
	r := newRig(t, "")
	if _, err := New(r.opts); err == nil || !strings.Contains(err.Error(), "another process") {
		t.Errorf("opened twice: %v", err)
	}
}

func TestCopiesComeBack(t *testing.T) {
	r := newRig(t, "silence 100 %")
	file, contents := sampleFile(1, bill{numero: 1, amo: 2100, tiers: true})
	raw := r.enclosed("a@agrafe.test", file, cards().seal(t, contents...))
	for range 2 {
		if err := r.deliver(raw, testPayer, DefaultMailbox); err != nil {
			t.Fatal(err)
		}
	}
	mails := r.fetch()
	if len(mails) != 1 || string(mails[0]) != string(raw) {
		t.Fatalf("%d mails, the same: %v", len(mails), len(mails) > 0 && string(mails[0]) == string(raw))
	}
	if err := r.deliver([]byte("Subject: x\r\n\r\n.une ligne\r\n"), DefaultMailbox); err != nil { // for nobody else, without Message-ID
		t.Fatal(err)
	}
	if mails := r.fetch(); len(mails) != 1 || !strings.HasSuffix(string(mails[0]), "\r\n.une ligne\r\n") {
		t.Errorf("%d mails: %q", len(mails), mails)
	}
}

func TestTheSameFileInAnotherMail(t *testing.T) {
	r := newRig(t, "")
	file, contents := sampleFile(1, bill{numero: 1, amo: 2100, tiers: true})
	seals := cards().seal(t, contents...)
	for _, id := range []string{"a@agrafe.test", "b@agrafe.test"} {
		if err := r.deliver(r.enclosed(id, file, seals), testPayer); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.Counts(); got.Again != 1 || got.Lots != 1 {
		t.Errorf("%+v", got)
	}
	file.Lots[0].Numero = 2 // the invoice in another lot
	if err := r.deliver(r.enclosed("c@agrafe.test", file, seals), testPayer); err != nil {
		t.Fatal(err)
	}
	all, _ := returned(t, r.fetch())
	if diff := cmp.Diff([]string{"0 ARL positif 0", "1 payé AMO 2100", "0 ARL positif 0", "1 ARL négatif 0"}, kinds(all)); diff != "" {
		t.Error(diff)
	}
	entries := r.Ledger()
	if len(entries) != 1 || entries[0].Times != 2 || entries[0].Paid != (Amounts{AMO: 2100}) || entries[0].Rejected {
		t.Errorf("%+v", entries)
	}
}

// One Message-ID for two payers, or from two mailboxes, is that of other mails.
func TestAMessageIDIsKnownForItsSenderAndPayer(t *testing.T) {
	const colleague = "autre@agrafe.test"
	r := newRig(t, "")
	r.stop()
	r.opts.Mailboxes = []string{DefaultMailbox, colleague}
	r.start()
	to := func(from, address string, numero int) letter {
		t.Helper()
		file, contents := sampleFile(numero, bill{numero: numero, amo: 2100, tiers: true})
		return letter{from: from, payer: address, boxes: []string{from}, raw: r.enclosed("x@agrafe.test", file, cards().seal(t, contents...))}
	}
	first := to(DefaultMailbox, testPayer, 1)
	elsewhere := first
	elsewhere.payer = "01011@011.01.rss.test" // which can't read it, and says so
	for _, m := range []struct {
		name  string
		m     letter
		mails int
	}{{"the first", first, 1}, {"given again", first, 1}, {"for another payer", elsewhere, 2}, {"by another mailbox", to(colleague, testPayer, 2), 3}} {
		if err := r.take(m.m); err != nil {
			t.Fatalf("%s: %v", m.name, err)
		}
		if got := r.Counts().Mails; got != m.mails {
			t.Errorf("%s: %d mails, want %d", m.name, got, m.mails)
		}
	}
	if got := r.Counts(); got.Lots != 2 || got.Unreadable != 1 {
		t.Errorf("%+v", got)
	}
	copies := 0
	for _, raw := range r.fetch() {
		if string(raw) == string(first.raw) {
			copies++
		}
	}
	if copies != 2 {
		t.Errorf("%d copies, want one for each payer", copies)
	}
	r.restart()
	if err := r.take(first); err != nil || r.Counts().Mails != 3 {
		t.Errorf("%v, %d mails after a restart", err, r.Counts().Mails)
	}
}

// A payer that is played is there for its own machine alone.
func TestOnlyTheLoopbackIsListenedOn(t *testing.T) {
	r := newRig(t, "")
	r.stop()
	for _, host := range []string{"0.0.0.0", "", "[::]", "192.0.2.1", "agrafe.test"} {
		for name, at := range map[string]Addresses{
			"SMTP": {SMTP: host + ":0", POP3: "127.0.0.1:0", Rights: "127.0.0.1:0"},
			"POP3": {SMTP: "127.0.0.1:0", POP3: host + ":0", Rights: "127.0.0.1:0"},
			"ADRi": {SMTP: "127.0.0.1:0", POP3: "127.0.0.1:0", Rights: host + ":0"},
		} {
			o := r.opts
			o.Listen, o.Rights = at, http.NotFoundHandler()
			f, err := New(o)
			if err == nil {
				f.Close()
			}
			if err == nil || !strings.Contains(err.Error(), "its own machine alone") {
				t.Errorf("%s on %q: %v", name, host, err)
			}
		}
	}
	for _, address := range []string{"127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "localhost:1"} {
		if err := checkLoopback(address); err != nil {
			t.Error(err)
		}
	}
	r.start()
}

func TestConfig(t *testing.T) {
	r := newRig(t, "")
	text, err := r.Config(DefaultMailbox)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"[mail]", "smtp = '" + r.Addresses().SMTP + "'", "pop3_security = 'tls'", "environment = 'demonstration'",
		"ca_file = '" + filepath.Join(r.dir, "ac.pem") + "'"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, r.keys.password) || strings.Contains(text, "[rights]") {
		t.Errorf("the password, or a teleservice that is not played:\n%s", text)
	}
}

func TestMailboxesAreNamesUnderTest(t *testing.T) {
	for _, bad := range []string{"", "x", "@agrafe.test", "../x@agrafe.test", "a@agrafe.fr", "01999@999.01.rss.test", "A@agrafe.test",
		".@agrafe.test", strings.Repeat("a", 100) + "@agrafe.test"} {
		if err := checkMailbox(bad); err == nil {
			t.Errorf("%q is served", bad)
		}
	}
	if err := checkMailbox(DefaultMailbox); err != nil {
		t.Error(err)
	}
}
