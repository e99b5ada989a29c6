package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
)

func practiceIsSet(ctx context.Context, p *Patient) []Finding {
	var r struct {
		Cabinets []struct{} `json:"cabinets"`
	}
	if err := p.Ask(ctx, "practice.list", &r); err != nil {
		return unasked(err)
	}
	if len(r.Cabinets) == 0 {
		return one(red("nobody has said who bills: nothing can be signed").by("agrafe setup"))
	}
	return one(green("%d number(s) of professionals are set up", len(r.Cabinets)))
}

func journalIsWhole(ctx context.Context, p *Patient) []Finding {
	s, err := p.snapshot(ctx)
	if err != nil {
		return unasked(err)
	}
	if s.Journal.Damaged {
		return one(red("the journal is damaged and only read; %d records are missing", s.Journal.Missing).by("agrafe stop, then: agrafe journal restore"))
	}
	var st daemon.JournalStats
	if err := p.Ask(ctx, "journal.stats", &st); err != nil {
		return unasked(err)
	}
	return one(green("%d records, %d MiB", st.Records, st.DiskBytes>>20))
}

// anchorIsThere looks for the head of the journal that is kept apart from it. Once the
// service runs there is one.
func anchorIsThere(_ context.Context, p *Patient) []Finding {
	file := p.Config.Places().Anchor
	_, err := os.Stat(p.at(file))
	switch {
	case errors.Is(err, fs.ErrPermission):
		return one(amber("the anchor can't be looked at by this user").by("sudo agrafe doctor"))
	case errors.Is(err, fs.ErrNotExist) && p.Ask == nil:
		return one(amber("there is no anchor yet, or its disk is away"))
	case err != nil:
		return one(red("the anchor of the journal is gone: %v", err).by("plug its disk in, then: agrafe restart"))
	case p.Config.Anchor == "":
		return one(green("the anchor is beside the journal (another disk would guard it better: `anchor` in the configuration)"))
	}
	return one(green("the anchor is in %s", filepath.Dir(file)))
}

// stale is how old a backup may be on a workstation that runs: there is one every
// backup_minutes of activity, and one at each stop.
const stale = 7 * 24 * time.Hour

func backupIsFresh(ctx context.Context, p *Patient) []Finding {
	s, err := p.snapshot(ctx)
	if err != nil {
		return unasked(err)
	}
	switch b := s.Journal.Backup; {
	case b == nil:
		return one(amber("no backup: a broken disk would take every FSE with it").by("set journal.backup in the configuration, then: agrafe restart"))
	case b.Problem != nil:
		return one(red("the last backup failed: %s", b.Problem.Message).by("mend that, then: agrafe journal backup"))
	case b.At == nil:
		return one(amber("no backup since the service was started").by("agrafe journal backup"))
	case p.Now().Sub(*b.At) > stale:
		return one(amber("the last backup is of %s", b.At.Local().Format(time.DateOnly)).by("agrafe journal backup"))
	default:
		return one(green("backed up to record %d on %s", b.Last, b.At.Local().Format(time.DateTime)))
	}
}

func codeIsNoted(ctx context.Context, p *Patient) []Finding {
	s, err := p.snapshot(ctx)
	if err != nil {
		return unasked(err)
	}
	if !s.Journal.CodeNoted {
		return one(amber("nobody has noted the recovery code: without it a backup opens on no other machine").by("agrafe journal code"))
	}
	return one(green("the recovery code was noted"))
}

// Room on a disk. The journal refuses to write long before the last byte is taken; the
// bounds are ours.
const (
	littleRoom = 1 << 30
	noRoom     = 128 << 20
)

func disksHaveRoom(_ context.Context, p *Patient) (found []Finding) {
	found = append(found, diskHasRoom(p, "the state folder", p.Config.State))
	if dir := p.Config.Journal.Backup; dir != "" {
		found = append(found, diskHasRoom(p, "the backups", dir))
	}
	return found
}

func diskHasRoom(p *Patient, what, dir string) Finding {
	free, err := p.Free(p.at(dir))
	mib := free >> 20
	switch {
	case errors.Is(err, fs.ErrPermission):
		return amber("the disk of %s can't be looked at by this user", what).by("sudo agrafe doctor")
	case errors.Is(err, fs.ErrNotExist) && p.Ask == nil:
		return amber("there is no folder yet for %s, or its disk is away", what)
	case err != nil:
		return red("the disk of %s is not there: %v", what, err).by("plug it in, or correct the folder in the configuration")
	case free < noRoom:
		return red("%d MiB are free on the disk of %s", mib, what).by("free some room in %s", dir)
	case free < littleRoom:
		return amber("%d MiB are free on the disk of %s", mib, what).by("free some room in %s", dir)
	}
	return green("%d MiB are free on the disk of %s", mib, what)
}

// clockIsRight compares the clock with what is known to be past. No server of time is
// asked: dates of FSE come from this clock, and that it runs is all that can be seen.
func clockIsRight(_ context.Context, p *Patient) []Finding {
	const mend = "set the clock (timedatectl set-ntp true), then: agrafe restart"
	now := p.Now()
	if now.Before(p.Built) {
		return one(red("the clock says %s, before this program was made", now.Format(time.DateOnly)).by(mend))
	}
	if p.LastRecorded == nil {
		return one(green("the clock says %s", now.Format(time.DateTime)))
	}
	last, err := p.LastRecorded()
	switch {
	case err != nil:
		return unasked(err)
	case now.Before(last.Add(-time.Minute)):
		return one(red("the clock says %s, but something was signed on %s", now.Format(time.DateTime), last.Local().Format(time.DateTime)).by(mend))
	case !last.IsZero() && now.Sub(last) > 2*366*24*time.Hour:
		return one(amber("the clock says %s, and nothing was recorded for two years", now.Format(time.DateOnly)).by(mend))
	}
	return one(green("the clock says %s, after the last record", now.Format(time.DateTime)))
}
