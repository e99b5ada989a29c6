package daemon

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/backup"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

// keeping is the book with what keeps it safe.
type keeping struct {
	vault  *vault.Vault
	every  time.Duration // between two backups
	damage error         // not nil: book is a copy that is only read
	lost   uint64        // records that the copy does not have

	mu     sync.Mutex // protects the fields below
	backup *state.Backup
}

// openBook opens the book. A damaged one is replaced, for reading, by a copy of what
// could be proved of it; the error is then kept, and any other one returned.
func (d *Daemon) openBook() (err error) {
	k := &d.keeping
	k.every = time.Duration(d.cfg.Journal.BackupMinutes) * time.Minute
	k.vault, err = vault.Open(d.cfg.Places(), vault.Options{Log: d.log, Now: d.now, FreeSpace: d.deps.FreeSpace,
		AlsaceMoselle: d.cfg.AlsaceMoselle})
	if err != nil {
		return err
	}
	if d.cfg.Journal.Backup != "" {
		k.backup = &state.Backup{}
	}
	d.book, err = k.vault.Book()
	if journal.KindOf(err) != journal.Damaged {
		return err
	}
	k.damage = err
	d.log.Error("journal: damaged; a copy is made to be read", "error", err)
	var copied vault.Restored
	d.book, copied, err = k.vault.StandIn(context.Background(), k.damage)
	if err != nil {
		return errors.Join(k.damage, err)
	}
	for _, gap := range copied.Missing {
		k.lost += gap.Last - gap.First + 1
	}
	d.log.Error("journal: read only until it is restored: agrafe journal restore", "records", copied.Last, "missing", k.lost)
	return nil
}

// keepSafe backs the book up until ctx ends. A copy of a damaged one is not backed up.
func (d *Daemon) keepSafe(ctx context.Context) {
	if d.keeping.damage == nil {
		d.keeping.vault.Keep(ctx, d.book, d.keeping.every, d.noteBackup)
	}
}

// noteBackup keeps and tells the outcome of a backup.
func (d *Daemon) noteBackup(r backup.Report, err error) {
	d.keeping.mu.Lock()
	b := *d.keeping.backup
	if err != nil {
		b.Problem = backupFailure(err)
		d.log.Warn("backup failed", "error", err)
	} else {
		now := d.now().UTC()
		b = state.Backup{At: &now, Last: r.Last}
		d.log.Debug("backup done", "records", r.Written, "bytes", r.Bytes)
	}
	d.keeping.backup = &b
	d.keeping.mu.Unlock()
	j := d.journalState()
	d.hub.publish(state.Event{Type: state.EventJournal, Journal: &j})
}

// journalState is how the journal is now.
func (d *Daemon) journalState() state.Journal {
	k := &d.keeping
	k.mu.Lock()
	defer k.mu.Unlock()
	return state.Journal{
		Damaged: k.damage != nil || journal.KindOf(d.book.Journal().Err()) == journal.Damaged, Missing: k.lost,
		CodeNoted: k.vault.Noted(), Backup: k.backup,
	}
}

// VerifyJournal reads all of the journal and derives its state anew.
func (d *Daemon) VerifyJournal(ctx context.Context) (JournalCheck, error) {
	if d.keeping.damage != nil {
		return JournalCheck{}, Failure(d.keeping.damage)
	}
	r, err := d.book.Verify(ctx)
	return ShowCheck(r), bookFailure(err)
}

// BackupNow writes what the backup does not have yet.
func (d *Daemon) BackupNow(ctx context.Context) (BackupRun, error) {
	if d.keeping.damage != nil {
		return BackupRun{}, Failure(d.keeping.damage)
	}
	r, err := d.keeping.vault.Backup(ctx, d.book)
	if errors.Is(err, vault.ErrNoBackup) {
		return BackupRun{}, backupFailure(err)
	}
	d.noteBackup(r, err)
	if err != nil {
		return BackupRun{}, backupFailure(err)
	}
	return ShowBackup(r), nil
}

// PurgeJournal takes out what is over and has not changed since before.
func (d *Daemon) PurgeJournal(ctx context.Context, before time.Time) (Purged, error) {
	if d.keeping.damage != nil {
		return Purged{}, Failure(d.keeping.damage)
	}
	done, gone, err := d.book.Purge(ctx, before)
	return ShowPurged(done, gone), bookFailure(err)
}

// JournalStats tells how large the journal is and what it stands on.
func (d *Daemon) JournalStats() (JournalStats, error) {
	st, err := d.book.Stats()
	return ShowStats(st), bookFailure(err)
}

// JournalRecords yields the records of the journal behind after.
func (d *Daemon) JournalRecords(after uint64) iter.Seq2[journal.Record, error] {
	return vault.Records(d.book, after)
}

// Accounts writes every FSE as an accountant wants it.
func (d *Daemon) Accounts(ctx context.Context, w io.Writer) (uint64, error) {
	n, err := vault.Accounts(ctx, w, d.book, d.now())
	return n, bookFailure(err)
}
