package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/export"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/vault"
)

type journalCmd struct {
	Stats   journalStatsCmd   `cmd:"" help:"show how large the journal is and what it stands on"`
	Verify  journalVerifyCmd  `cmd:"" help:"read all of the journal, or of its backup, and check it"`
	Backup  journalBackupCmd  `cmd:"" help:"back the journal up now"`
	Restore journalRestoreCmd `cmd:"" help:"put what can be proved, by the backup and by what still stands, in the place of a damaged journal"`
	Export  journalExportCmd  `cmd:"" help:"write every record (NDJSON) or the table of FSE for an accountant (CSV)"`
	Purge   journalPurgeCmd   `cmd:"" help:"take out what is over and old enough; what is unpaid stays"`
	Code    journalCodeCmd    `cmd:"" help:"show the recovery code of the journal's secret, to be noted on paper"`
	Recover journalRecoverCmd `cmd:"" help:"make the journal's secret again of its recovery code"`
}

// shelf is the journal's places, for work on it while the service does not run.
type shelf struct {
	*env
	cfg daemon.Config
}

// shelf finds the places. They belong to the service's user: whoever else works on
// them, root included, would leave files that the service can't read.
func (e *env) shelf() (*shelf, error) {
	cfg, err := e.settings()
	if err != nil {
		return nil, err
	}
	if owner, ok := ownerOf(cfg.State); ok && owner != os.Geteuid() {
		return nil, fmt.Errorf("cannot work on the journal: it belongs to user %d; run: sudo -u '#%d' agrafe …", owner, owner)
	}
	return &shelf{e, cfg}, nil
}

// vault opens the vault. It is never the first start: a secret that is not there is an
// error.
func (s *shelf) vault() (*vault.Vault, error) {
	if _, err := os.Stat(s.cfg.State); err != nil {
		return nil, &unreadable{fmt.Errorf("cannot find the journal: %w; name the configuration of agrafed with --config", err)}
	}
	log := slog.New(slog.NewTextHandler(s.err, &slog.HandlerOptions{Level: slog.LevelError}))
	v, err := vault.Load(s.cfg.Places(), vault.Options{Log: log, Now: time.Now, AlsaceMoselle: s.cfg.AlsaceMoselle})
	if key.KindOf(err) == key.Missing {
		err = fmt.Errorf("%w; the recovery code makes it again: agrafe journal recover", err)
	}
	return v, err
}

// withBook calls f with the book while no service has it.
func (s *shelf) withBook(f func(*vault.Vault, *lot.Book) error) error {
	v, err := s.vault()
	if err != nil {
		return err
	}
	if !v.Begun() {
		return &unreadable{fmt.Errorf("cannot find a journal in %s; if there is a backup: agrafe journal restore", s.cfg.State)}
	}
	b, err := v.Book()
	if err != nil {
		return err
	}
	return errors.Join(f(v, b), b.Close())
}

// either asks the service or, where none runs, does the same on the book itself.
func (e *env) either(ask func(*local.Client) error, do func(*vault.Vault, *lot.Book) error) error {
	c, err := e.connect(nil)
	if err == nil {
		defer c.Close()
		return ask(c)
	}
	if !errors.Is(err, local.ErrDown) {
		return err
	}
	s, err := e.shelf()
	if err != nil {
		return err
	}
	return s.withBook(do)
}

type journalStatsCmd struct{}

func (journalStatsCmd) Run(e *env) error {
	var st daemon.JournalStats
	err := e.either(func(c *local.Client) error { return c.Call(e, "journal.stats", nil, &st) },
		func(_ *vault.Vault, b *lot.Book) error {
			found, err := b.Stats()
			st = daemon.ShowStats(found)
			return err
		})
	if err != nil {
		return err
	}
	return e.print(st, func(w io.Writer) {
		fmt.Fprintf(w, "journal   %s\nrecords   %d, of which %d from before a purge; the chain goes from %d to %d\n", st.ID, st.Records, st.Kept, st.First, st.Last)
		fmt.Fprintf(w, "disk      %.1f MiB, tables per level %v, %.1f GiB free\n", float64(st.DiskBytes)/(1<<20), st.Tables, float64(st.FreeBytes)/(1<<30))
		if st.LastCheck != nil {
			fmt.Fprintf(w, "tables    all read and found whole at %s\n", st.LastCheck.Local().Format(time.DateTime))
		}
	})
}

