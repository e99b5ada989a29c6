//go:build !windows

package printer

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

func TestWhatIsNotPrinted(t *testing.T) {
	pdf := "%PDF-1.4"
	tests := []struct {
		name, title, content string
		want                 error
	}{
		{"NIR", "Agrafe FSE 297022A02077878", pdf, ErrTitle},
		{"name", "Agrafe DUPONT", pdf, ErrTitle},
		{"two lines", "Agrafe\n", pdf, ErrTitle},
		{"option", "-oraw", pdf, ErrTitle},
		{"nothing", "", pdf, ErrTitle},
		{"long lot", "Agrafe lot 0012", pdf, ErrTitle},
		{"text", "Agrafe", "Bonjour", ErrNotPDF},
		{"no content", "Agrafe", "", ErrNotPDF},
		{"sheet, where there is no print system", "Agrafe FSE 000000001", pdf, ErrNone},
		{"lot", "Agrafe lot 001", pdf, ErrNone},
		{"takings", "Agrafe recettes 2026-11-22", pdf, ErrNone},
	}
	t.Setenv("CUPS_SERVER", "/nonexistent/cups.sock")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := New().Print(t.Context(), "p", tt.title, []byte(tt.content), func() { t.Error("printed") })
			if !errors.Is(err, tt.want) {
				t.Error(err)
			}
		})
	}
}

func TestShown(t *testing.T) {
	const idle, processing, isStopped = 3, 4, 5
	tests := []struct {
		name      string
		state     int
		accepting int
		reasons   string
		message   string
		want      state.Printer
	}{
		{"ready", idle, 1, "none", "", state.Printer{State: "prete"}},
		{"at work", processing, 1, "none", "", state.Printer{State: "occupee"}},
		{"at work without paper", processing, 1, "media-empty-error", "", state.Printer{State: "arretee", Detail: "plus de papier"}},
		{"was without paper", idle, 1, "media-empty", "", state.Printer{State: "prete", Detail: "plus de papier"}},
		{"toner low only", idle, 1, "toner-low-warning", "", state.Printer{State: "prete"}},
		{"jam", isStopped, 1, "media-jam-error", "x", state.Printer{State: "arretee", Detail: "bourrage de papier"}},
		{"cover", isStopped, 1, "cover-open-report", "", state.Printer{State: "arretee", Detail: "capot ouvert"}},
		{"toner", isStopped, 1, "toner-empty", "", state.Printer{State: "arretee", Detail: "plus de toner"}},
		{"off", isStopped, 1, "offline-report", "", state.Printer{State: "arretee", Detail: off}},
		{"does not answer", processing, 1, "none", "The printer is not responding.", state.Printer{State: "arretee", Detail: off}},
		{"paused", isStopped, 1, "none", "Paused by root", state.Printer{State: "arretee", Detail: "Paused by root"}},
		{"stopped without a word", isStopped, 1, "none", "", state.Printer{State: "arretee", Detail: "imprimante arrêtée"}},
		{"rejects", idle, 0, "none", "", state.Printer{State: "arretee", Detail: "refuse les documents"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := group{map[string][]string{"printer-name": {"p"}, "printer-state-reasons": {tt.reasons}, "printer-state-message": {tt.message}},
				map[string]int{"printer-state": tt.state, "printer-is-accepting-jobs": tt.accepting}}
			tt.want.Name = "p"
			if diff := cmp.Diff(tt.want, shown(g)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
