package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/port/porttest"
	"github.com/agrafe-fse/agrafe/daemon/state"
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
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"damage": damage, "rm-key": removeKey, "await": await, "freeport": freePort, "degraded": degraded, "consolefile": consoleFile, "idof": idOf, "fileid": fileID, "nowhere": configNowhere, "publish": publish}})
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

// await repeats a command until it succeeds, for at most a minute.
func await(ts *testscript.TestScript, _ bool, args []string) {
	for limit := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		err := ts.Exec(args[0], args[1:]...)
		if err == nil {
			return
		}
		if time.Now().After(limit) {
			ts.Fatalf("%v never succeeds: %v", args, err)
		}
	}
}

// degraded has the demonstration of a configuration sign an FSE without the Vitale:
// the one that it has signed already, of the day before or of so many days before as
// its second argument says. With ! nobody types the code.
func degraded(ts *testscript.TestScript, not bool, args []string) {
	cfg, err := daemon.LoadConfig(ts.MkAbs(args[0]))
	ts.Check(err)
	ctx, stop := context.WithTimeout(context.Background(), 15*time.Second)
	defer stop()
	c, err := local.DialSocket(ctx, cfg.ControlSocket(), nil)
	ts.Check(err)
	defer c.Close()
	var list fsePage
	ts.Check(c.Call(ctx, "fse.list", map[string]any{"numero": "000000001"}, &list))
	var first, made struct {
		ID    string         `json:"id"`
		Draft map[string]any `json:"facture"`
	}
	ts.Check(c.Call(ctx, "fse.get", map[string]any{"id": list.FSE[0].ID}, &first))
	days := 1
	if len(args) > 1 {
		days, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	first.Draft["dateSoins"] = time.Now().AddDate(0, 0, -days).Format(time.DateOnly)
	ts.Check(c.Call(ctx, "fse.create", map[string]any{"facture": first.Draft}, &made))
	ts.Check(c.Call(ctx, "fse.degrade", map[string]any{"id": made.ID, "motif": "carte-absente"}, nil))
	err = c.Call(ctx, "fse.sign", map[string]any{"id": made.ID}, nil)
	if not {
		if refusal, ok := errors.AsType[*state.Error](err); !ok || refusal.Code != "PERSONNE_A_QUI_DEMANDER" {
			ts.Fatalf("signed, or refused otherwise: %v", err)
		}
		return
	}
	ts.Check(err)
}

// consoleFile waits for the file in a folder that lets a browser in on a page of the
// console of a port, and looks at it. With ! there is none.
func consoleFile(ts *testscript.TestScript, not bool, args []string) {
	var found []string
	for limit := time.Now().Add(time.Minute); len(found) == 0 && !not && time.Now().Before(limit); time.Sleep(20 * time.Millisecond) {
		found, _ = filepath.Glob(ts.MkAbs(filepath.Join(args[0], "agrafe-console-*.html")))
	}
	if not {
		left, err := os.ReadDir(ts.MkAbs(args[0]))
		if err != nil || len(left) > 0 {
			ts.Fatalf("%d files are left, %v", len(left), err)
		}
		return
	}
	if len(found) != 1 {
		ts.Fatalf("%d files for a browser", len(found))
	}
	info, err := os.Stat(found[0])
	ts.Check(err)
	text := ts.ReadFile(found[0])
	wanted := regexp.MustCompile(`url=http://127\.0\.0\.1:` + args[1] + `/\?ouverture=[A-Za-z0-9_-]{22}#lancement=[A-Za-z0-9_-]{22}/` + args[2] + `"`)
	if info.Mode().Perm() != 0o600 || !wanted.MatchString(text) {
		ts.Fatalf("mode %v, %s", info.Mode(), text)
	}
}

// idOf sets a variable to the first identifier in the JSON that a command has written.
func idOf(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(`"id": ?"([a-z2-7]+)"`).FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("no identifier in what was written")
	}
	ts.Setenv(args[0], found[1])
}

// fileID sets a variable to the first identifier of a file in the JSON that a command has
// written: the digest of its content.
func fileID(ts *testscript.TestScript, _ bool, args []string) {
	found := regexp.MustCompile(`"id": ?"([0-9a-f]{64})"`).FindStringSubmatch(ts.ReadFile("stdout"))
	if found == nil {
		ts.Fatalf("no identifier of a file in what was written")
	}
	ts.Setenv(args[0], found[1])
}

// freePort sets a variable to a port that nobody has.
func freePort(ts *testscript.TestScript, _ bool, args []string) {
	ts.Setenv(args[0], strconv.Itoa(porttest.Free(ts)))
}