type journalVerifyCmd struct {
	Backup bool `help:"the backup instead of the journal"`
}

func (c *journalVerifyCmd) Run(e *env) error {
	if c.Backup {
		return verifyBackup(e)
	}
	var check daemon.JournalCheck
	err := e.either(func(c *local.Client) error { return c.Call(e, "journal.verify", nil, &check) },
		func(_ *vault.Vault, b *lot.Book) error {
			r, err := b.Verify(e)
			check = daemon.ShowCheck(r)
			return err
		})
	if err != nil {
		return err
	}
	return e.print(check, func(w io.Writer) {
		fmt.Fprintf(w, "whole: %d records, %d to %d, %d tables, %d derived keys derived anew and equal\nhead %s\n",
			check.Records, check.First, check.Last, check.Tables, check.Derived, check.Head)
	})
}

func verifyBackup(e *env) error {
	s, err := e.shelf()
	if err != nil {
		return err
	}
	v, err := s.vault()
	if err != nil {
		return err
	}
	info, err := v.CheckBackup(e)
	if err != nil {
		return err
	}
	return e.print(daemon.ShowBackupCheck(info), func(w io.Writer) {
		fmt.Fprintf(w, "whole: records %d to %d in %d segments, %.1f MiB, last written %s\n", info.First, info.Last, info.Segments,
			float64(info.Bytes)/(1<<20), info.Written.Local().Format(time.DateTime))
	})
}

type journalBackupCmd struct{}

func (journalBackupCmd) Run(e *env) error {
	var run daemon.BackupRun
	err := e.either(func(c *local.Client) error { return c.Call(e, "journal.backup", nil, &run) },
		func(v *vault.Vault, b *lot.Book) error {
			r, err := v.Backup(e, b)
			run = daemon.ShowBackup(r)
			return err
		})
	if err != nil {
		return err
	}
	return e.print(run, func(w io.Writer) {
		fmt.Fprintf(w, "%d records written, up to %d; %d segments, %d mended\n", run.Written, run.Last, run.Segments, run.Mended)
	})
}

type journalRestoreCmd struct {
	WithoutBackup bool `help:"go on although the backup can't be read: what only it holds is lost"`
}

// restoreResult is what a restore has brought back.
type restoreResult struct {
	Last        uint64       `json:"dernier"`
	Known       uint64       `json:"connu"` // last record that is known to have existed
	Missing     []daemon.Gap `json:"manquants"`
	Unreachable uint64       `json:"injoignables"` // of those, readable but behind one that is lost
	Leap        uint64       `json:"saut"`         // numbers that every series leaps over
	Kept        string       `json:"ancien,omitempty"`
	Faults      []string     `json:"defauts,omitempty"`
}

func (c *journalRestoreCmd) Run(e *env) error {
	s, err := e.shelf()
	if err != nil {
		return err
	}
	v, err := s.vault()
	if err != nil {
		return err
	}
	r, err := v.Restore(e, c.WithoutBackup)
	if err != nil {
		return err
	}
	out := restoreResult{Last: r.Last, Known: r.Known, Missing: daemon.ShowGaps(r.Missing), Unreachable: r.Unreachable, Leap: r.Leap, Kept: r.Kept, Faults: r.Faults}
	if err := e.print(out, out.text); err != nil {
		return err
	}
	if !r.Whole() {
		return errors.New("cannot restore all of it: the missing records are named above")
	}
	return nil
}

func (r restoreResult) text(w io.Writer) {
	fmt.Fprintf(w, "restored up to record %d", r.Last)
	if r.Known > 0 {
		fmt.Fprintf(w, " of %d", r.Known)
	}
	fmt.Fprintln(w)
	for _, g := range r.Missing {
		fmt.Fprintf(w, "missing: %d to %d\n", g.First, g.Last)
	}
	if r.Leap > 0 {
		fmt.Fprintf(w, "every series of numbers leaps over %d: what is lost may have had them\n", r.Leap)
		fmt.Fprintln(w, "lots that had not left ask for a decision now, and drafts for a confirmation when they are signed: either may have been done in what is lost")
	}
	if r.Unreachable > 0 {
		fmt.Fprintf(w, "%d of those can be read, but nothing proves their place\n", r.Unreachable)
	}
	for _, f := range r.Faults {
		fmt.Fprintln(w, "not used:", f)
	}
	if r.Kept != "" {
		fmt.Fprintln(w, "the files of before are kept in", r.Kept)
	}
	fmt.Fprintln(w, "start agrafed, or restart it: one that runs still reads a copy")
}

