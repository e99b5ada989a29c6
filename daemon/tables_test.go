package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// The practice's own tariff goes before ours, and shows in the explanation.
func TestOwnTariff(t *testing.T) {
	table, ok := tables.Default().Table("tarifs")
	if !ok {
		t.Fatal("no table tarifs")
	}
	row := make([]string, len(table.Colonnes))
	for i, column := range table.Colonnes {
		switch column {
		case "code":
			row[i] = "G"
		case "libelle":
			row[i] = "Consultation de l'essai"
		case "tarif":
			row[i] = "31.00"
		case "valide_du":
			row[i] = "2026-01-01"
		case "source":
			row[i] = "essai"
		case "certitude":
			row[i] = "V"
		case "specialites":
			row[i] = "1"
		case "secteur":
			row[i] = "S1-OPTAM"
		case "zone":
			row[i] = "metro"
		}
	}
	file := filepath.Join(t.TempDir(), "tarifs.csv")
	text := strings.Join(table.Colonnes, ",") + "\n" + strings.Join(row, ",") + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := loadTables([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	draft := consultation(fse.Degrade)
	draft.DoublonForce = ""
	ours, theirs := fse.Price(draft, fse.Context{}), fse.Price(draft, fse.Context{Tables: set})
	if ours.Prix == nil || theirs.Prix == nil || theirs.Prix.Total.Base != 3100 || ours.Prix.Total.Base == 3100 {
		t.Errorf("ours %+v, theirs %+v %v", ours.Prix, theirs.Prix, theirs.Erreurs)
	}
	if ours.Prix.TablesVersion == theirs.Prix.TablesVersion {
		t.Error("both sets have the same version")
	}
}

func TestOwnTablesThatCannotBeUsed(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "tarifs.csv")
	if err := os.WriteFile(bad, []byte("no,columns\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"/no/such/tarifs.csv", bad} {
		cfg := DefaultConfig()
		cfg.State, cfg.Tables = t.TempDir(), []string{file}
		_, err := New(cfg, Deps{})
		var e *ConfigError
		if !errors.As(err, &e) || e.File != file {
			t.Errorf("%s: %v, want a *ConfigError", file, err)
		}
	}
}
