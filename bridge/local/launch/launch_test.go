//go:build linux

package launch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const address = "http://127.0.0.1:17373/?ouverture=BBBBBBBBBBBBBBBBBBBBBB#lancement=AAAAAAAAAAAAAAAAAAAAAA"

var errRefused = errors.New("refused")

// caller is a daemon: it gives an address, or fails, and waits for a browser to come.
type caller struct {
	open, await error
	came        chan bool // nil: the daemon does not answer
}

func (c caller) Call(ctx context.Context, method string, params, result any) error {
	answer, err := map[string]any{"id": "B", "url": address}, c.open
	if method == "console.await" {
		if diff := cmp.Diff(map[string]string{"id": "B"}, params); diff != "" {
			return errors.New(diff)
		}
		if c.await != nil {
			return c.await
		}
		select {
		case came := <-c.came:
			answer = map[string]any{"came": came}
		case <-ctx.Done():
			err = ctx.Err()
		}
	} else if method != "console.open" {
		return fmt.Errorf("%s was called", method)
	}
	if err != nil {
		return err
	}
	text, err := json.Marshal(answer)
	return errors.Join(err, json.Unmarshal(text, result))
}

// waits is a daemon to which a browser comes once the file named done is there.
func waits(t *testing.T, done string) caller {
	c := caller{came: make(chan bool)}
	go func() {
		for t.Context().Err() == nil {
			if _, err := os.Stat(done); err == nil {
				c.came <- true
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return c
}

// answers is a daemon that says at once whether a browser has come.
func answers(came bool) caller {
	c := caller{came: make(chan bool, 1)}
	c.came <- came
	return c
}

// desktop makes script what opens files, and gives the folder for those.
func desktop(t *testing.T, script string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", dir)
	withSnaps(t, "")
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "xdg-open"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	return dir
}

// withSnaps is a machine with a snap of that desktop entry, or without snaps.
func withSnaps(t *testing.T, entry string) {
	t.Helper()
	before := snaps
	t.Cleanup(func() { snaps = before })
	snaps = t.TempDir()
	if entry == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(snaps, "a_a.desktop"), []byte("[Desktop Entry]\n"+entry+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
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
		if err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(f.Name) != dir || !strings.Contains(string(text), `url=`+want+`"`) {
			t.Errorf("page %q: %v, %q", page, info, text)
		}
		f.Remove()
		left(t, dir)
	}
}

// A browser that is a snap sees no more than the visible files of the user's home.
func TestWriteWhereABrowserIsASnap(t *testing.T) {
	tests := []struct {
		name, entry string
		home        bool
	}{
		{"a browser", "MimeType=text/html;x-scheme-handler/https;", true},
		{"an editor", "MimeType=text/plain;", false},
		{"none", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			session, home := desktop(t, ""), t.TempDir()
			t.Setenv("HOME", home)
			withSnaps(t, tt.entry)
			f, err := Write(t.Context(), caller{}, "")
			if err != nil {
				t.Fatal(err)
			}
			want := session
			if tt.home {
				want = home
			}
			info, err := os.Stat(f.Name)
			if err != nil || info.Mode().Perm() != 0o600 || filepath.Dir(f.Name) != want || !strings.HasPrefix(filepath.Base(f.Name), "agrafe-console-") {
				t.Errorf("%s, %v, %v", f.Name, info, err)
			}
			f.Remove()
			left(t, want)
		})
	}
}

// What opens files may look into them first and end, and start a browser that is slow:
// the file is there for it. The address was an argument of nothing.
func TestOpenWaitsForTheBrowser(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen")
	browser := `(sleep 1; cat "$1" >` + seen + `; touch ` + seen + `.done) >/dev/null 2>&1 &`
	dir := desktop(t, `tr '\0' ' ' </proc/$$/cmdline >`+seen+`.args; cat "$1" >/dev/null; `+browser)
	begun := time.Now()
	if err := Open(t.Context(), waits(t, seen+".done"), "lots"); err != nil {
		t.Fatal(err)
	}
	if time.Since(begun) > Life/4 {
		t.Error("Open has waited though the browser had come")
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
		{"no address", "exit 0", caller{open: errRefused}, errRefused},
		{"no browser came", "exit 0", answers(false), ErrNoBrowser},
		{"the daemon ends", "exit 0", caller{await: errRefused}, errRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := desktop(t, tt.script)
			err := Open(t.Context(), tt.c, "")
			if !errors.Is(err, tt.want) || strings.Contains(err.Error(), "lancement") {
				t.Errorf("the error is %v, want %v", err, tt.want)
			}
			if tt.want == ErrNoBrowser && !strings.Contains(err.Error(), "agrafe console --print-file") {
				t.Errorf("the error does not say what to do: %v", err)
			}
			left(t, dir)
		})
	}
}

// A browser that does not come: the caller's end is the file's.
func TestOpenIsGivenUp(t *testing.T) {
	dir := desktop(t, "exit 0")
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	if d := cmp.Diff(context.DeadlineExceeded.Error(), fmt.Sprint(Open(ctx, caller{}, ""))); d != "" {
		t.Errorf("the error (-want +got):\n%s", d)
	}
	left(t, dir)
}

// The wait ends with the file's life, also when the daemon does not answer.
func TestWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		err := File{caller: caller{}, id: "B"}.Wait(t.Context())
		if !errors.Is(err, ErrNobodyCame) || time.Since(begun) != Life {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
