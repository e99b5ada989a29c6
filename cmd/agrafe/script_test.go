package main

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

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
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: os.Getenv("UPDATE") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"damage": damage, "rm-key": removeKey, "await": await, "freeport": freePort}})
}

// stateOf is the one file or folder of a demonstration that fits pattern.
func stateOf(ts *testscript.TestScript, dir, pattern string) string {
	found, err := filepath.Glob(ts.MkAbs(filepath.Join(dir, pattern)))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d fit %s", len(found), pattern)
	}
	return found[0]
}

// damage cuts the journal of the demonstration in a folder as a lost write would.
func damage(ts *testscript.TestScript, _ bool, args []string) {
	file := stateOf(ts, args[0], "etat-*/journal/MANIFEST")
	info, err := os.Stat(file)
	ts.Check(err)
	ts.Check(os.Truncate(file, info.Size()-5))
}

// removeKey loses the secret of the demonstration in a folder.
func removeKey(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.Remove(stateOf(ts, args[0], "etat-*.key")))
}

// await repeats a command until it succeeds, for at most 15 seconds.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for limit := time.Now().Add(15 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := ts.Exec(args[0], args[1:]...)
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			ts.Fatalf("%v never succeeds: %v", args, err)
		}
	}
}

// freePort sets a variable to a port that nobody has.
func freePort(ts *testscript.TestScript, _ bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	ts.Check(l.Close())
}
