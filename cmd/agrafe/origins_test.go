package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// service runs a daemon without readers until the test ends, and returns the name
// of its configuration.
func service(t *testing.T, more string) (config string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "agrafe-") // a socket's path must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	config = filepath.Join(dir, "agrafed.toml")
	text := fmt.Sprintf("state = %q\nport = 0\n[origins]\npolicy = \"\"\n%s", filepath.Join(dir, "state"), more)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := daemon.LoadConfig(config)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	d, err := daemon.New(cfg, daemon.Deps{Transport: virtual.NewReaders(), Rights: vitale.Simulated{}, Prompter: &bridge.Prompts{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	t.Cleanup(func() { cancel(); ended.Wait() })
	ended.Go(func() { _ = d.Run(ctx) })
	server, err := bridge.New(d, "test", log)
	if err != nil {
		t.Fatal(err)
	}
	ended.Go(func() { _ = server.Serve(ctx) })
	return config
}

// agrafe runs one command line.
func agrafe(args ...string) (code int, out, errOut string) {
	var stdout, stderr strings.Builder
	code = run(args, strings.NewReader(""), &stdout, &stderr)
	return code, stdout.String(), stderr.String()
}

func TestOrigins(t *testing.T) {
	config := service(t, "")
	steps := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"none", []string{"origins", "list"}, exitDone, "no origin"},
		{"allow", []string{"origins", "allow", "https://xn--sant-epa.example", "--scopes", "readers,fse"}, exitDone, "allowed https://xn--sant-epa.example"},
		{"one", []string{"origins", "list"}, exitDone, "https://xn--sant-epa.example (https://santé.example)  allowed"},
		{"not as browsers write it", []string{"origins", "allow", "https://santé.example", "--scopes", "fse"}, exitRefused, "https://xn--sant-epa.example"},
		{"unknown scope", []string{"origins", "allow", "https://a.example", "--scopes", "all"}, exitRefused, "readers, cards, fse, lots"},
		{"no scope", []string{"origins", "allow", "https://a.example"}, exitUsage, "--scopes"},
		{"revoke", []string{"origins", "revoke", "https://xn--sant-epa.example"}, exitDone, "revoked"},
		{"revoked", []string{"origins", "list"}, exitDone, "revoked"},
		{"unknown", []string{"origins", "revoke", "https://a.example"}, exitRefused, "pas dans la liste"},
		{"unknown page", []string{"origins", "revoke", "https://xn--sant-epa.example", "--key", "A"}, exitRefused, "pas dans la liste"},
		{"pair without a terminal", []string{"pair"}, exitUsage, "terminal"},
	}
	for _, tt := range steps {
		t.Run(tt.name, func(t *testing.T) {
			code, out, errOut := agrafe(append([]string{"--config", config}, tt.args...)...)
			if code != tt.code || !strings.Contains(out+errOut, tt.says) {
				t.Errorf("exit code %d, %q, %q", code, out, errOut)
			}
		})
	}
	code, out, _ := agrafe("--json", "--config", config, "origins", "list")
	var list originsOf
	if err := json.Unmarshal([]byte(out), &list); code != exitDone || err != nil || len(list.Origins) != 1 || !list.Origins[0].Revoked || list.Pairing != "on-request" {
		t.Errorf("exit code %d, %+v, %v", code, list, err)
	}
	if code, _, errOut := agrafe("--json", "--config", config, "origins", "revoke", "https://a.example"); code != exitRefused || !strings.Contains(errOut, `"kind":"not-found"`) {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}

func TestOriginsWithoutService(t *testing.T) {
	config := filepath.Join(t.TempDir(), "a.toml")
	if err := os.WriteFile(config, fmt.Appendf(nil, "state = %q\n", t.TempDir()), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, _ := agrafe("--config", config, "origins", "list"); code != exitUnavailable {
		t.Errorf("exit code %d", code)
	}
}

func TestOriginsSayWhatIsWrong(t *testing.T) {
	config := service(t, "dev = true\npairing = \"policy-only\"\n")
	if _, out, _ := agrafe("--config", config, "origins", "list"); !strings.Contains(out, "DEVELOPER") || !strings.Contains(out, "policy-only") {
		t.Errorf("%q", out)
	}
}

func TestConsentInATerminal(t *testing.T) {
	tests := []struct {
		name, typed string
		want        bool
	}{
		{"yes", "y\n", true},
		{"oui", " O \n", true},
		{"no", "n\n", false},
		{"nothing", "\n", false},
		{"the end", "", false},
		{"something else", "yes, of course\n", false},
	}
	c := local.Consent{Origin: "https://xn--hr-dlc.example", Unicode: "https://\u0435hr.example", Letters: "mixed", Name: "a\x1b[2Jb",
		Code: "012345", Scopes: []string{"fse"}, Seconds: 60}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			a := &asking{in: lines(strings.NewReader(tt.typed)), out: &out}
			if got := a.consent(t.Context(), c); got != tt.want || (a.accepted.Load() != nil) != tt.want {
				t.Errorf("accepted: %v", got)
			}
			for _, part := range []string{c.Origin, c.Unicode, "012345", "fse", "WARNING", "60 s"} {
				if !strings.Contains(out.String(), part) {
					t.Errorf("%q is not in %q", part, out.String())
				}
			}
			if strings.Contains(out.String(), "\x1b") {
				t.Error("the page's name moves the cursor")
			}
		})
	}
	t.Run("withdrawn", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		a := &asking{in: make(chan string), out: new(strings.Builder)}
		if a.consent(ctx, c) {
			t.Error("accepted")
		}
	})
}
