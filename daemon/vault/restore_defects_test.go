package vault_test

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/vault"
	"github.com/google/go-cmp/cmp"
)

// loseDisk removes all but the backup and, if the code was typed again, the secret.
func (p *practice) loseDisk(withKey bool) {
	p.t.Helper()
	err := errors.Join(os.RemoveAll(p.places.State), os.MkdirAll(p.places.State, 0o700))
	if withKey {
		err = errors.Join(err, os.Remove(p.places.Key))
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// A new disk beside an old backup: a book that is begun anew would give every number
// a second time.
func TestNoSecondBookBesideItsBackup(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	code := v.Code()
	p.fill(v, 7, true)
	p.loseDisk(true)
	_, err := vault.Open(p.places, vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if key.KindOf(err) != key.Missing {
		t.Fatalf("a new secret beside a backup of another: %v", err)
	}
	if err := vault.Recover(p.places, code); err != nil {
		t.Fatal(err)
	}
	v = p.open()
	if v.Begun() {
		t.Error("a book where there is none")
	}
	_, err = v.Book()
	if journal.KindOf(err) != journal.Damaged {
		t.Fatalf("a new book beside a backup: %v", err)
	}
	p.standsIn(v, err, 7)
	r, err := v.Restore(t.Context(), false)
	if err != nil || !r.Whole() || r.Kept != "" {
		t.Fatalf("%+v, %v", r, err)
	}
	p.holds(v, 7)
}

// A restore that would lose records does not go on without the backup that may hold them.
func TestBackupAwayDuringRestore(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	p.fill(v, 9, true)
	p.burn()
	away := p.places.Backup + "-elsewhere"
	if err := os.Rename(p.places.Backup, away); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Restore(t.Context(), false); err == nil {
		t.Error("a restore of nothing")
	}
	if err := os.Rename(away, p.places.Backup); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Restore(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	p.holds(v, 9)
}

// half leaves of the journal only what it was at an earlier moment, with the anchor of now.
func half(p *practice, v *vault.Vault, back bool) {
	p.fill(v, 5, back)
	old := p.places.State + "-old"
	if err := os.CopyFS(old, os.DirFS(p.places.Journal)); err != nil {
		p.t.Fatal(err)
	}
	p.fill(v, 4, back)
	if err := errors.Join(os.RemoveAll(p.places.Journal), os.Rename(old, p.places.Journal)); err != nil {
		p.t.Fatal(err)
	}
}

// What a restore that was killed had rebuilt holds patients' data: the next start of the
// service removes it.
func TestHalfARestoreIsRemoved(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	p.fill(v, 5, true)
	if err := v.CutRemake(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.fill(v, 0, false)
	if left, err := filepath.Glob(filepath.Join(p.places.State, "restauration*", "*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %d, %v", len(left), err)
	}
}

func TestLossyRestoreIsDecided(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	half(p, v, true)
	away := p.places.Backup + "-elsewhere"
	if err := os.Rename(p.places.Backup, away); err != nil {
		t.Fatal(err)
	}
	_, err := v.Restore(t.Context(), false)
	if !errors.Is(err, vault.ErrUnread) {
		t.Fatalf("four records given up: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(p.places.State, "restauration*", "*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %d, %v", len(left), err)
	}
	r, err := v.Restore(t.Context(), true)
	if err != nil || r.Whole() || r.Last != 5 || r.Known < 9 {
		t.Fatalf("last %d of %d, missing %v, %v", r.Last, r.Known, r.Missing, err)
	}
	p.holds(v, 5)
}

// A restore that is finished later says what it has brought back.
func TestResumedRestoreTells(t *testing.T) {
	for step := range 4 {
		p := newPractice(t, false)
		v := p.open()
		half(p, v, false)
		if err := v.CutRestore(t.Context(), step); err != nil {
			t.Fatal(err)
		}
		r, err := v.Restore(t.Context(), false)
		if err != nil || r.Last != 5 || r.Known != 9 || r.Whole() {
			t.Errorf("step %d: last %d of %d, missing %v, %v", step, r.Last, r.Known, r.Missing, err)
		}
		p.holds(v, 5)
	}
}

// A copy that was rebuilt, and damaged before it was put in place, is made anew.
func TestDamagedCopyIsMadeAnew(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	p.fill(v, 6, true)
	p.cutManifest()
	if err := v.CutRestore(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	copied := &practice{t, vault.Places{Journal: filepath.Join(p.places.State, "restauration", "journal")}}
	copied.burn()
	if _, err := v.Restore(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	p.holds(v, 6)
}

// A restore of a sound journal, as at a change of version, that is cut short before it
// has moved anything leaves the journal as it was; the next start goes on with it.
func TestCutShortBeforeMoving(t *testing.T) {
	p := newPractice(t, false)
	v := p.open()
	p.fill(v, 6, false)
	if err := v.CutRestore(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	p.holds(v, 6)
}

// meanwhile is a vault that does something once, when a restore asks for free space: the
// damaged files were read then, and nothing was moved.
func (p *practice) meanwhile(do func()) *vault.Vault {
	p.t.Helper()
	var once sync.Once
	v, err := vault.Open(p.places, vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, FreeSpace: func(string) (uint64, error) {
		once.Do(do)
		return 1 << 40, nil
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	return v
}

// A service that starts while a restore goes on keeps what it writes.
func TestRestoreBesideService(t *testing.T) {
	tests := []struct {
		name  string
		stops bool
	}{{"the service runs", false}, {"the service has stopped again", true}}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPractice(t, false)
			service := p.open()
			p.fill(service, 3, false)
			var b *lot.Book
			v := p.meanwhile(func() {
				var err error
				if b, err = service.Book(); err == nil {
					_, err = b.Create(context.Background(), "ehr", &fse.Draft{}, lot.Call{})
				}
				if err == nil && tt.stops {
					err = b.Close()
				}
				if err != nil {
					t.Error(err)
				}
			})
			_, err := v.Restore(t.Context(), false)
			if err == nil || !tt.stops && journal.KindOf(err) != journal.Locked {
				t.Errorf("a journal moved from under a service: %v", err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			p.holds(service, 4)
		})
	}
}

func TestTwoRestores(t *testing.T) {
	p := newPractice(t, true)
	other := p.open()
	p.fill(other, 3, true)
	p.cutManifest()
	v := p.meanwhile(func() {
		if _, err := other.Restore(context.Background(), false); journal.KindOf(err) != journal.Locked {
			t.Errorf("two at the same time: %v", err)
		}
	})
	if _, err := v.Restore(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	p.holds(other, 3)
}

// What a disk had no room for is removed, and the next restore goes on.
func TestDiskFullDuringRestore(t *testing.T) {
	p := newPractice(t, true)
	v := p.open()
	p.fill(v, 3, true)
	p.cutManifest()
	full, err := vault.Open(p.places, vault.Options{Log: slog.New(slog.DiscardHandler), Now: time.Now,
		FreeSpace: func(string) (uint64, error) { return 1 << 10, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := full.Restore(t.Context(), false); journal.KindOf(err) != journal.DiskFull {
		t.Errorf("Restore: %v", err)
	}
	if _, _, err := full.StandIn(t.Context(), errors.New("damage")); journal.KindOf(err) != journal.DiskFull {
		t.Errorf("StandIn: %v", err)
	}
	for _, name := range []string{"restauration", "restauration-en-cours", "lecture"} {
		if _, err := os.Stat(filepath.Join(p.places.State, name)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s is left: %v", name, err)
		}
	}
	if _, err := v.Restore(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	p.holds(v, 3)
}

// The backup of another journal is not mixed in, and what it is not of stays.
func TestBackupOfAnotherJournal(t *testing.T) {
	p, stranger := newPractice(t, true), newPractice(t, true)
	v := p.open()
	p.fill(v, 3, false)
	if err := vault.Recover(stranger.places, v.Code()); err != nil {
		t.Fatal(err)
	}
	stranger.fill(stranger.open(), 8, true)
	p.cutManifest()
	if err := errors.Join(os.Remove(p.places.Backup), os.Rename(stranger.places.Backup, p.places.Backup)); err != nil {
		t.Fatal(err)
	}
	before := tree(t, p.places.Journal)
	if _, err := v.Restore(t.Context(), false); journal.KindOf(err) != journal.Invalid {
		t.Errorf("two journals in one: %v", err)
	}
	if diff := cmp.Diff(before, tree(t, p.places.Journal)); diff != "" {
		t.Error(diff)
	}
}

// tree is what the files of a folder hold.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(b)
	}
	return files
}
