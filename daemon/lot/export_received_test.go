package lot

import (
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// The accountant's row of a paid FSE has what payers gave and the day that they tell.
func TestExportOfReceived(t *testing.T) {
	b := openBook(t, t.TempDir())
	l, list := sentFSE(t, b, 2)
	receive(t, b, noemieFile(pays(l, list[0], noemie.PartAMO, 2100, 260620), pays(l, list[0], noemie.PartAMC, 800, 260622)))
	n := 0
	for r, err := range b.Export(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
		switch r.Numero {
		case "000000001":
			if r.Regle != 2900 || r.PayeeLe.Format(time.DateOnly) != "2026-06-22" {
				t.Errorf("%d, %s", r.Regle, r.PayeeLe)
			}
		default:
			if r.Regle != 0 || !r.PayeeLe.IsZero() {
				t.Errorf("an unpaid one: %d, %s", r.Regle, r.PayeeLe)
			}
		}
	}
	if n != 2 {
		t.Errorf("%d rows", n)
	}
}
