// Package daemon is Agrafe's service: it owns the readers, prices and signs FSE,
// keeps them in the journal and in lots, and tells its front ends what happens.
//
// Its contract:
//
//   - Values flow one way: transport → Monitor → desk → events. Front ends see
//     Snapshots and Events, never a reader or a card.
//   - Nothing is acknowledged before it is durable in the journal. An operation
//     that a card, a disk or a caller cuts short leaves either its whole effect
//     or none; an FSE is signed and queued once.
//   - A call is made by a principal (an origin, a local user). What a principal
//     makes is its own.
//   - Errors are *state.Error values, by way of Failure.
//   - Lock order: the turn of the outbox, then telling or desk.mu, then that of mail, then
//     hub.mu, or that of the payer before that of the codes; no card and no disk is waited
//     for under the last four.
//
// The daemon does not know of the bridge: it is given a Transport and a Prompter
// and can run, and be tested, without either network or hardware.
package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// Deps is what the daemon is given from outside.
type Deps struct {
	Transport reader.Transport
	Rights    vitale.Rights
	Prompter  Prompter // nil: nobody can be asked, and nothing can be signed
	Printer   Printer  // nil: nothing can be printed but by browsers
	Log       *slog.Logger
	Now       func() time.Time                 // nil: the clock of the machine
	FreeSpace func(dir string) (uint64, error) // free bytes on the volume of dir; nil asks the system
	Mailer    Mailer                           // nil: the server of the configuration
	Mailbox   Mailbox                          // likewise
	Logged    func() []string                  // the last lines of Log; nil: they are not kept
	Version   string                           // of the program, compared with newer ones
	Exposed   error                            // why others may read the memory of this process; nil: nobody can

	// Absence calls left each time that the user leaves the machine, which waits for its
	// return where it can, and working when it begins or ceases to notice that, with the
	// reason, until ctx ends. Nil: nothing is noticed.
	Absence func(ctx context.Context, left func(), working func(error))
}

// Daemon is the service.
type Daemon struct {
	cfg    Config
	deps   Deps
	log    *slog.Logger
	now    func() time.Time
	tables *tables.Set

	hub   *hub
	desk  *desk
	certs *certificates
	pins  *pins
	guard *guard
	payer *payer
	book  *lot.Book

	keeping keeping // the book, safe
	hours   *hours  // when lots are closed
	updates updates
	mail    mailStatus
	out     *outbox // lots on their way
	in      *inbox  // what payers answer

	signing  sync.Map   // FSE ids that are being signed
	entering sync.Mutex // held while a sealed FSE is compared with the others and enters its lot
	telling  sync.Mutex // held while lots and counts are read and told; taken before the hub's, behind entering
}

// New opens the journal and returns a Daemon that Run sets going. It fails with
// a *journal.Error or a *key.Error in its tree when the journal can't be used, not
// even read from a copy.
func New(cfg Config, deps Deps) (*Daemon, error) {
	if deps.Now == nil {
		deps.Now = time.Now
	}
	set, err := loadTables(cfg.Tables)
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{cfg.State, cfg.cardsDir()} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("cannot make the state folder: %w; set `state` in the configuration to a folder that agrafed may write", err)
		}
	}
	d := &Daemon{cfg: cfg, deps: deps, log: deps.Log, now: deps.Now, tables: set, hub: newHub(deps.Now)}
	d.hours = newHours(deps.Now, d.closeDue)
	if err := d.openBook(); err != nil {
		return nil, err
	}
	if d.pins, err = newPins(cfg.PIN, cfg.pinLife(), deps.Prompter); err != nil {
		return nil, errors.Join(err, d.book.Close())
	}
	d.openMail()
	d.guard = newGuard(deps, d.pins.page.page.Fault())
	d.payer = newPayer()
	d.desk = &desk{transport: deps.Transport, wanted: cfg.Readers, publish: d.hub.publish, left: d.cardLeft, kept: d.pins.keeps}
	d.pins.changed = d.codeChanged
	d.certs = &certificates{cfg.cardsDir(), deps.Log}
	reading := &identifier{cfg: cfg, desk: d.desk, certs: d.certs, rights: deps.Rights, log: deps.Log}
	d.desk.identify = reading.identify
	return d, nil
}

// loadTables returns our tables with the practice's own rows before them.
func loadTables(files []string) (*tables.Set, error) {
	set := tables.Default()
	for _, name := range files {
		file, err := os.Open(name)
		if err != nil {
			return nil, &ConfigError{File: name, Faults: []string{err.Error()}}
		}
		set, err = set.WithOverride(filepath.Base(name), file)
		_ = file.Close() // it was only read
		if err != nil {
			return nil, &ConfigError{File: name, Faults: []string{err.Error()}}
		}
	}
	return set, nil
}

// Run follows the readers, closes lots at their hours and exchanges mail with the payers until ctx ends, then lets go of cards, codes and the
// journal. It is called once.
func (d *Daemon) Run(ctx context.Context) error {
	var safe sync.WaitGroup
	safe.Go(func() { d.keepSafe(ctx) })
	safe.Go(func() { d.hours.keep(ctx) })
	safe.Go(func() { d.guard.watch(ctx, d.ForgetCodes) })
	safe.Go(func() { d.followUpdates(ctx) })
	safe.Go(func() { d.followMail(ctx) })
	reader.NewMonitor(d.deps.Transport, d.desk.see).Run(ctx)
	d.desk.close()
	safe.Wait() // the last backup, before the journal is closed
	d.pins.close()
	return d.book.Close()
}

// Config is the configuration that the daemon runs with.
func (d *Daemon) Config() Config { return d.cfg }

// TablesVersion names the set of tables that prices come from.
func (d *Daemon) TablesVersion() string { return d.tables.Version() }

// Tables are the tables of codes and tariffs, the practice's own rows among them.
func (d *Daemon) Tables() *tables.Set { return d.tables }

// Prompter is whoever asks for codes, nil for nobody.
func (d *Daemon) Prompter() Prompter { return d.deps.Prompter }

// eventRoom is how many events may wait for one front end.
const eventRoom = 256

// snapshot is called with the desk's mutex held, so that no card changes between
// it and its number.
func (d *Daemon) snapshot(seq uint64) state.Snapshot {
	s := state.Snapshot{Seq: seq, Developer: d.cfg.Origins.Dev}
	d.desk.show(&s)
	s.Queue = d.book.Queue()
	s.Journal = d.journalState()
	s.Update = d.updates.known.Load()
	s.Mail = d.mailState(s.Queue)
	return s
}
