package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/absence"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
	"github.com/agrafe-fse/agrafe/daemon/logbook"
	"github.com/agrafe-fse/agrafe/daemon/printer"
	"github.com/agrafe-fse/agrafe/daemon/secret"
	"github.com/agrafe-fse/agrafe/reader/pcsc"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

const usage = `usage: agrafed [-config FILE] [-print-config]

Runs the service in the foreground until it is told to stop. It is started by
the system, once installed: see agrafe install. To try it without hardware, see
agrafe demo. As its last words, "service run" is for the service manager of Windows.

exit codes: 0 stopped in order, 2 wrong usage, configuration or key, 3 the port or
the journal is in use, 4 the journal is damaged, 1 anything else
`

// errUsage is a command line that can't be understood.
var errUsage = errors.New("cannot understand the command line; try: agrafed -h")

func exitCode(err error) int {
	_, badConfig := errors.AsType[*daemon.ConfigError](err)
	_, portTaken := errors.AsType[*bridge.PortTakenError](err)
	switch {
	case errors.Is(err, errUsage), badConfig, key.KindOf(err) != 0:
		return 2
	case portTaken, journal.KindOf(err) == journal.Locked:
		return 3
	case journal.KindOf(err) == journal.Damaged:
		return 4
	}
	return 1
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("agrafed", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	file := flags.String("config", "", "configuration file")
	printIt := flags.Bool("print-config", false, "print the configuration with every key explained")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(out, usage)
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", errUsage, err)
	}
	under, err := manager(flags.Args())
	if err != nil {
		return err
	}
	cfg := daemon.DefaultConfig()
	if *file != "" {
		if cfg, err = daemon.LoadConfig(*file); err != nil {
			return err
		}
	}
	if *printIt {
		text, err := cfg.Print()
		if err == nil {
			_, err = io.WriteString(out, text)
		}
		return err
	}
	log, lines := cfg.Log.Open(os.Stderr)
	defer lines.Close()
	return under(&program{cfg: cfg, log: log, lines: lines})
}

// errUnexpected is a word after the flags that says nothing to us.
func errUnexpected(words []string) error {
	return fmt.Errorf("%w: unexpected %q", errUsage, strings.Join(words, " "))
}

// program is the service from its start to its stop.
type program struct {
	cfg    daemon.Config
	log    *slog.Logger
	lines  *logbook.Log // of log
	cancel context.CancelFunc
	forget func()         // wipes the codes that are kept
	ended  sync.WaitGroup // daemon and server
}

// foreground runs until the system, or the user, sends a signal to stop.
func (p *program) foreground() error {
	told, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := p.start(); err != nil {
		return err
	}
	<-told.Done()
	p.stop()
	return nil
}

// start opens everything, so that a failure is the start's, and returns.
func (p *program) start() error {
	exposed := secret.Harden() // before anything secret is in memory, the journal's key first
	d, err := daemon.New(p.cfg, daemon.Deps{
		Transport: pcsc.New(), Rights: vitale.Simulated{}, Prompter: new(bridge.Prompts), Printer: printer.New(), Log: p.log,
		Logged: p.lines.Lines, Version: version, Exposed: exposed, Absence: absence.Watch,
	})
	if err != nil {
		return err
	}
	p.forget = d.ForgetCodes
	ctx, cancel := context.WithCancel(context.Background())
	p.cancel = cancel
	server, err := bridge.New(d, version, p.log)
	if err != nil {
		cancel()
		return errors.Join(err, d.Run(ctx)) // closes what New opened
	}
	p.ended.Go(func() {
		if err := d.Run(ctx); err != nil {
			p.log.Error("stopped badly", "error", err)
		}
	})
	serving := make(chan error, 1)
	p.ended.Go(func() { serving <- server.Serve(ctx) })
	go p.guard(ctx, serving)
	p.ended.Go(func() { rest(ctx, d) })
	p.log.Info("ready", "version", version, "address", server.Addr())
	p.ended.Go(func() { supervise(ctx, d, server.Addr(), p.log) })
	return nil
}

// guard ends the program when the door fails while it should be open: without it
// the service is of no use, and its manager starts it again.
func (p *program) guard(ctx context.Context, serving <-chan error) {
	err := <-serving
	if ctx.Err() != nil {
		return
	}
	p.log.Error("cannot serve any more", "error", err)
	p.cancel()
	p.ended.Wait()
	os.Exit(1)
}

// stop lets go of cards and the journal.
func (p *program) stop() {
	p.cancel()
	p.ended.Wait()
	p.log.Info("stopped")
}
