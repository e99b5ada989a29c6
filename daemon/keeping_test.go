package daemon

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// A damaged journal does not stop the service: what can be proved is read, nothing is
// written, front ends are told, and after a restore work goes on.
func TestDamagedJournalIsRead(t *testing.T) {
	r := newRig(t)
	for range 3 {
		if _, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{}); err != nil {
			t.Fatal(err)
		}
	}
	r.stop()
	manifest := filepath.Join(r.cfg.journalDir(), "MANIFEST")
	info, err := os.Stat(manifest)
	if err == nil {
		err = os.Truncate(manifest, info.Size()-5)
	}
	if err != nil {
		t.Fatal(err)
	}

	r.start()
	if j := r.d.Snapshot().Journal; !j.Damaged || j.Missing != 0 {
		t.Errorf("told %+v", j)
	}
	if list, _, err := r.d.ListFSE(page(ehr), FSEList{Limit: 10}); err != nil || len(list) != 3 {
		t.Errorf("%d FSE can be read, %v; want 3", len(list), err)
	}
	if _, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{}); state.KindOf(err) != state.JournalDamaged {
		t.Errorf("a draft on a damaged journal: %v", err)
	}
	if _, err := r.d.VerifyJournal(t.Context()); state.KindOf(err) != state.JournalDamaged {
		t.Errorf("verify: %v", err)
	}
	r.stop()

	v, err := vault.Open(r.cfg.Places(), vault.Options{Log: r.d.log, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if restored, err := v.Restore(t.Context(), false); err != nil || !restored.Whole() {
		t.Fatalf("restored %+v, %v", restored, err)
	}
	r.start()
	if _, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{}); err != nil {
		t.Error(err)
	}
	if j := r.d.Snapshot().Journal; j.Damaged {
		t.Errorf("told %+v after the restore", j)
	}
}

// Without its secret a book is not opened, and no other secret is made for it.
func TestLostSecret(t *testing.T) {
	r := newRig(t)
	r.stop()
	if err := os.Remove(r.cfg.KeyFile()); err != nil {
		t.Fatal(err)
	}
	_, err := New(r.cfg, Deps{Log: r.d.log})
	if key.KindOf(err) != key.Missing {
		t.Errorf("started without the secret: %v", err)
	}
	if _, err := os.Stat(r.cfg.KeyFile()); err == nil {
		t.Error("another secret was made")
	}
}

// The backup runs by itself, goes on where it stopped, and what goes wrong is told.
func TestBackupIsKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "backup")
	withBackup := func(c *Config, _ *Deps) { c.Journal.Backup = folder }
	r := newRig(t, withBackup)
	if b := awaitBackup(t, r); b.Problem == nil || b.Problem.Code != "SAUVEGARDE_ABSENTE" {
		t.Errorf("a folder that is not there: %+v", b)
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.d.BackupNow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if b := r.d.Snapshot().Journal.Backup; b == nil || b.Problem != nil || b.Last == 0 || b.At == nil {
		t.Errorf("after a backup: %+v", b)
	}
	if _, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	r.stop() // which backs up what came since
	if err := os.RemoveAll(r.cfg.journalDir()); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(r.cfg.Places(), vault.Options{Log: r.d.log, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if restored, err := v.Restore(t.Context(), false); err != nil || !restored.Whole() {
		t.Fatalf("restored %+v, %v", restored, err)
	}
	r.start(withBackup)
	if list, _, err := r.d.ListFSE(page(ehr), FSEList{Limit: 10}); err != nil || len(list) != 2 {
		t.Errorf("%d FSE after the restore, %v; want 2", len(list), err)
	}
}

// awaitBackup waits until the first backup was tried.
func awaitBackup(t *testing.T, r *rig) state.Backup {
	t.Helper()
	now, events := r.d.Hello()
	defer events.Close()
	tried := func(b *state.Backup) bool { return b != nil && (b.Problem != nil || b.At != nil) }
	if tried(now.Journal.Backup) {
		return *now.Journal.Backup
	}
	for limit := time.After(20 * time.Second); ; {
		select {
		case e := <-events.Events():
			if e.Journal != nil && tried(e.Journal.Backup) {
				return *e.Journal.Backup
			}
		case <-limit:
			t.Fatal("no backup was tried")
		}
	}
}

// A disk that fills up refuses what is new, keeps what is there, and nothing has to
// be started again once there is room.
func TestDiskFull(t *testing.T) {
	full := false
	r := newRig(t, func(_ *Config, d *Deps) {
		d.FreeSpace = func(string) (uint64, error) {
			if full {
				return 1 << 20, nil
			}
			return 1 << 40, nil
		}
	})
	before, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{})
	if err != nil {
		t.Fatal(err)
	}
	full = true
	if _, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{}); state.KindOf(err) != state.DiskFull {
		t.Errorf("on a full disk: %v", err)
	}
	if _, err := r.d.GetFSE(ehr, before.ID); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	full = false
	if _, err := r.d.CreateFSE(t.Context(), ehr, &fse.Draft{}, lot.Call{}); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
