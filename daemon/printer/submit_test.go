//go:build !windows

package printer

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// desk is a CUPS of the test's own: tools that are scripts, and a daemon that has one
// printer, p, which never ends a document.
type desk struct {
	t      *testing.T
	dir    string
	system system
}

func newDesk(t *testing.T, lp string) desk {
	t.Helper()
	dir, err := os.MkdirTemp("", "desk") // short: a socket's path is
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket := filepath.Join(dir, "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		processing := []string{"\x00\x00\x00\x05"}
		_, _ = w.Write(asAnswer(0, 0x04, attribute{tagName, "printer-name", []string{"p"}},
			attribute{tagEnum, "job-state", processing}, attribute{tagEnum, "printer-state", []string{"\x00\x00\x00\x04"}}))
	})}
	t.Cleanup(func() { _ = server.Close() })
	go func() { _ = server.Serve(l) }()
	t.Setenv("CUPS_SERVER", socket)
	d := desk{t, dir, newSystem()}
	d.system.tools = dir
	d.tool("lp", "/bin/cat >/dev/null\n"+lp)
	d.tool("cancel", `echo "$1" >`+d.path("cancelled"))
	return d
}

func (d desk) path(name string) string { return filepath.Join(d.dir, name) }

func (d desk) tool(name, script string) {
	d.t.Helper()
	if script = "#!/bin/sh\n" + strings.ReplaceAll(script, "$D", d.dir) + "\n"; os.WriteFile(d.path(name), []byte(script), 0o755) != nil {
		d.t.Fatalf("%s is not written", name)
	}
}

// cancelled is the documents that were taken back.
func (d desk) cancelled() string {
	text, _ := os.ReadFile(d.path("cancelled"))
	return strings.TrimSpace(string(text))
}

// once stops when the file of that name is there.
func (d desk) once(name string) context.Context {
	ctx, cancel := context.WithCancel(d.t.Context())
	d.t.Cleanup(cancel)
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(d.path(name)); err == nil {
				cancel()
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	return ctx
}

// A document that has a number is taken back whenever the job is stopped; of one that
// has none it is said that it may come out.
func TestStoppedWhileLpRuns(t *testing.T) {
	const stays, told = "exec /bin/sleep 60", "echo 'request id is p-7 (1 file(s))'\n"
	tests := []struct {
		name, lp  string
		stopped   bool // by whoever prints; else lp takes too long
		want      error
		uncertain bool
		cancelled string
	}{
		{"after the number", told + "/bin/echo >$D/at\n" + stays, true, context.Canceled, false, "p-7"},
		{"before the number", "/bin/echo >$D/at\n" + stays, true, context.Canceled, true, ""},
		{"lp takes too long without a number", stays, false, nil, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := newDesk(t, tt.lp)
			ctx := t.Context()
			if tt.stopped {
				ctx = d.once("at")
			} else {
				d.system.patience.tool = 300 * time.Millisecond
			}
			err := d.system.print(ctx, "p", "Agrafe", []byte("%PDF-"), func() {})
			_, failed := errors.AsType[*FailedError](err)
			if !tt.stopped && !failed || tt.stopped && !errors.Is(err, tt.want) {
				t.Fatalf("the error is %v", err)
			}
			says := strings.Contains(err.Error(), "may still be printed") || strings.Contains(err.Error(), "peut encore sortir")
			if says != tt.uncertain || d.cancelled() != tt.cancelled {
				t.Errorf("%v; taken back: %q", err, d.cancelled())
			}
		})
	}
}

// An lp that lingers has handed the document over all the same: it is followed.
func TestLpLingersWithItsNumber(t *testing.T) {
	d := newDesk(t, "echo 'request id is p-8 (1 file(s))'\nexec /bin/sleep 60")
	d.system.patience.tool = 3 * time.Second // until when the number has come on a busy machine, too
	id, err := d.system.submit(t.Context(), "p", "Agrafe", []byte("%PDF-"))
	if id != 8 || err != nil {
		t.Errorf("%d, %v", id, err)
	}
}

func TestSubmitFails(t *testing.T) {
	t.Run("stopped before", func(t *testing.T) {
		d := newDesk(t, "echo >$D/at")
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := d.system.submit(ctx, "p", "Agrafe", nil)
		if _, ran := os.Stat(d.path("at")); err != context.Canceled || ran == nil {
			t.Errorf("%v", err)
		}
	})
	t.Run("no lp", func(t *testing.T) {
		d := newDesk(t, "")
		d.system.tools = d.path("none")
		if _, err := d.system.submit(t.Context(), "p", "Agrafe", nil); !errors.Is(err, ErrNone) {
			t.Error(err)
		}
	})
	t.Run("refused", func(t *testing.T) {
		d := newDesk(t, "echo 'lp: not today' >&2; exit 1")
		if failed, ok := errors.AsType[*FailedError](func() error { _, err := d.system.submit(t.Context(), "p", "Agrafe", nil); return err }()); !ok || failed.Detail != "lp: not today" {
			t.Error(failed)
		}
	})
	t.Run("another printer's number", func(t *testing.T) {
		d := newDesk(t, "echo 'request id is q-7 (1 file(s))'")
		if _, err := d.system.submit(t.Context(), "p", "Agrafe", nil); err == nil {
			t.Error("it is taken for this printer's")
		}
	})
}
