// Package vault keeps the practice's book safe: it holds the secret that the journal
// and its backups are encrypted with, opens the book, and brings it back when it is
// damaged. The service uses it while it runs, the command line while it does not.
//
// Its contract:
//
//   - The secret is made at the first start, where there are no data yet. Where there
//     are, a missing secret is an error: its recovery code makes it again.
//   - No book is begun where the backup folder holds one: its numbers would be given a
//     second time. It is brought back, or another folder is chosen.
//   - A damaged journal is never written, moved or opened by the engine. What can be
//     proved of it, from the backup and from what still stands in its files, is
//     rebuilt beside it: to be read until somebody decides (StandIn), or to take its
//     place (Restore), which keeps the damaged files.
//   - A kill at any moment of a restore leaves a state that the next one finishes. What
//     is put in place is what the journal is then: one that somebody has written to
//     meanwhile stays.
//   - Nothing is given up while the backup can't be read, unless somebody says so.
package vault

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/backup"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// Places are where the book and what protects it are.
type Places struct {
	State   string // folder of the service; Journal is in it
	Journal string
	Anchor  string
	Key     string
	Backup  string // "" for none
}

// apart are the folders that the key may not be in.
func (p Places) apart() []string {
	if p.Backup == "" {
		return []string{p.State}
	}
	return []string{p.State, p.Backup}
}

// noted is the file that says that somebody has the recovery code.
func (p Places) noted() string { return filepath.Join(p.State, "code-note") }

// Options say what a book is opened with beside its places.
type Options struct {
	Log           *slog.Logger
	Now           func() time.Time
	FreeSpace     func(dir string) (uint64, error) // nil asks the system
	AlsaceMoselle bool
}

// Vault holds the secret of one book.
type Vault struct {
	places Places
	opts   Options
	secret key.Secret
}

// Open loads the secret, or makes it if there is no book yet, here or in the backup
// folder. Its errors are those of package key.
func Open(p Places, o Options) (*Vault, error) {
	v, err := Load(p, o)
	if key.KindOf(err) != key.Missing || p.begun() || p.backedUp() {
		return v, err
	}
	s, err := key.Create(p.Key, func(string) error { return nil }, p.apart()...) // Code shows it at any time
	if err != nil {
		return nil, err
	}
	o.Log.Info("journal: a secret was made; note its recovery code: agrafe journal code")
	return &Vault{p, o, s}, nil
}

// Load is Open for who never makes a secret.
func Load(p Places, o Options) (*Vault, error) {
	s, err := key.Load(p.Key, p.apart()...)
	if err != nil {
		return nil, err
	}
	return &Vault{p, o, s}, nil
}

// begun tells whether there is anything of a book here.
func (p Places) begun() bool { return exists(p.Anchor) || exists(p.Journal) }

// backedUp tells whether the backup folder holds a book. Of a folder that is away
// nothing is known: a first start does not wait for a share.
func (p Places) backedUp() bool {
	if p.Backup == "" {
		return false
	}
	any, err := backup.Any(p.Backup)
	return err == nil && any
}

// Begun tells whether there is a book, or what is left of one.
func (v *Vault) Begun() bool { return v.places.begun() || exists(v.restored().Anchor) }

// Recover makes the secret again of its recovery code, where there is none.
func Recover(p Places, code string) error {
	s, err := key.Recover(code)
	if err != nil {
		return err
	}
	return key.Keep(p.Key, s, p.apart()...)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// Code returns the recovery code, to be shown or printed and nowhere logged.
func (v *Vault) Code() string { return v.secret.Code() }

// Noted tells whether somebody has said to have the recovery code.
func (v *Vault) Noted() bool { return exists(v.places.noted()) }

// Note keeps that somebody has the recovery code.
func (v *Vault) Note() error {
	if err := os.WriteFile(v.places.noted(), nil, 0o600); err != nil {
		return fmt.Errorf("cannot keep that the code was noted: %w", err)
	}
	return nil
}

func (v *Vault) lotOptions() lot.Options {
	store := v.secret.Store()
	return lot.Options{Dir: v.places.Journal, Anchor: v.places.Anchor, Key: store[:], Log: v.opts.Log, Now: v.opts.Now,
		FreeSpace: v.opts.FreeSpace, AlsaceMoselle: v.opts.AlsaceMoselle}
}

// Book opens the book, or begins one where there is none, nor one in the backup. A
// restore that was cut short while it moved files is an error until it is finished.
func (v *Vault) Book() (*lot.Book, error) {
	if err := v.forget(); err != nil {
		return nil, err
	}
	if !exists(v.places.Anchor) && v.places.backedUp() {
		return nil, &journal.Error{Kind: journal.Damaged, Op: "cannot open the journal",
			Expected: "the journal that the backup folder holds", Found: "none here: run agrafe journal restore, or name another backup folder"}
	}
	b, err := lot.Open(v.lotOptions())
	if errors.Is(err, lot.ErrStale) {
		return v.rederive()
	}
	if err != nil {
		return nil, err
	}
	if err := os.RemoveAll(filepath.Dir(v.standIn().Journal)); err != nil { // of a time when it was damaged
		v.opts.Log.Warn("journal: an old copy was not removed", "error", err)
	}
	return b, nil
}

// rederive rebuilds a whole journal whose state an older version of this program
// derived. What it replaces is kept, as for a damaged one.
func (v *Vault) rederive() (*lot.Book, error) {
	v.opts.Log.Info("journal: its state is derived anew, for this version")
	r, err := v.Restore(context.Background(), false)
	if err != nil {
		return nil, err
	}
	if !r.Whole() { // it was opened a moment ago
		return nil, &journal.Error{Kind: journal.Damaged, Op: "cannot derive the state anew", Expected: "every record", Found: fmt.Sprint(r.Missing)}
	}
	return lot.Open(v.lotOptions())
}

// Backup writes what the backup folder does not have yet.
func (v *Vault) Backup(ctx context.Context, b *lot.Book) (backup.Report, error) {
	if v.places.Backup == "" {
		return backup.Report{}, ErrNoBackup
	}
	return backup.Run(ctx, b.Journal(), v.places.Backup, v.secret)
}

// Keep backs the book up until ctx ends, and once more then. tell gets the outcome of
// each run. Without a backup folder it returns at once.
func (v *Vault) Keep(ctx context.Context, b *lot.Book, every time.Duration, tell func(backup.Report, error)) {
	if v.places.Backup != "" {
		backup.Keep(ctx, b.Journal(), v.places.Backup, v.secret, every, tell)
	}
}

// CheckBackup decrypts and checks everything in the backup folder.
func (v *Vault) CheckBackup(ctx context.Context) (backup.Info, error) {
	if v.places.Backup == "" {
		return backup.Info{}, ErrNoBackup
	}
	return backup.Verify(ctx, v.places.Backup, v.secret)
}

// ErrNoBackup says that the configuration names no backup folder.
var ErrNoBackup = errors.New("cannot find a backup folder: set journal.backup in the configuration")
