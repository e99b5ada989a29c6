//go:build cups

package printer

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// document is a real PDF file of one page.
func document(t *testing.T) []byte {
	t.Helper()
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.AddPage()
	pdf.SetFont("Helvetica", "", 20)
	pdf.Cell(100, 10, "Mode DEGRADE lot 001")
	var b bytes.Buffer
	if err := pdf.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The whole life of a printer, on a real CUPS.
func TestRealCUPS(t *testing.T) {
	r := startRig(t)
	t.Setenv("CUPS_SERVER", r.server)
	s := New()
	s.patience.stopped = 3 * time.Second
	pdf := document(t)
	silent := func() {}

	t.Run("no printer", func(t *testing.T) {
		list, err := s.List(t.Context())
		none, ok := errors.AsType[*NoneError](err)
		if !ok || !errors.Is(err, ErrNone) || !strings.Contains(none.Detail, "Aucune imprimante") {
			t.Errorf("%v, %v", list, err)
		}
	})
	r.cups("/usr/sbin/lpadmin", "-p", "cabinet", "-E", "-v", "ipp://localhost:"+r.port+"/ipp/print", "-m", "everywhere")
	t.Run("list", func(t *testing.T) {
		list, err := s.List(t.Context())
		want := []state.Printer{{Name: "cabinet", Default: true, State: "prete"}}
		if diff := cmp.Diff(want, list); err != nil || diff != "" {
			t.Error(err, diff)
		}
	})
	t.Run("print", func(t *testing.T) {
		steps := 0
		if err := s.Print(t.Context(), "cabinet", "Agrafe lot 001", pdf, func() { steps++ }); err != nil || steps != Steps {
			t.Fatalf("%d steps, %v", steps, err)
		}
		r.wantPage(1)
	})
	t.Run("unknown printer", func(t *testing.T) {
		if err := s.Print(t.Context(), "-oraw", "Agrafe", pdf, silent); !errors.Is(err, ErrUnknown) {
			t.Error(err)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		r.mode(slow)
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		err := s.Print(ctx, "cabinet", "Agrafe FSE 000000001", pdf, cancel)
		if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "back") || time.Since(began) > 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if queue := r.cups("lpstat", "-o", "cabinet"); queue != "" {
			t.Errorf("still in the queue: %s", queue)
		}
		r.mode(prints)
		r.idle(s)
	})
	t.Run("out of paper, then paper", func(t *testing.T) {
		r.mode(empty)
		refill := time.AfterFunc(1500*time.Millisecond, func() { r.mode(prints) })
		defer refill.Stop()
		if err := s.Print(t.Context(), "cabinet", "Agrafe", pdf, silent); err != nil {
			t.Error(err)
		}
		r.idle(s)
	})
	t.Run("out of paper", func(t *testing.T) {
		r.mode(empty)
		err := s.Print(t.Context(), "cabinet", "Agrafe", pdf, silent)
		if diff := cmp.Diff(error(&StoppedError{"cabinet", "plus de papier"}), err); diff != "" {
			t.Error(diff)
		}
		if queue := r.cups("lpstat", "-o", "cabinet"); queue != "" {
			t.Errorf("still in the queue: %s", queue)
		}
		r.mode(prints)
		r.idle(s)
	})
	t.Run("broken PDF", func(t *testing.T) {
		err := s.Print(t.Context(), "cabinet", "Agrafe", []byte("%PDF-1.4\nthis is the end"), silent)
		if _, ok := errors.AsType[*FailedError](err); !ok {
			t.Error(err)
		}
		if queue := r.cups("lpstat", "-o", "cabinet"); queue != "" {
			t.Errorf("still in the queue: %s", queue)
		}
		r.idle(s)
	})
	t.Run("taken out of the queue by somebody", func(t *testing.T) {
		r.mode(slow)
		err := s.Print(t.Context(), "cabinet", "Agrafe", pdf, func() { r.cups("cancel", "-a", "cabinet") })
		if diff := cmp.Diff(error(&FailedError{"cabinet", "retirée de la file d'attente"}), err); diff != "" {
			t.Error(diff)
		}
		r.mode(prints)
		r.idle(s)
	})
	t.Run("stopped by the administrator", func(t *testing.T) {
		r.cups("/usr/sbin/cupsdisable", "-r", "toner en commande", "cabinet")
		list, err := s.List(t.Context())
		if err != nil || list[0].State != "arretee" {
			t.Errorf("%+v, %v", list, err)
		}
		err = s.Print(t.Context(), "cabinet", "Agrafe", pdf, silent)
		if _, ok := errors.AsType[*StoppedError](err); !ok {
			t.Error(err)
		}
		r.cups("/usr/sbin/cupsenable", "cabinet")
		r.idle(s)
	})
	t.Run("switched off", func(t *testing.T) {
		before := r.pages()
		r.unplug()
		err := s.Print(t.Context(), "cabinet", "Agrafe", pdf, silent)
		if diff := cmp.Diff(error(&StoppedError{"cabinet", "imprimante éteinte ou débranchée"}), err); diff != "" {
			t.Error(diff)
		}
		r.plug()
		if err := s.Print(t.Context(), "cabinet", "Agrafe", pdf, silent); err != nil {
			t.Error("once it is on again:", err)
		}
		r.wantPage(before + 1)
	})
}

func TestNoCUPS(t *testing.T) {
	t.Setenv("CUPS_SERVER", filepath.Join(t.TempDir(), "none.sock"))
	_, err := New().List(t.Context())
	none, ok := errors.AsType[*NoneError](err)
	if !ok || !strings.Contains(none.Detail, "systemctl start cups") {
		t.Error(err)
	}
}

// pages counts the documents that have come out.
func (r *rig) pages() int {
	found, err := filepath.Glob(r.path("out/*.pdf"))
	r.check(err)
	return len(found)
}

// wantPage fails unless the printer has put out n documents and the last can be read.
func (r *rig) wantPage(n int) {
	r.t.Helper()
	if came := r.pages(); came != n {
		r.t.Fatalf("%d documents came out, want %d", came, n)
	}
	found, err := filepath.Glob(r.path("out/*.pdf"))
	r.check(err)
	text, err := exec.Command("pdftotext", found[n-1], "-").Output()
	r.check(err)
	if !strings.Contains(string(text), "Mode DEGRADE lot 001") {
		r.t.Errorf("the page says %q", text)
	}
}

// idle waits until the printer is done with all it had.
func (r *rig) idle(s *System) {
	r.t.Helper()
	r.await("an idle printer", func() bool {
		list, err := s.List(r.t.Context())
		return err == nil && list[0].State == "prete" && !exists(r.path("busy"))
	})
}
