package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/backup"
	"github.com/agrafe-fse/agrafe/daemon/lot"
)

// Restored is what a restore has brought back and what it could not.
type Restored struct {
	journal.Rebuilt
	Known  uint64 // last record that is known to have existed, 0 if nobody knows
	Kept   string // folder where the files of before are, "" if there were none
	Faults []string
	Leap   uint64 // numbers that every series leaps over, for those that may have been in what is lost

	unread error // why the backup could not be read; nil if it was, or if there is none
}

// Whole tells whether nothing is missing.
func (r Restored) Whole() bool { return len(r.Missing) == 0 }

// beside are the places of a copy of the journal in a folder of its own.
func (v *Vault) beside(name string) Places {
	p := v.places
	dir := filepath.Join(p.State, name)
	p.Journal, p.Anchor = filepath.Join(dir, "journal"), filepath.Join(dir, "journal.anchor")
	return p
}

// The folders of copies, in the state folder.
func (v *Vault) restored() Places { return v.beside("restauration") }
func (v *Vault) remade() Places   { return v.beside("restauration-en-cours") } // becomes restored once it is whole
func (v *Vault) standIn() Places  { return v.beside("lecture") }

// StandIn opens a copy of what can be proved of a damaged book, to be read and not
// written: every change is refused with damage. What was damaged stays as it is.
func (v *Vault) StandIn(ctx context.Context, damage error) (*lot.Book, Restored, error) {
	p := v.standIn()
	if err := os.RemoveAll(filepath.Dir(p.Journal)); err != nil {
		return nil, Restored{}, fmt.Errorf("cannot make room for a copy of the journal: %w", err)
	}
	r, err := v.rebuild(ctx, p)
	if err != nil {
		return nil, r, errors.Join(err, os.RemoveAll(filepath.Dir(p.Journal)))
	}
	o := v.lotOptions()
	o.Dir, o.Anchor, o.Frozen = p.Journal, p.Anchor, damage
	b, err := lot.Open(o)
	return b, r, err
}

// rebuild makes at p a journal of all that can be proved, by the backup and by what
// stands in the damaged files.
func (v *Vault) rebuild(ctx context.Context, p Places) (Restored, error) {
	if err := os.MkdirAll(filepath.Dir(p.Journal), 0o700); err != nil {
		return Restored{}, fmt.Errorf("cannot make the folder of the copy: %w", err)
	}
	var r Restored
	var sources []journal.Source
	o := v.lotOptions()
	saved, err := journal.Salvage(lot.JournalOptions(o))
	switch {
	case err == nil:
		sources = append(sources, saved)
	case journal.KindOf(err) == journal.Locked:
		return r, err
	default:
		r.Faults = append(r.Faults, err.Error())
	}
	if v.places.Backup != "" {
		copied, info, err := backup.Open(v.places.Backup, v.secret)
		if err != nil {
			r.Faults = append(r.Faults, err.Error())
			if backup.KindOf(err) != backup.Empty {
				r.unread = err
			}
		} else {
			sources = append(sources, copied)
			r.Known = info.Until
			for _, f := range info.Faults {
				r.Faults = append(r.Faults, f.String())
			}
		}
	}
	if _, last, err := journal.Witness(v.places.Anchor); err == nil {
		r.Known = max(r.Known, last)
	}
	if len(sources) == 0 {
		return r, &journal.Error{Kind: journal.Damaged, Op: "cannot restore the journal", Expected: "a backup or files of a journal",
			Found: "neither", Err: errors.Join(asErrors(r.Faults)...)}
	}
	o.Dir, o.Anchor = p.Journal, p.Anchor
	r.Rebuilt, err = journal.Rebuild(ctx, lot.JournalOptions(o), r.Known, sources...)
	return r, err
}

func asErrors(texts []string) (list []error) {
	for _, t := range texts {
		list = append(list, errors.New(t))
	}
	return list
}

// ErrUnread says that a restore would lose what the backup may hold.
var ErrUnread = errors.New("cannot restore all of it without the backup: bring its folder back, or give up what only it holds with --without-backup")

