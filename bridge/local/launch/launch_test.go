//go:build linux

package launch

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const address = "http://127.0.0.1:17373/#lancement=AAAAAAAAAAAAAAAAAAAAAA"

var errRefused = errors.New("refused")

// caller gives an address, or an error.
type caller struct{ err error }

func (c caller) Call(_ context.Context, method string, _, result any) error {
	if method != "console.open" {
		return fmt.Errorf("%s was called", method)
	}
	if c.err == nil {
		result.(*struct{ URL string }).URL = address
	}
	return c.err
}

// desktop makes script what opens files, and gives the folder for those.
func desktop(t *testing.T, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return dir
}

func left(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("%d files are left, %v", len(entries), err)
	}
}

func TestWrite(t *testing.T) {
	for page, want := range map[string]string{"": address, "papiers": address + "/papiers", `x"><b`: address + "/x&#34;&gt;&lt;b"} {
		dir := desktop(t, "")
		f, err := Write(t.Context(), caller{}, page)
		if err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(f.Name)
		text, _ := os.ReadFile(f.Name)
		if err != nil || info.Mode().Perm() != 0o600 || !strings.Contains(string(text), `url=`+want+`"`) {
			t.Errorf("page %q: %v, %q", page, info, text)
		}
		f.Remove()
		left(t, dir)
	}
}

// Open ends as soon as the file was read, and the address was an argument of nothing.
func TestOpen(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen")
	dir := desktop(t, `tr '\0' ' ' </proc/$$/cmdline >`+seen+`.args; cat "$1" >`+seen)
	begun := time.Now()
	if err := Open(t.Context(), caller{}, "lots"); err != nil {
		t.Fatal(err)
	}
	if time.Since(begun) > life/4 {
		t.Error("Open has waited though the file was read")
	}
	left(t, dir)
	text, _ := os.ReadFile(seen)
	args, _ := os.ReadFile(seen + ".args")
	if !strings.Contains(string(text), address+"/lots") || strings.Contains(string(args), "lancement") || len(args) == 0 {
		t.Errorf("read %q by %q", text, args)
	}
}

func TestOpenFails(t *testing.T) {
	tests := []struct {
		name, script string
		c            caller
		want         error
	}{
		{"no browser", "echo first; echo no application >&2; exit 3", caller{}, ErrNoBrowser},
		{"refused", "exit 0", caller{errRefused}, errRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := desktop(t, tt.script)
			if err := Open(t.Context(), tt.c, ""); !errors.Is(err, tt.want) || strings.Contains(err.Error(), "lancement") {
				t.Errorf("the error is %v, want %v", err, tt.want)
			}
			left(t, dir)
		})
	}
}

// A browser that does not read: the caller's end is the file's.
func TestOpenIsGivenUp(t *testing.T) {
	dir := desktop(t, "exit 0")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if d := cmp.Diff(context.DeadlineExceeded.Error(), fmt.Sprint(Open(ctx, caller{}, ""))); d != "" {
		t.Errorf("the error (-want +got):\n%s", d)
	}
	left(t, dir)
}
