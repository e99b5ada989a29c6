package doctor

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/port"
)

var today = time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)

// bed is a patient whose every organ a test may spoil.
type bed struct {
	*Patient
	answers map[string]string // of the service, by method
	env     map[string]string
	dials   map[string]error // by address; what is not there is refused
	free    map[string]uint64
	bus     map[string]bool // names that somebody has
}

// newBed is a workstation in perfect order.
func newBed(t *testing.T) *bed {
	t.Helper()
	root := t.TempDir()
	b := &bed{
		answers: map[string]string{
			"system.snapshot": `{"service":{"up":true},"readers":[{"id":"a","name":"A"},{"id":"b","name":"B"}],
				"cards":[{"reader":"a","state":"cps","kind":"cps3","read":true,"pinTriesLeft":3,"expires":"2028-01-01T00:00:00Z"}],
				"journal":{"codeNote":true,"sauvegarde":{"date":"2026-11-22T09:00:00Z","enregistrement":9}},
				"update":{"demandee":"2026-11-22T01:00:00Z"}}`,
			"system.status":  `{"adresse":"127.0.0.1:17373"}`,
			"practice.list":  `{"cabinets":[{}]}`,
			"journal.stats":  `{"enregistrements":9}`,
			"origins.list":   `{"origins":[{"origin":"https://ehr.example","policy":true},{"origin":"http://127.0.0.1:17373"}]}`,
			"tls.status":     `{}`,
			"print.printers": `{"imprimantes":[{"nom":"laser"}]}`,
		},
		env:   map[string]string{"DBUS_SESSION_BUS_ADDRESS": "unix:path=/bus", "DISPLAY": ":0"},
		dials: map[string]error{filepath.Join(root, pcscdSocket): nil, filepath.Join(root, "/tmp/.X11-unix/X0"): nil},
		bus:   map[string]bool{trayHost: true, "org.gnome.ScreenSaver": true},
		free:  map[string]uint64{"/var/lib/agrafe": 50 << 30, "/backup": 50 << 30},
	}
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Journal.Backup = "/var/lib/agrafe", "/backup"
	b.Patient = &Patient{Config: cfg, Version: "1.0.0", Running: "1.0.0", Built: today.AddDate(0, -1, 0), Machine: Machine{
		Root: root, Now: func() time.Time { return today }, Env: func(name string) string { return b.env[name] },
		Find: func(string) error { return nil },
		Owned: func(_ context.Context, _ string, names ...string) (bool, error) {
			return slices.ContainsFunc(names, func(name string) bool { return b.bus[name] }), nil
		},
		Holder: func(string, int) (port.Holder, error) { return port.Holder{}, nil },
		Free: func(dir string) (uint64, error) {
			if n, ok := b.free[strings.TrimPrefix(dir, root)]; ok {
				return n, nil
			}
			return 0, syscall.ENOENT
		},
		Dial: func(_ context.Context, _, address string) error {
			if err, ok := b.dials[address]; ok {
				return err
			}
			return syscall.ECONNREFUSED
		},
	}}
	b.LastRecorded = func() (time.Time, error) { return today.Add(-time.Hour), nil }
	b.Ask = func(_ context.Context, method string, result any) error {
		text, ok := b.answers[method]
		if !ok {
			return fmt.Errorf("no answer to %s", method)
		}
		return json.Unmarshal([]byte(text), result)
	}
	b.write(t, "/var/lib/agrafe/journal.anchor", "")
	b.write(t, "/usr/bin/chromium", "")
	b.write(t, "/etc/chromium/policies/managed/a.json", `{"LoopbackNetworkAllowedForUrls":["https://ehr.example"]}`)
	return b
}

func (b *bed) write(t *testing.T, path, text string) {
	t.Helper()
	path = b.at(path)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (b *bed) remove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(b.at(path)); err != nil {
		t.Fatal(err)
	}
}

// changes replaces a part of an answer of the service.
func (b *bed) changes(t *testing.T, method, old, new string) {
	t.Helper()
	if !strings.Contains(b.answers[method], old) {
		t.Fatalf("the answer to %s has no %s", method, old)
	}
	b.answers[method] = strings.Replace(b.answers[method], old, new, 1)
}

// down has the service not answer.
func (b *bed) down() {
	b.Ask, b.Down, b.LastRecorded = nil, syscall.ENOENT, nil
}

// all is what both sides find.
func (b *bed) all(t *testing.T) []Finding {
	t.Helper()
	session := Examine(t.Context(), Session, b.Patient)
	if b.Ask == nil {
		return session
	}
	return Merge(session, Examine(t.Context(), Service, b.Patient))
}
