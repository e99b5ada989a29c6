package frontal

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// After a write that failed and was taken back the ledger goes on, and holds whole
// lines only.
func TestTheLedgerTakesBackWhatItCouldNotWrite(t *testing.T) {
	dir := t.TempDir()
	l, err := openLedger(dir)
	if err != nil {
		t.Fatal(err)
	}
	mail := func(id string) line { return line{Mail: &reception{ID: id, At: start, Mailbox: DefaultMailbox}} }
	if err := l.append(mail("a")); err != nil {
		t.Fatal(err)
	}
	if _, err := l.file.Write([]byte(`{"courr`)); err != nil { // a part of a line, as on a full disk
		t.Fatal(err)
	}
	if err := l.rewind(); err != nil {
		t.Fatal(err)
	}
	if err := l.append(mail("b")); err != nil {
		t.Fatal(err)
	}
	if err := l.file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.append(mail("c")); err == nil {
		t.Error("a line was written to a closed file")
	}
	again, err := openLedger(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer again.file.Close()
	if diff := cmp.Diff(map[string]bool{mail("a").Mail.key(): true, mail("b").Mail.key(): true}, again.messages); diff != "" || again.counts.Mails != 2 {
		t.Error(diff)
	}
}

// Whatever the bytes of a ledger, it opens or says why, and changes nothing but a cut
// last line.
func FuzzOpenLedger(f *testing.F) {
	f.Add([]byte(`{"courrier":{"message":"<a@b>","recu":"2026-03-02T09:00:00Z","boite":"cabinet@agrafe.test","lots":[{"id":"x","factures":[{"sceau":"1"}],"reponses":[{"id":"x-arl","genre":"arl"}]}]}}` + "\n" +
		`{"envoi":{"reponse":"x-arl","le":"2026-03-02T09:00:00Z"}}` + "\n"))
	f.Add([]byte(`{"courrier":{"lots":[null]}}` + "\n"))
	f.Add([]byte(`{"courrier":{"lots":[{"reponses":[null]}]}}` + "\n"))
	f.Add([]byte(`{"envoi":{"reponse":"?"}}` + "\n{"))
	f.Fuzz(func(t *testing.T, text []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, ledgerFile), text, 0o600); err != nil {
			t.Fatal(err)
		}
		l, err := openLedger(dir)
		left, readErr := os.ReadFile(filepath.Join(dir, ledgerFile))
		if readErr != nil {
			t.Fatal(readErr)
		}
		if err != nil {
			if string(left) != string(text) {
				t.Error("a ledger that is not opened was changed")
			}
			return
		}
		l.all()
		if err := l.file.Close(); err != nil {
			t.Error(err)
		}
		if len(left) > len(text) || string(left) != string(text[:len(left)]) {
			t.Error("the ledger was rewritten")
		}
	})
}