// Restore rebuilds the book and puts it in the place of the damaged one, whose files
// are kept in a folder beside. Nothing may have the book open. A restore that was cut
// short is finished first, with what it had rebuilt. Where records are missing and the
// backup can't be read, nothing is changed and it fails with ErrUnread, unless
// withoutBackup says to go on.
func (v *Vault) Restore(ctx context.Context, withoutBackup bool) (Restored, error) {
	alone, err := v.alone()
	if err != nil {
		return Restored{}, err
	}
	defer alone.Close()
	p := v.restored()
	before := v.witness()
	var r Restored
	begun := v.swapBegun(p)
	if begun {
		r, err = v.resume(ctx, p)
	} else {
		r, err = v.remake(ctx, p, withoutBackup)
	}
	if err != nil {
		return r, err
	}
	lock, err := lockFile(v.places.Anchor + ".lock") // the journal's own: salvaging has looked at it, now nobody may open
	if err == nil {
		defer lock.Close()
	}
	if err == nil && v.witness() != before {
		err = errors.New("cannot restore the journal: it was written to meanwhile, and nothing was changed; try again")
	}
	if err != nil && !begun {
		err = errors.Join(err, v.giveUp(p))
	}
	if err != nil {
		return r, err
	}
	r.Kept, err = v.swap(p)
	return r, err
}

// alone lets one process at a time work on a restore.
func (v *Vault) alone() (io.Closer, error) {
	return lockFile(filepath.Join(v.places.State, "restauration.lock"))
}

// forget removes what a restore that was cut short before it moved anything has left:
// the journal is what it was. One that had begun to move is an error. One that another
// process is still at is left alone.
func (v *Vault) forget() error {
	p, half := v.restored(), v.remade()
	made := exists(p.Anchor)
	if !made && !exists(filepath.Dir(half.Journal)) {
		return nil
	}
	alone, err := v.alone()
	if err != nil {
		if made {
			return err
		}
		return nil
	}
	defer alone.Close()
	if err := v.giveUp(half); err != nil || !made {
		return err
	}
	if v.swapBegun(p) {
		return &journal.Error{Kind: journal.Damaged, Op: "cannot open the journal",
			Expected: "a finished restore", Found: "one that was cut short: run agrafe journal restore again"}
	}
	return v.giveUp(p)
}

// swapBegun tells whether a swap that was cut short has moved, or may have, what was in
// the place of the journal. Before that a restore begins anew: it costs time only.
func (v *Vault) swapBegun(p Places) bool {
	return exists(p.Anchor) && (!exists(p.Journal) || !exists(v.places.Journal))
}

// resume tells what a restore that was cut short has rebuilt, by the anchor of before.
func (v *Vault) resume(ctx context.Context, p Places) (r Restored, err error) {
	report, err := v.check(ctx, p)
	if err != nil {
		return r, fmt.Errorf("cannot finish the restore that is in %s: %w", filepath.Dir(p.Journal), err)
	}
	r.Last, r.Head, r.Known = report.Last, report.Head, max(report.Last, v.witness().last)
	if r.Known > r.Last {
		r.Missing = []journal.Gap{{First: r.Last + 1, Last: r.Known}}
	}
	return r, nil
}

// remake rebuilds the book and checks it. What it can't finish it removes. The copy comes
// to its place, at, once it knows what is lost: where the journal is gone, one that is
// there is taken by the next restore as it is.
func (v *Vault) remake(ctx context.Context, at Places, withoutBackup bool) (Restored, error) {
	p := v.remade()
	if err := errors.Join(v.giveUp(p), v.giveUp(at)); err != nil {
		return Restored{}, err
	}
	r, err := v.rebuild(ctx, p)
	if err == nil && r.unread != nil && !r.Whole() && !withoutBackup {
		err = fmt.Errorf("%w: %w", ErrUnread, r.unread)
	}
	if err == nil {
		_, err = v.check(ctx, p)
	}
	if err == nil {
		r.Leap, err = v.noteLoss(ctx, p, r)
	}
	if err == nil {
		err = os.Rename(filepath.Dir(p.Journal), filepath.Dir(at.Journal))
	}
	if err == nil {
		err = durable.SyncDir(v.places.State)
	}
	if err != nil {
		return r, errors.Join(err, v.giveUp(p))
	}
	return r, nil
}

