package daemon

import (
	"crypto/ed25519"
	"encoding/base64"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/release"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// hole is a site that takes connections and never says a word; it counts them.
func hole(t *testing.T) (url string, calls *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	calls = new(atomic.Int32)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			calls.Add(1)
			t.Cleanup(func() { _ = c.Close() })
		}
	}()
	return "https://" + l.Addr().String() + "/agrafe.json", calls
}

func asking(url string) option {
	return func(c *Config, d *Deps) {
		key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey)
		c.Update = UpdateConfig{Enabled: true, URL: url, Key: base64.StdEncoding.EncodeToString(key)}
		d.Version = "1.0.0"
	}
}

// S31: with a network that swallows everything, the service starts, the first FSE is
// signed, and it stops: nothing of that has asked the network.
func TestS31NothingWaitsForTheNetwork(t *testing.T) {
	url, calls := hole(t)
	r := newRig(t, asking(url))
	r.insert(left, card(t, "medecin-secteur1"))
	r.insert(right, card(t, "patient"))
	if f, err := r.sign(ehr, r.create(ehr, consultation(fse.Securise)).ID); err != nil || f.Lot == "" {
		t.Fatalf("not signed: %v", err)
	}
	r.stop()
	if n := calls.Load(); n != 0 {
		t.Errorf("the network was asked %d times", n)
	}
}

// What is known of newer versions is in the snapshot and in an event.
func TestUpdatesAreTold(t *testing.T) {
	url, _ := hole(t)
	r := newRig(t, asking(url))
	s := r.wait("told that nothing is known", func(s state.Snapshot) bool { return s.Update != nil })
	if diff := cmp.Diff(&state.Update{}, s.Update); diff != "" {
		t.Error(diff)
	}
	_, events := r.d.Hello()
	defer events.Close()
	at := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	r.d.noteUpdate(release.Status{Version: "1.1.0", Published: at, Notes: "https://agrafe.example", Asked: at, Err: &release.Error{Kind: release.Older}})
	want := &state.Update{Version: "1.1.0", Published: &at, Notes: "https://agrafe.example", Asked: &at, Problem: (&release.Error{Kind: release.Older}).Error()}
	for e := range events.Events() {
		if e.Type == state.EventUpdate && e.Update.Version != "" { // an empty one is of the start
			if diff := cmp.Diff(want, e.Update); diff != "" {
				t.Error(diff)
			}
			break
		}
	}
	if diff := cmp.Diff(want, r.d.Snapshot().Update); diff != "" {
		t.Error(diff)
	}
}

// Without its flag nobody is asked, whatever else is set.
func TestNoUpdatesUnlessEnabled(t *testing.T) {
	url, _ := hole(t)
	r := newRig(t, asking(url), func(c *Config, _ *Deps) { c.Update.Enabled = false })
	r.insert(left, card(t, "medecin-secteur1"))
	if s := r.d.Snapshot(); s.Update != nil {
		t.Errorf("%+v", s.Update)
	}
}

// The time of the last record is the journal's, not the clock's.
func TestLastRecorded(t *testing.T) {
	r := newRig(t)
	at, err := r.d.LastRecorded()
	if err != nil || at.IsZero() {
		t.Errorf("%v, %v", at, err)
	}
	if lines := r.d.Logged(); lines != nil {
		t.Errorf("%d lines, and nobody keeps them", len(lines))
	}
}

// The keys of the log and of updates are read, and refused where they can't be used.
func TestLogAndUpdateConfig(t *testing.T) {
	tests := []struct {
		name, change string
		edit         func(*Config)
	}{
		{"a file that is nowhere", "log.file", func(c *Config) { c.Log.File = "agrafed.log" }},
		{"no size", "log.max_mb", func(c *Config) { c.Log.MaxMB = 0 }},
		{"no file", "log.files", func(c *Config) { c.Log.Files = 0 }},
		{"http", "update.url", func(c *Config) { c.Update.URL = "http://agrafe.example" }},
		{"no key", "update.key", func(c *Config) { c.Update = UpdateConfig{Enabled: true, URL: "https://agrafe.example"} }},
		{"a key that is none", "update.key", func(c *Config) { c.Update.Key = "AAAA" }},
		{"no address", "update.url", func(c *Config) { c.Update.Enabled = true }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := DefaultConfig()
			c.State = t.TempDir()
			if faults := c.faults(); len(faults) != 0 {
				t.Fatalf("the default has %q", faults)
			}
			tt.edit(&c)
			found := false
			for _, f := range c.faults() {
				found = found || strings.HasPrefix(f, tt.change+":")
			}
			if !found {
				t.Errorf("%q", c.faults())
			}
		})
	}
}
