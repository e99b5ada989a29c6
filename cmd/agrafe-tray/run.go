package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"fyne.io/systray"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
)

const usage = `usage: agrafe-tray [-control SOCKET] [-lang fr|en]

Shows Agrafe's icon and its dialogs in this session, until it is told to quit.
Without -control it finds the service that is installed on this machine.

exit codes: 0 told to quit, 2 wrong usage, 3 no desktop to show anything on
`

// Exit codes, as agrafe's.
const (
	exitUsage       = 2
	exitUnavailable = 3
)

// run is the tray, until the user or the session ends it.
func run(args []string) (code int) {
	flags := flag.NewFlagSet("agrafe-tray", flag.ContinueOnError)
	flags.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	socket := flags.String("control", "", "")
	lang := flags.String("lang", words.Session(), "")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitUsage
	case flags.NArg() > 0:
		flags.Usage()
		return exitUsage
	}
	frugal()
	t, err := newTray(control(*socket), words.Of(*lang))
	if err != nil {
		fmt.Fprintln(os.Stderr, "agrafe-tray:", err)
		return exitUnavailable
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	go func() { <-stop; systray.Quit() }()
	systray.Run(t.start, t.stop)
	return 0
}

// frugal keeps the collector from letting the memory grow: the tray allocates little
// and seldom, so collecting often costs nothing that is felt.
func frugal() {
	const (
		percent = 25
		limit   = 4 << 20 // bytes; soft
	)
	debug.SetGCPercent(percent)
	debug.SetMemoryLimit(limit)
}