type journalExportCmd struct {
	Format string `enum:"ndjson,csv" default:"csv" help:"csv: the FSE without patients; ndjson: every record, patients and seals included"`
	Out    string `short:"o" required:"" type:"path" help:"file to write; it must not be there yet" placeholder:"FILE"`
}

func (c *journalExportCmd) Run(e *env) error {
	var n uint64
	err := export.Create(c.Out, func(w io.Writer) error {
		return e.either(func(client *local.Client) (err error) {
			n, err = exportOf(e, client, c.Format, w)
			return err
		}, func(_ *vault.Vault, b *lot.Book) (err error) {
			if c.Format == "csv" {
				n, err = vault.Accounts(e, w, b, time.Now())
			} else {
				n, err = vault.WriteRecords(w, b, time.Now())
			}
			return err
		})
	})
	if err != nil {
		return err
	}
	return e.print(map[string]any{"fichier": c.Out, "lignes": n}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d lines; it is confidential, keep it encrypted\n", c.Out, n)
	})
}

// exportOf writes the export of a running service.
func exportOf(e *env, c *local.Client, format string, w io.Writer) (uint64, error) {
	if format == "csv" {
		var result struct {
			FSE  uint64 `json:"fse"`
			Data []byte `json:"fichier"`
		}
		if err := c.Call(e, "journal.accounts", nil, &result); err != nil {
			return 0, err
		}
		_, err := w.Write(result.Data)
		return result.FSE, err
	}
	var st daemon.JournalStats
	if err := c.Call(e, "journal.stats", nil, &st); err != nil {
		return 0, err
	}
	h := export.Header{First: st.First, Last: st.Last, Made: time.Now()}
	if _, err := hex.Decode(h.Journal[:], []byte(st.ID)); err != nil {
		return 0, fmt.Errorf("cannot read the journal's identity: %w", err)
	}
	return export.Records(w, h, recordsOf(e, c))
}

// recordsOf yields the records of a running service.
func recordsOf(ctx context.Context, c *local.Client) iter.Seq2[journal.Record, error] {
	return func(yield func(journal.Record, error) bool) {
		for after := uint64(0); ; {
			var page struct {
				Records [][]byte `json:"enregistrements"`
			}
			if err := c.Call(ctx, "journal.records", map[string]any{"after": after}, &page); err != nil {
				yield(journal.Record{}, err)
				return
			}
			for _, b := range page.Records {
				r, err := journal.DecodeRecord(b)
				if !yield(r, err) || err != nil {
					return
				}
				after = r.Seq
			}
			if len(page.Records) == 0 {
				return
			}
		}
	}
}

type journalPurgeCmd struct {
	Months *int `help:"take out what has not changed for so many months; default: keep_months of the configuration" placeholder:"N"`
	Yes    bool `required:"" help:"what is taken out is gone, from the next backup too"`
}

func (c *journalPurgeCmd) Run(e *env) error {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	months := cfg.Journal.KeepMonths
	if c.Months != nil {
		months = *c.Months
	}
	if months < 1 {
		return &usageError{errors.New("cannot purge what is younger than a month")}
	}
	before := time.Now().AddDate(0, -months, 0)
	var done daemon.Purged
	err = e.either(func(client *local.Client) error {
		return client.Call(e, "journal.purge", map[string]any{"avant": before}, &done)
	}, func(_ *vault.Vault, b *lot.Book) error {
		purged, gone, err := b.Purge(e, before)
		done = daemon.ShowPurged(purged, gone)
		return err
	})
	if err != nil {
		return err
	}
	return e.print(done, func(w io.Writer) {
		if done.FSE+done.Lots == 0 {
			fmt.Fprintf(w, "nothing to take out: nothing that is over has not changed for %d months\n", months)
			return
		}
		fmt.Fprintf(w, "taken out: %d FSE, %d lots, %d records; the chain goes on behind record %d\n", done.FSE, done.Lots, done.Records, done.Until)
	})
}
