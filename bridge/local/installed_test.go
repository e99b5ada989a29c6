package local

import (
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon"
)

// The places are those of package daemon, which the tray can't be built of.
func TestInstalledPlaces(t *testing.T) {
	if got, want := configFile(), daemon.ConfigFile(); got != want {
		t.Errorf("configuration %q, want %q", got, want)
	}
	if got, want := defaultState(), daemon.DefaultConfig().State; got != want {
		t.Errorf("state %q, want %q", got, want)
	}
	got, err := socketOf(filepath.Join(t.TempDir(), "none"))
	if want := daemon.DefaultConfig().ControlSocket(); err != nil || got != want {
		t.Errorf("without a configuration: %q, %v, want %q", got, err, want)
	}
}

// Law: whatever the configuration says, the socket is where the daemon has it.
func TestInstalledSocketIsTheDaemons(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agrafed.toml")
	base := t.TempDir()
	path := rapid.StringMatching(`[a-z]{1,8}`)
	rapid.Check(t, func(t *rapid.T) {
		cfg := daemon.DefaultConfig()
		if rapid.Bool().Draw(t, "other state") {
			cfg.State = filepath.Join(base, path.Draw(t, "state"))
		}
		if rapid.Bool().Draw(t, "control") {
			cfg.Control = filepath.Join(base, path.Draw(t, "socket"))
		}
		cfg.Port = rapid.IntRange(1, 65535).Draw(t, "port")
		text, err := cfg.Print()
		if err == nil {
			err = os.WriteFile(file, []byte(text), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := socketOf(file); err != nil || got != cfg.ControlSocket() {
			t.Errorf("%q, %v, want %q", got, err, cfg.ControlSocket())
		}
	})
}

func TestInstalledSocketOfADamagedFile(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"a key that is unknown", "control = '/run/x.sock'\nprot = 1\n", "/run/x.sock"},
		{"a value out of range", "port = 99999\ncontrol = '/run/x.sock'\n", "/run/x.sock"},
		{"no TOML", "control = /run/x.sock\n", ""},
		{"not a text", "control = 1\n", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "agrafed.toml")
			if err := os.WriteFile(file, []byte(tt.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if got, err := socketOf(file); got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("%q, %v, want %q", got, err, tt.want)
			}
		})
	}
}