// unknownLoss is how many records are taken for lost where no anchor tells how many
// there were (ours): far more than a practice writes between two backups.
const unknownLoss = 1000

// noteLoss keeps in the copy at p how much is missing in it, so that no number of what
// is lost is given again.
func (v *Vault) noteLoss(ctx context.Context, p Places, r Restored) (lost uint64, err error) {
	for _, g := range r.Missing {
		lost += g.Last - g.First + 1
	}
	if v.witness() == (sight{}) {
		lost = max(lost, unknownLoss)
	}
	if lost == 0 {
		return 0, nil
	}
	o := v.lotOptions()
	o.Dir, o.Anchor = p.Journal, p.Anchor
	b, err := lot.Open(o)
	if err != nil {
		return 0, err
	}
	cause := fmt.Sprintf("%d enregistrements manquants jusqu'au n° %d", lost, r.Known)
	return lost, errors.Join(b.Lost(ctx, int(min(lost, 1<<30)), cause), b.Close())
}

// giveUp removes the copy at p, of which nothing was put in place yet. The anchor goes
// first: alone it would tell of a swap that had begun.
func (v *Vault) giveUp(p Places) error {
	if err := os.Remove(p.Anchor); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot remove the copy of the restore: %w", err)
	}
	if err := os.RemoveAll(filepath.Dir(p.Journal)); err != nil {
		return fmt.Errorf("cannot remove the folder of the restore: %w", err)
	}
	return nil
}

// sight is what the anchor of the journal says, nothing if it can't be read.
type sight struct {
	id   journal.ID
	last uint64
}

func (v *Vault) witness() (s sight) {
	if id, last, err := journal.Witness(v.places.Anchor); err == nil {
		s = sight{id, last}
	}
	return s
}

// check opens what was rebuilt, reads all of it and derives it anew.
func (v *Vault) check(ctx context.Context, p Places) (journal.Report, error) {
	o := v.lotOptions()
	if exists(p.Journal) {
		o.Dir = p.Journal
	} // else the swap had already moved it
	o.Anchor = p.Anchor
	o.Frozen = errors.New("cannot write: it is only checked")
	b, err := lot.Open(o)
	if err != nil {
		return journal.Report{}, err
	}
	report, err := b.Verify(ctx)
	return report, errors.Join(err, b.Close())
}

// swap puts the journal at p in its place. It may be called again after a kill: what
// was moved is not moved twice, and the anchor, which is what tells that something is
// left to do, goes last.
func (v *Vault) swap(p Places) (kept string, err error) {
	if exists(p.Journal) {
		if kept, err = v.putAside(); err != nil {
			return kept, err
		}
		if err := os.Rename(p.Journal, v.places.Journal); err != nil {
			return kept, fmt.Errorf("cannot put the restored journal in its place: %w", err)
		}
	}
	if err := durable.SyncDir(v.places.State); err != nil {
		return kept, err
	}
	if err := durable.Copy(p.Anchor, v.places.Anchor); err != nil {
		return kept, err
	}
	if err := os.RemoveAll(filepath.Dir(p.Journal)); err != nil {
		return kept, fmt.Errorf("cannot remove the folder of the restore: %w", err)
	}
	return kept, durable.SyncDir(v.places.State)
}

// putAside moves the files of the damaged journal to a folder of their own.
func (v *Vault) putAside() (string, error) {
	kept := filepath.Join(v.places.State, "endommage-"+v.opts.Now().UTC().Format("20060102-150405"))
	found := false
	for _, from := range []string{v.places.Journal, v.places.Journal + ".2"} {
		if !exists(from) {
			continue
		}
		if err := os.MkdirAll(kept, 0o700); err != nil {
			return "", fmt.Errorf("cannot keep the damaged files: %w", err)
		}
		if err := os.Rename(from, filepath.Join(kept, filepath.Base(from))); err != nil {
			return "", fmt.Errorf("cannot keep the damaged files: %w", err)
		}
		found = true
	}
	if exists(v.places.Anchor) && found {
		if err := durable.Copy(v.places.Anchor, filepath.Join(kept, "journal.anchor")); err != nil {
			return "", err
		}
	}
	if !found {
		return "", nil
	}
	return kept, nil
}
