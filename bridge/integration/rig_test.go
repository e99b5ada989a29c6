//go:build pcscd

package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
	"github.com/agrafe-fse/agrafe/reader/virtual/rig"
)

// patience bounds every wait of these tests.
const patience = 20 * time.Second

// binaries is the folder that the programs were built into.
var binaries string

// TestMain builds the programs, where there is a network, and runs the tests in a
// place with a pcscd of its own.
func TestMain(m *testing.M) {
	const variable = "AGRAFE_TEST_BINARIES"
	binaries = os.Getenv(variable)
	if binaries == "" {
		dir, err := os.MkdirTemp("", "agrafe-binaries-")
		if err == nil {
			var out []byte
			out, err = exec.Command("go", "build", "-o", dir+"/", "../../cmd/agrafed", "../../cmd/agrafe").CombinedOutput()
			if err != nil {
				err = fmt.Errorf("%w\n%s", err, out)
			}
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Setenv(variable, dir)
		defer os.RemoveAll(dir)
	}
	rig.Main(m)
}

// desk is a pcscd with two slots and an agrafed that uses it.
type desk struct {
	t     *testing.T
	rig   *rig.Rig
	dir   string
	log   *safeBuffer
	child *exec.Cmd
	addr  string
}

// port is free: the tests have a network of their own.
const port = 17373

func newDesk(t *testing.T) *desk {
	t.Helper()
	r, err := rig.Start(t.Context(), rig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "agrafe-desk-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, rig: r, dir: dir, log: new(safeBuffer), addr: fmt.Sprintf("127.0.0.1:%d", port)}
	config := fmt.Sprintf("state = %q\n[card]\nseconds = 5\n[log]\nlevel = \"DEBUG\"\n", filepath.Join(dir, "state"))
	if err := os.WriteFile(d.config(), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.kill(syscall.SIGTERM)
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			t.Logf("agrafed:\n%s", d.log)
		}
		_ = os.RemoveAll(dir)
	})
	d.start()
	if err := d.connect(nil).Call(t.Context(), "practice.set", json.RawMessage(practice), nil); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *desk) config() string { return filepath.Join(d.dir, "agrafed.toml") }
func (d *desk) token() string  { return filepath.Join(d.dir, "state", "token") }
func (d *desk) socket() string { return filepath.Join(d.dir, "state", "control.sock") }

// start runs agrafed and waits until it answers.
func (d *desk) start() {
	d.t.Helper()
	d.child = exec.Command(filepath.Join(binaries, "agrafed"), "-config", d.config())
	d.child.Stderr = d.log
	if err := d.child.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.eventually("agrafed answers", func() bool {
		c, err := local.DialSocket(d.t.Context(), d.socket(), nil)
		if err != nil {
			return false
		}
		_ = c.Close()
		return true
	})
}

// kill ends agrafed with a signal and waits for it.
func (d *desk) kill(s os.Signal) {
	if d.child == nil {
		return
	}
	_ = d.child.Process.Signal(s)
	_ = d.child.Wait()
	d.child = nil
}

// eventually waits until ok holds.
func (d *desk) eventually(what string, ok func() bool) {
	d.t.Helper()
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		if ok() {
			return
		}
		if time.Now().After(deadline) {
			d.t.Fatalf("waited in vain: %s", what)
		}
	}
}

// connect opens a connection to the WebSocket, with the token.
func (d *desk) connect(onEvent func(state.Event)) *local.Client {
	d.t.Helper()
	c, err := local.DialToken(d.t.Context(), d.addr, d.token(), onEvent)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = c.Close() })
	return c
}

// answer gives the code of the demonstration cards when it is asked for.
func (d *desk) answer() {
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		for ctx.Err() == nil { // agrafed may be killed and come back
			_ = local.Answer(ctx, d.socket(), func(local.Question) local.Reply { return local.Reply{Code: []byte(cardtest.Code)} })
			time.Sleep(10 * time.Millisecond)
		}
	})
	d.t.Cleanup(func() { cancel(); ended.Wait() })
}

// plug serves c in slot i until the returned function yanks it. When pcscd goes,
// the card goes with it and is plugged in again.
func (d *desk) plug(i int, c virtual.Card) (yank func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		for ctx.Err() == nil {
			_ = virtual.Serve(ctx, d.rig.Addr(i), c)
			time.Sleep(5 * time.Millisecond)
		}
	})
	yank = sync.OnceFunc(func() { cancel(); ended.Wait() })
	d.t.Cleanup(yank)
	return yank
}

// await waits until a card of the wanted state has been read.
func (d *desk) await(c *local.Client, wanted state.CardState) {
	d.t.Helper()
	d.eventually(string(wanted)+" is read", func() bool {
		var s state.Snapshot
		if err := c.Call(d.t.Context(), "system.snapshot", nil, &s); err != nil {
			return false
		}
		for _, card := range s.Cards {
			if card.State == wanted && card.Read && card.Problem == nil {
				return true
			}
		}
		return false
	})
}

// safeBuffer is a buffer that a process writes while the test reads.
type safeBuffer struct {
	mu sync.Mutex // protects b
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
