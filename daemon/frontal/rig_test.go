package frontal

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

const (
	testPayer = "01999@999.01.rss.test"
	doctor    = "991000015"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// madeOnce is a folder with the keys and certificates of a payer, and the test cards,
// that every test links to.
var madeOnce = sync.OnceValue(func() string {
	dir, err := os.MkdirTemp("", "frontal-")
	if err != nil {
		panic(err)
	}
	f, err := New(Options{Dir: dir, Listen: anyPort})
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(filepath.Join(dir, ledgerFile)))
	}
	if err != nil {
		panic(err)
	}
	return dir
})

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(madeOnce())
	os.Exit(code)
}

var anyPort = Addresses{SMTP: "127.0.0.1:0", POP3: "127.0.0.1:0", Rights: "127.0.0.1:0"}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex // protects now
	now time.Time
}

func (c *clock) read() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }

// rig is a payer that runs, and its clock.
type rig struct {
	*Frontal
	t     *testing.T
	dir   string
	clock *clock
	opts  Options
	stop  func()
}

// newRig starts a payer with the certificates of madeOnce.
func newRig(t *testing.T, script string) *rig {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "payeur")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{authorityFile, authorityKey, serverFile, serverKey, payersKey, passwordFile, payersDir} {
		if err := os.Symlink(filepath.Join(madeOnce(), name), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	s, err := ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, dir: dir, clock: &clock{now: start}}
	authorities := filepath.Join(dir, "cartes")
	if err := os.MkdirAll(authorities, 0o700); err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cards().ca.Raw})
	if err := os.WriteFile(filepath.Join(authorities, "autorite.pem"), text, 0o600); err != nil {
		t.Fatal(err)
	}
	r.opts = Options{Dir: dir, Listen: anyPort, Script: s, Cards: authorities, Now: r.clock.read}
	r.start()
	t.Cleanup(func() { r.stop() })
	return r
}

// start opens the folder and serves.
func (r *rig) start() {
	r.t.Helper()
	f, err := New(r.opts)
	if err != nil {
		r.t.Fatal(err)
	}
	r.Frontal = f
	var ended sync.WaitGroup
	done := make(chan struct{})
	ended.Go(func() {
		if err := f.Run(contextUntil(done)); err != nil {
			r.t.Errorf("Run: %v", err)
		}
	})
	r.stop = sync.OnceFunc(func() {
		close(done)
		ended.Wait()
		if err := f.Close(); err != nil {
			r.t.Errorf("Close: %v", err)
		}
	})
}

// restart ends the payer and starts it again on the same folder.
func (r *rig) restart() {
	r.t.Helper()
	r.stop()
	r.start()
}

// pass moves the clock and ticks.
func (r *rig) pass(d time.Duration) {
	r.t.Helper()
	r.clock.mu.Lock()
	r.clock.now = r.clock.now.Add(d)
	now := r.clock.now
	r.clock.mu.Unlock()
	if err := r.Tick(now); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) tls() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(r.keys.authority)
	return &tls.Config{RootCAs: pool, ServerName: "localhost"}
}

// await waits until what another goroutine does is done, for at most 10 seconds.
func await(t *testing.T, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	limit := time.After(10 * time.Second)
	for !done() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("it is never done")
		}
	}
}
