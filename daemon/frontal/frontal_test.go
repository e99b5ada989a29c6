package frontal

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/seal"
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

func TestTheFolder(t *testing.T) {
	dir := madeOnce()
	for _, name := range []string{authorityFile, authorityKey, serverKey, payersKey, passwordFile} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v", name, info.Mode())
		}
	}
	all, err := payers()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 1000 {
		t.Errorf("%d payers", len(all))
	}
	folder := seal.Folder{Dir: filepath.Join(dir, payersDir), Demonstration: true}
	for address, p := range all {
		if _, err := folder.Certificate(p.regime, p.organisme, start); err != nil {
			t.Errorf("%s: %v", address, err)
		}
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
