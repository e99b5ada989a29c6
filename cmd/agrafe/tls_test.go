package main

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/localca"
)

// tlsSteps are the same with the service and without it.
func tlsSteps(t *testing.T, config, on string) {
	t.Helper()
	machine := systemAnchors // disable takes ours out of it, where root runs the tests
	systemAnchors.file = filepath.Join(t.TempDir(), "none")
	t.Cleanup(func() { systemAnchors = machine })
	ca := filepath.Join(t.TempDir(), "ca.crt")
	steps := []struct {
		name string
		args []string
		code int
		says string
	}{
		{"off", []string{"tls", "status"}, exitDone, "wss is off"},
		{"enable", []string{"tls", "enable", "--ca", ca}, exitDone, on},
		{"enable again", []string{"tls", "enable"}, exitDone, on},
		{"on", []string{"tls", "status"}, exitDone, on},
		{"how to trust it", []string{"tls", "status", "--ca", ca}, exitDone, ca},
		{"disable", []string{"tls", "disable"}, exitDone, "nothing of it is left"},
		{"off again", []string{"tls", "status"}, exitDone, "wss is off"},
		{"disable again", []string{"tls", "disable"}, exitDone, "wss is off"},
	}
	for _, s := range steps {
		code, out, errOut := agrafe(append([]string{"--config", config}, s.args...)...)
		if code != s.code || !strings.Contains(out+errOut, s.says) {
			t.Errorf("%s: exit code %d, want %d with %q; said:\n%s%s", s.name, code, s.code, s.says, out, errOut)
		}
		if strings.Contains(out, "PRIVATE KEY") {
			t.Errorf("%s: a key was printed", s.name)
		}
	}
	text, err := os.ReadFile(ca)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := authorityName(string(text)); err != nil || strings.Contains(string(text), "PRIVATE") {
		t.Errorf("the copy is %q, %v", text, err)
	}
}

func TestTLSByTheService(t *testing.T) {
	config := service(t, "[tls]\nport = 0\n")
	says := func(yes bool) {
		t.Helper()
		code, out, errOut := agrafe("--config", config, "status")
		if code != exitDone || strings.Contains(out, "wss://127.0.0.1:") != yes {
			t.Errorf("status: exit code %d, wss on is %v:\n%s%s", code, yes, out, errOut)
		}
	}
	says(false)
	tlsSteps(t, config, "wss answers at wss://127.0.0.1:")
	if code, _, errOut := agrafe("--config", config, "tls", "enable"); code != exitDone {
		t.Fatal(errOut)
	}
	says(true)
}

// alone is the configuration of a service that does not run.
func alone(t *testing.T, more string) (config, state string) {
	t.Helper()
	dir := t.TempDir()
	config, state = filepath.Join(dir, "agrafed.toml"), filepath.Join(dir, "state")
	text := "state = '" + state + "'\ncontrol = '" + filepath.Join(dir, "c") + "'\n" + more
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return config, state
}

func TestTLSWithoutTheService(t *testing.T) {
	config, state := alone(t, "")
	if code, _, errOut := agrafe("--config", config, "tls", "enable"); code != exitUsage || !strings.Contains(errOut, "start the service once") {
		t.Errorf("no state folder: exit code %d, %s", code, errOut)
	}
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	tlsSteps(t, config, "answers once the service runs")
	if left, err := os.ReadDir(state); err != nil || len(left) != 0 {
		t.Errorf("%d files left, %v", len(left), err)
	}
}

func TestTLSOfTheConfigurationIsNotDisabled(t *testing.T) {
	config, state := alone(t, "[tls]\nenabled = true\n")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := agrafe("--config", config, "tls", "disable"); code != exitRefused || !strings.Contains(errOut, "tls.enabled") {
		t.Errorf("exit code %d, %s", code, errOut)
	}
}

// The end of a certificate's life is told, with what to do.
func TestTLSStatusTellsTheEnd(t *testing.T) {
	tests := []struct {
		name string
		age  time.Duration
		says string
	}{
		{"new", 0, "certificate until"},
		{"29 days left", localca.Life - 29*24*time.Hour, "SOON OVER: agrafe tls enable"},
		{"over", localca.Life + time.Hour, "NOT GOOD NOW"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config, state := alone(t, "")
			if err := os.Mkdir(state, 0o700); err != nil {
				t.Fatal(err)
			}
			i, err := localca.Issue(time.Now().Add(-tt.age))
			if err == nil {
				err = i.Save(state)
			}
			if err != nil {
				t.Fatal(err)
			}
			code, out, errOut := agrafe("--config", config, "tls", "status")
			if code != exitDone || !strings.Contains(out, tt.says) || (tt.age == 0) == strings.Contains(out, "trusted anew") {
				t.Errorf("exit code %d:\n%s%s", code, out, errOut)
			}
		})
	}
}

