package vault_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// practice is a state folder of its own with a book in it.
type practice struct {
	t      *testing.T
	places vault.Places
}

func newPractice(t *testing.T, withBackup bool) *practice {
	root := t.TempDir()
	p := vault.Places{State: filepath.Join(root, "state"), Key: filepath.Join(root, "state.key")}
	p.Journal, p.Anchor = filepath.Join(p.State, "journal"), filepath.Join(p.State, "journal.anchor")
	if err := os.Mkdir(p.State, 0o700); err != nil {
		t.Fatal(err)
	}
	if withBackup {
		p.Backup = filepath.Join(root, "backup")
		if err := os.Mkdir(p.Backup, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return &practice{t, p}
}

func (p *practice) open() *vault.Vault {
	p.t.Helper()
	v, err := vault.Open(p.places, vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// fill makes n drafts and closes the book.
func (p *practice) fill(v *vault.Vault, n int, back bool) {
	p.t.Helper()
	b, err := v.Book()
	if err != nil {
		p.t.Fatal(err)
	}
	for range n {
		if _, err := b.Create(context.Background(), "ehr", &fse.Draft{}, lot.Call{}); err != nil {
			p.t.Fatal(err)
		}
	}
	if back {
		if _, err := v.Backup(context.Background(), b); err != nil {
			p.t.Fatal(err)
		}
	}
	if err := b.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// drafts counts those of a book.
func drafts(t *testing.T, b *lot.Book) (n int) {
	t.Helper()
	for after := ""; ; {
		list, next, err := b.List("ehr", after, 100)
		if err != nil {
			t.Fatal(err)
		}
		n += len(list)
		if after = next; after == "" {
			return n
		}
	}
}

// cutManifest is what Badger takes for a shorter, whole journal.
func (p *practice) cutManifest() {
	p.t.Helper()
	file := filepath.Join(p.places.Journal, "MANIFEST")
	info, err := os.Stat(file)
	if err == nil {
		err = os.Truncate(file, info.Size()-5)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// burn makes every file of the journal useless.
func (p *practice) burn() {
	p.t.Helper()
	err := filepath.WalkDir(p.places.Journal, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.WriteFile(path, []byte("burnt"), 0o600)
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func TestSecretIsMadeOnceAndMissed(t *testing.T) {
	p := newPractice(t, false)
	v := p.open()
	code := v.Code()
	p.fill(v, 1, false)
	if again := p.open().Code(); again != code {
		t.Error("another secret at the second start")
	}
	if err := os.Remove(p.places.Key); err != nil {
		t.Fatal(err)
	}
	_, err := vault.Open(p.places, vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if key.KindOf(err) != key.Missing {
		t.Fatalf("a book whose secret is gone: %v", err)
	}
	if err := vault.Recover(p.places, code); err != nil {
		t.Fatal(err)
	}
	b, err := p.open().Book()
	if err != nil {
		t.Fatal(err)
	}
	if n := drafts(t, b); n != 1 {
		t.Errorf("%d drafts", n)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestCodeIsNoted(t *testing.T) {
	v := newPractice(t, false).open()
	if v.Noted() {
		t.Error("noted before anybody has seen it")
	}
	if err := v.Note(); err != nil || !v.Noted() {
		t.Errorf("noted: %v, %v", v.Noted(), err)
	}
}

func TestRestore(t *testing.T) {
	tests := []struct {
		name          string
		backup        bool
		before, after int // drafts before and after the backup
		damage        func(*practice)
		want          int
		missing       bool
	}{
		{"MANIFEST cut, no backup: the files give all", false, 40, 0, (*practice).cutManifest, 40, false},
		{"MANIFEST cut, with a backup of half", true, 20, 20, (*practice).cutManifest, 40, false},
		{"everything burnt: the backup gives all of its time", true, 30, 0, (*practice).burn, 30, false},
		{"everything burnt: what came after the backup is named", true, 30, 5, (*practice).burn, 30, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPractice(t, tt.backup)
			v := p.open()
			p.fill(v, tt.before, tt.backup)
			p.fill(v, tt.after, false)
			tt.damage(p)

			_, err := v.Book()
			if journal.KindOf(err) != journal.Damaged {
				t.Fatalf("a damaged book: %v", err)
			}
			p.standsIn(v, err, tt.want)
			r, err := v.Restore(t.Context(), false)
			if err != nil {
				t.Fatal(err)
			}
			if r.Whole() == tt.missing || r.Kept == "" {
				t.Errorf("restored %+v", r)
			}
			p.holds(v, tt.want)
		})
	}
}

// standsIn checks the copy that is read as long as nobody has decided.
func (p *practice) standsIn(v *vault.Vault, damage error, want int) {
	p.t.Helper()
	b, _, err := v.StandIn(p.t.Context(), damage)
	if err != nil {
		p.t.Fatal(err)
	}
	if n := drafts(p.t, b); n != want {
		p.t.Errorf("%d drafts in the copy, want %d", n, want)
	}
	if _, err := b.Create(p.t.Context(), "ehr", &fse.Draft{}, lot.Call{}); !errors.Is(err, damage) {
		p.t.Errorf("the copy takes a draft: %v", err)
	}
	if err := b.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// holds checks that the book opens, is whole, holds what it should and goes on.
func (p *practice) holds(v *vault.Vault, want int) {
	p.t.Helper()
	b, err := v.Book()
	if err != nil {
		p.t.Fatal(err)
	}
	if n := drafts(p.t, b); n != want {
		p.t.Errorf("%d drafts, want %d", n, want)
	}
	if _, err := b.Verify(p.t.Context()); err != nil {
		p.t.Error(err)
	}
	if _, err := b.Create(p.t.Context(), "ehr", &fse.Draft{}, lot.Call{}); err != nil {
		p.t.Error(err)
	}
	if err := b.Close(); err != nil {
		p.t.Fatal(err)
	}
}

// A restore that is cut short at any of its moves is finished by the next one, and
// the book stays shut until then.
func TestRestoreCutShort(t *testing.T) {
	for step := range 4 {
		p := newPractice(t, true)
		v := p.open()
		p.fill(v, 10, true)
		p.cutManifest()
		if err := v.CutRestore(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Book(); journal.KindOf(err) != journal.Damaged {
			t.Errorf("step %d: a book in the middle of a restore: %v", step, err)
		}
		if _, err := v.Restore(t.Context(), false); err != nil {
			t.Errorf("step %d: %v", step, err)
			continue
		}
		p.holds(v, 10)
	}
}

// Neither the store, nor the backup, nor what a restore leaves shows what is in it.
func TestNothingReadable(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	b, err := v.Book()
	if err != nil {
		t.Fatal(err)
	}
	canary := "CANARI-DE-PATIENT"
	draft := &fse.Draft{}
	draft.Beneficiaire.Nom = canary
	for range 50 {
		if _, err := b.Create(t.Context(), "ehr", draft, lot.Call{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := v.Backup(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	p.cutManifest()
	if _, err := v.Restore(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	files := 0
	err = filepath.WalkDir(filepath.Dir(p.places.State), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		if bytes.Contains(data, []byte(canary)) {
			t.Errorf("%s shows a name", path)
		}
		return err
	})
	if err != nil || files < 8 {
		t.Errorf("%d files, %v", files, err)
	}
}
