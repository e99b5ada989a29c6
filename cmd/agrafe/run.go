package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
	"github.com/agrafe-fse/agrafe/daemon/release"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Exit codes, the same for every verb.
const (
	exitDone        = 0
	exitRefused     = 1
	exitUsage       = 2 // wrong usage, or input that can't be read
	exitUnavailable = 3 // no daemon, no reader, no card
	exitDamaged     = 4 // the journal
)

// cli is the command line.
type cli struct {
	JSON   bool   `help:"print JSON, errors included"`
	Config string `help:"configuration file of agrafed, to find it; by default that of the service that is installed" type:"path" placeholder:"FILE"`

	Demo    demoCmd    `cmd:"" help:"make an FSE from card to lot with virtual cards"`
	Setup   setupCmd   `cmd:"" help:"say once who bills, where papers go, when the day ends"`
	Console consoleCmd `cmd:"" help:"open the practice's own page in the browser"`
	Status  statusCmd  `cmd:"" help:"show how the service is"`
	Doctor  doctorCmd  `cmd:"" help:"look at all that has to be in order, and say what mends it"`
	Readers readersCmd `cmd:"" help:"list the readers and what is in them"`
	Card    cardCmd    `cmd:"" help:"read a card"`
	Pin     pinCmd     `cmd:"" help:"type the code porteur in this terminal when the service asks for it"`
	Pair    pairCmd    `cmd:"" help:"let a web page be paired and accept it in this terminal"`
	Origins originsCmd `cmd:"" help:"the web pages that may use the service"`
	TLS     tlsCmd     `cmd:"" name:"tls" help:"wss beside ws, for Safari"`
	FSE     fseCmd     `cmd:"" name:"fse" help:"price and check FSE; those of the service: list, print, make again"`
	Lots    lotsCmd    `cmd:"" help:"lots: list, close, send, B2 file, what is late"`
	Papers  papersCmd  `cmd:"" help:"papers of degraded FSE and lots: list, print, follow until they are posted"`
	Rejects rejectsCmd `cmd:"" help:"rejects of the payers: list, note one"`
	Returns returnsCmd `cmd:"" help:"returns of the payers: fetch, list, match, files"`
	Mail    mailCmd    `cmd:"" help:"the mail account of lots and returns: status, check, password"`
	Takings takingsCmd `cmd:"" help:"what the days have brought"`
	Journal journalCmd `cmd:"" help:"the journal: check, back up, restore, export, purge, recovery code"`
	NIR     nirCmd     `cmd:"" name:"nir" help:"check a NIR and its key"`
	Rights  rightsCmd  `cmd:"" help:"ask the payers for the rights of patients"`
	Tables  tablesCmd  `cmd:"" help:"look at the tables of codes and tariffs"`
	B2      b2Cmd      `cmd:"" name:"b2" help:"explain and check B2 files"`
	Noemie  noemieCmd  `cmd:"" name:"noemie" help:"explain files of returns (NOEMIE, ARL)"`
	Frontal frontalCmd `cmd:"" help:"play the payer, for demonstrations and tests"`
	API     apiCmd     `cmd:"" name:"api" help:"print the description of the API"`
	Version versionCmd `cmd:"" help:"print the version"`

	Diagnostics diagnosticsCmd `cmd:"" help:"make an archive for the support, with nothing of patients or FSE, no code and no token"`
	Update      updateCmd      `cmd:"" help:"newer versions"`

	Install   installCmd   `cmd:"" help:"have the service run at each start of this machine, and the tray at each login"`
	Uninstall uninstallCmd `cmd:"" help:"take away what install made; the practice's data stay"`
	Start     startCmd     `cmd:"" help:"start the service"`
	Stop      stopCmd      `cmd:"" help:"stop the service"`
	Restart   restartCmd   `cmd:"" help:"stop the service and start it again"`
}

// env is what a verb is given.
type env struct {
	context.Context
	in       io.Reader
	out, err io.Writer
	json     bool
	config   string
}

const description = "the command line of Agrafe\n\n" +
	"exit codes: 0 done, 1 refused or invalid, 2 wrong usage or unreadable input,\n" +
	"3 unavailable (no service, no reader, no card), 4 damaged journal"

// run executes one command line and returns its exit code.
func run(args []string, in io.Reader, out, errOut io.Writer) (code int) {
	var c cli
	exited := -1
	parser, err := kong.New(&c, kong.Name("agrafe"), kong.Description(description), kong.Writers(out, errOut),
		kong.Exit(func(code int) { exited = code }), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(errOut, "agrafe:", err)
		return exitRefused
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	e := &env{Context: ctx, in: in, out: out, err: errOut, json: c.JSON, config: c.Config}
	if err != nil {
		e.json = slices.Contains(args, "--json")
		return e.fail(&usageError{err})
	}
	return e.fail(parsed.Run(e))
}

// usageError is a command line that can't be understood.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() + "; try: agrafe --help" }
func (e *usageError) Unwrap() error { return e.err }

// fail prints err and returns the exit code that goes with it.
func (e *env) fail(err error) int {
	if err == nil {
		return exitDone
	}
	if e.json {
		_ = json.NewEncoder(e.err).Encode(map[string]any{"erreur": asState(err)})
	} else {
		fmt.Fprintln(e.err, "agrafe:", sentence(err))
	}
	return exitCode(err)
}

// sentence is what a person reads of err.
func sentence(err error) string {
	s, ok := errors.AsType[*state.Error](err)
	if !ok {
		return err.Error()
	}
	text := s.Message
	for _, i := range s.Issues {
		text += fmt.Sprintf("\n  %s %s: %s", i.Code, i.Path, i.Message)
	}
	return text
}

func asState(err error) *state.Error {
	if s, ok := errors.AsType[*state.Error](err); ok {
		return s
	}
	kind := state.Invalid
	switch exitCode(err) {
	case exitUnavailable:
		kind = state.Offline
	case exitDamaged:
		kind = state.JournalDamaged
	}
	return &state.Error{Kind: kind, Code: "CLI", Message: err.Error()}
}

func exitCode(err error) int {
	_, usage := errors.AsType[*usageError](err)
	_, config := errors.AsType[*daemon.ConfigError](err)
	_, input := errors.AsType[*unreadable](err)
	_, port := errors.AsType[*bridge.PortTakenError](err)
	switch {
	case usage, config, input, key.KindOf(err) != 0:
		return exitUsage
	case port, release.KindOf(err) == release.Unreachable, errors.Is(err, local.ErrDown), journal.KindOf(err) == journal.Locked:
		return exitUnavailable
	case journal.KindOf(err) == journal.Damaged:
		return exitDamaged
	}
	switch state.KindOf(err) {
	case state.NoReader, state.NoCard, state.CardRemoved, state.CardSilent, state.Offline, state.Timeout:
		return exitUnavailable
	case state.JournalDamaged:
		return exitDamaged
	}
	return exitRefused
}

// print writes v as JSON, or else what text writes.
func (e *env) print(v any, text func(io.Writer)) error {
	if !e.json {
		text(e.out)
		return nil
	}
	encoder := json.NewEncoder(e.out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

// settings is the configuration of the daemon on this machine.
func (e *env) settings() (daemon.Config, error) {
	if e.config == "" {
		return daemon.InstalledConfig()
	}
	return daemon.LoadConfig(e.config)
}

// connect reaches the daemon of this machine.
func (e *env) connect(onEvent func(state.Event)) (*local.Client, error) {
	cfg, err := e.settings()
	if err != nil {
		return nil, err
	}
	return local.DialSocket(e, cfg.ControlSocket(), onEvent)
}