func TestTrustSteps(t *testing.T) {
	type words struct{ Trust, Distrust []string }
	tests := []struct {
		system string
		want   words
	}{
		{"linux", words{[]string{"update-ca-certificates", "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n 'NAME' -i '/f'", "PROFILE"}, []string{"sudo rm -f", "-D -n 'NAME'"}}},
		{"darwin", words{[]string{"security add-trusted-cert -d -r trustRoot -p ssl", "'/f'"}, []string{"delete-certificate -c 'NAME'"}}},
		{"windows", words{[]string{`certutil -addstore -f Root "/f"`}, []string{`certutil -delstore Root "NAME"`}}},
	}
	for _, tt := range tests {
		t.Run(tt.system, func(t *testing.T) {
			var trust, distrust strings.Builder
			for _, s := range trustStepsOn(tt.system, "/f", "NAME") {
				trust.WriteString(s.Trust + "\n")
				distrust.WriteString(s.Distrust + "\n")
			}
			for _, w := range tt.want.Trust {
				if !strings.Contains(trust.String(), w) {
					t.Errorf("%q is not in:\n%s", w, trust.String())
				}
			}
			for _, w := range tt.want.Distrust {
				if !strings.Contains(distrust.String(), w) {
					t.Errorf("%q is not in:\n%s", w, distrust.String())
				}
			}
		})
	}
}

// Debian's own tool takes the certificate in and lets go of it, in folders of the test.
func TestS33SystemTrust(t *testing.T) {
	if _, err := exec.LookPath("update-ca-certificates"); err != nil {
		t.Fatalf("install the package ca-certificates: %v", err)
	}
	dir := t.TempDir()
	folder := func(name string) string {
		path := filepath.Join(dir, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ours, etc := folder("local"), folder("etc")
	conf, certs := filepath.Join(dir, "conf"), folder("certs")
	other, err := localca.Issue(time.Now()) // that the system came with
	if err == nil {
		err = errors.Join(os.WriteFile(conf, []byte("other.crt\n"), 0o644), os.WriteFile(filepath.Join(certs, "other.crt"), other.PEM(), 0o644))
	}
	if err != nil {
		t.Fatal(err)
	}
	a := anchors{filepath.Join(ours, "agrafe-localhost.crt"), []string{"update-ca-certificates", "--certsconf", conf,
		"--certsdir", certs, "--localcertsdir", ours, "--etccertsdir", etc, "--hooksdir", folder("hooks")}}
	i, err := localca.Issue(time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.remove(); err != nil {
		t.Errorf("nothing to remove: %v", err)
	}
	if err := a.install(i.PEM()); err != nil {
		t.Fatal(err)
	}
	bundle := filepath.Join(etc, "ca-certificates.crt")
	if text, err := os.ReadFile(bundle); err != nil || !strings.Contains(string(text), strings.TrimSpace(string(i.PEM()))) {
		t.Errorf("the system does not trust it: %v", err)
	}
	if err := a.remove(); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(bundle); err != nil || string(text) != string(other.PEM()) {
		t.Errorf("the system trusts %q, %v", text, err)
	}
	left, err := filepath.Glob(filepath.Join(etc, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		if text, err := os.ReadFile(name); err != nil || string(text) != string(other.PEM()) {
			t.Errorf("left behind: %s (%v)", filepath.Base(name), err)
		}
	}
	if bad := (anchors{a.file, []string{"no-such-command-of-ours"}}); bad.install(i.PEM()) == nil {
		t.Error("a system without the tool: no error")
	}
}

func TestTLSJSON(t *testing.T) {
	config, state := alone(t, "")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := agrafe("--config", config, "--json", "tls", "enable")
	var got tlsOf
	if err := json.Unmarshal([]byte(out), &got); code != exitDone || err != nil {
		t.Fatalf("exit code %d, %v: %s", code, err, errOut)
	}
	if !got.Offline || got.Phase != localca.Good || len(got.Steps) == 0 || got.File != localca.CAFile(state) {
		t.Errorf("printed %+v", got)
	}
}
