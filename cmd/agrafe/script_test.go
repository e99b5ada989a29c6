package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"agrafe": main, "exits": exits})
}

// exits runs a command and exits 0 if it ended with the exit code given first:
// `exits 2 agrafe …`. testscript alone tells only success from failure.
func exits() {
	want, args := os.Args[1], os.Args[3:]
	code := run(args, os.Stdin, os.Stdout, os.Stderr)
	if want != string(rune('0'+code)) {
		os.Stderr.WriteString("exit code " + string(rune('0'+code)) + ", want " + want + "\n")
		os.Exit(1)
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: os.Getenv("UPDATE") != ""})
}
