package daemon_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/agrafe-fse/agrafe/"

// deps lists the packages that pkg is built of, itself included.
func deps(t *testing.T, pkg string) []string {
	t.Helper()
	out, err := exec.Command("go", "list", "-deps", module+pkg).Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pkg, err)
	}
	return strings.Fields(string(out))
}

// Arrows go one way. What must not be reached, be it by way of others, is listed
// here with what must not reach it.
func TestForbiddenArrows(t *testing.T) {
	ours := module // anything of ours
	tests := []struct {
		pkg       string
		forbidden []string
		allowed   []string // of ours, where all of it is forbidden
	}{
		{"cmd/agrafe-tray", []string{"github.com/ebfe/scard", "github.com/dgraph-io/badger", module + "daemon/journal", module + "reader"}, nil},
		{"cmd/agrafed", []string{"fyne.io/systray", module + "daemon/frontal"}, nil},
		{"daemon", []string{"fyne.io/systray", "github.com/ebfe/scard", "github.com/gorilla/websocket", module + "bridge", module + "daemon/frontal"}, nil},
		{"bridge", []string{"fyne.io/systray", "github.com/ebfe/scard"}, nil},
		{"bridge/local", []string{"github.com/dgraph-io/badger", module + "reader"}, nil},
		{"reader", []string{ours}, []string{"reader"}},
		{"reader/virtual", []string{"github.com/ebfe/scard", module + "daemon", module + "bridge"}, nil},
		{"reader/cps", []string{"github.com/ebfe/scard", module + "daemon"}, nil},
		{"reader/vitale", []string{"github.com/ebfe/scard", module + "daemon"}, nil},
		{"daemon/fse", []string{ours}, []string{"daemon/fse", "daemon/fse/tables"}},
		{"daemon/b2", []string{ours}, []string{"daemon/b2"}},
		{"daemon/noemie", []string{ours}, []string{"daemon/noemie"}},
		{"daemon/paper", []string{ours}, []string{"daemon/paper", "daemon/fse", "daemon/fse/tables"}},
		{"daemon/cabinet", []string{ours}, []string{"daemon/cabinet", "daemon/fse", "daemon/fse/tables"}},
		{"daemon/printer", []string{ours}, []string{"daemon/printer", "daemon/state"}},
		{"daemon/seal", []string{ours}, []string{"daemon/seal"}},
		{"daemon/rights", []string{ours}, []string{"daemon/rights", "daemon/rights/adri", "daemon/fse", "daemon/fse/tables"}},
		{"daemon/rights/adri", []string{ours}, []string{"daemon/rights/adri", "daemon/fse", "daemon/fse/tables"}},
		{"daemon/frontal", []string{module + "bridge", module + "reader", "github.com/ebfe/scard", "github.com/dgraph-io/badger"}, nil},
		{"daemon/mail", []string{ours}, []string{"daemon/mail"}},
		{"daemon/secret", []string{ours}, []string{"daemon/secret"}},
		{"installer/place", []string{ours}, []string{"installer/place", "daemon/journal", "daemon/logbook", "daemon/durable"}},
		{"installer/systemd", []string{ours}, []string{"installer/systemd", "installer/place", "daemon/journal", "daemon/logbook", "daemon/durable"}},
		{"daemon/port", []string{ours}, []string{"daemon/port"}},
		{"daemon/absence", []string{ours}, []string{"daemon/absence"}},
		{"daemon/state", []string{ours}, []string{"daemon/state"}},
		{"daemon/journal", []string{ours}, []string{"daemon/journal", "daemon/durable"}},
		{"daemon/journal/key", []string{ours}, []string{"daemon/journal/key", "daemon/durable"}},
		{"daemon/journal/backup", []string{ours}, []string{"daemon/journal", "daemon/journal/key", "daemon/journal/backup", "daemon/durable"}},
		{"daemon/journal/export", []string{ours}, []string{"daemon/journal", "daemon/journal/export", "daemon/durable"}},
		{"daemon/logbook", []string{ours}, []string{"daemon/logbook"}},
		{"daemon/release", []string{ours}, []string{"daemon/release", "daemon/durable"}},
		{"daemon/doctor", []string{module + "bridge", "github.com/ebfe/scard"}, nil},
		{"daemon/diagnostics", []string{module + "bridge", "github.com/ebfe/scard"}, nil},
		{"daemon/vault", []string{module + "reader", module + "bridge"}, nil},
		{"bridge/console", []string{ours}, []string{"bridge/console"}},
		{"bridge/localca", []string{ours}, []string{"bridge/localca", "daemon/durable"}},
		{"bridge/trust", []string{ours}, []string{"bridge/trust", "daemon/durable"}},
	}
	for _, tt := range tests {
		t.Run(tt.pkg, func(t *testing.T) {
			for _, dep := range deps(t, tt.pkg) {
				for _, no := range tt.forbidden {
					if strings.HasPrefix(dep, no) && !slices.Contains(tt.allowed, strings.TrimPrefix(dep, module)) {
						t.Errorf("%s reaches %s", tt.pkg, dep)
					}
				}
			}
		})
	}
}

// One package knows the PC/SC library.
func TestOneImporterOfSCard(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, module+"...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if slices.Contains(fields[1:], "github.com/ebfe/scard") && fields[0] != module+"reader/pcsc" {
			t.Errorf("%s imports scard", fields[0])
		}
	}
}
