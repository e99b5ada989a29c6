package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/localca"
)

func TestUserTray(t *testing.T) {
	config, folder := t.TempDir(), t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", config)
	if err := os.WriteFile(filepath.Join(folder, "agrafe-tray"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	path, err := addUserTray(folder)
	if err != nil || path != filepath.Join(config, "autostart", "agrafe-tray.desktop") {
		t.Fatalf("%q, %v", path, err)
	}
	text, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(text), "\nExec="+folder+"/agrafe-tray\n") {
		t.Errorf("%v\n%s", err, text)
	}
	for _, want := range []int{1, 0} { // the second time there is nothing
		if removed, err := removeUserTray(); err != nil || len(removed) != want {
			t.Errorf("removed %v, %v", removed, err)
		}
	}
	if _, err := os.Lstat(path); err == nil {
		t.Error("it is still there")
	}
	odd := filepath.Join(t.TempDir(), "a b")
	if err := os.MkdirAll(odd, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(odd, "agrafe-tray"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := addUserTray(odd); err == nil {
		t.Error("a folder that would need quoting: no error")
	}
}

// S32: nothing of wss is left in the state folder, and people are told where else.
func TestS32DropTLS(t *testing.T) {
	file := systemAnchors.file
	systemAnchors.file = filepath.Join(t.TempDir(), "none")
	t.Cleanup(func() { systemAnchors.file = file })
	state := t.TempDir()
	for name, folder := range map[string]string{"no state folder": filepath.Join(state, "not-there"), "wss is off": state} {
		if steps, err := wssSteps(folder); err != nil || len(steps) > 0 {
			t.Errorf("%s: %v, %v", name, steps, err)
		}
		if err := dropTLS(folder); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := localca.Ensure(state, time.Now()); err != nil {
		t.Fatal(err)
	}
	steps, err := wssSteps(state)
	if err != nil || len(steps) < 2 {
		t.Errorf("%v, %v", steps, err)
	}
	if err := dropTLS(state); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(state)
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestChangesArePrinted(t *testing.T) {
	all := changes{Written: []string{"/a"}, Removed: []string{"/b"}, Kept: []string{"/c"}, Notes: []string{"d"}}
	var out strings.Builder
	e := &env{Context: context.Background(), out: &out}
	if err := e.printChanges(all); err != nil || out.String() != "written  /a\nremoved  /b\nkept     /c\nnote     d\n" {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	e.json = true
	var got changes
	if err := e.printChanges(all); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(out.String()), &got); err != nil || len(got.Notes) != 1 || got.Kept[0] != "/c" {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// S29: root does nothing in another user's folder, where a link may lie. Another user is
// not looked at: he has the rights of his own.
func TestS29OwnPlace(t *testing.T) {
	home, other := t.TempDir(), os.Geteuid()
	if other == 0 { // root can have a folder of another's, others can only have their own
		other = 65534
		if err := os.Chown(home, other, other); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(home, "config", "autostart", "agrafe-tray.desktop")
	tests := []struct {
		name, path string
		me         int
		refused    string // "": not
	}{
		{"root in another's folder", path, 0, fmt.Sprintf("%s belongs to the user %d;", home, other)},
		{"its owner", path, other, ""},
		{"root in its own", "/etc/xdg/autostart/agrafe-tray.desktop", 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := ownPlaceOf(tt.me, tt.path)
			if tt.refused == "" && err != nil || tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)) {
				t.Errorf("%v, want %q", err, tt.refused)
			}
		})
	}
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	if _, err := removeUserTray(); (err != nil) != (os.Geteuid() == 0) {
		t.Errorf("removing there: %v", err)
	}
}
