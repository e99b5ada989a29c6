package lot

import (
	"fmt"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// ccamB2 makes the line of a CCAM act what B2 wants of it: record 4 holds the code
// that groups acts of its kind, and a record 4M the act itself. It fails with
// b2.ErrRegroupement for an act whose group is in no table.
//
// That an activité and a phase which the draft leaves out are 1 and 0, and that the
// code association stands in the column "Association non prévue", is inferred.
func ccamB2(line *b2.Ligne, d *fse.Draft, l fse.Ligne) error {
	group, err := b2.Regroupement(l.Code)
	if err != nil {
		return err
	}
	line.Code = group
	detail, err := b2.NewRecord(b2.Kind4M)
	if err != nil {
		return err
	}
	c := fse.LigneCCAM{}
	if l.Acte < len(d.Actes) && d.Actes[l.Acte].CCAM != nil {
		c = *d.Actes[l.Acte].CCAM
	}
	texts := [][2]string{{"Code acte CCAM", l.Code}, {"Code activité", orElse(c.Activite, "1")},
		{"Code phase", orElse(c.Phase, "0")}, {"Association non prévue", c.Association}}
	for i := range len(c.Modificateurs) {
		texts = append(texts, [2]string{"Modificateur " + strconv.Itoa(i+1), c.Modificateurs[i : i+1]})
	}
	for _, t := range texts {
		if err := detail.SetText(t[0], t[1]); err != nil {
			return fmt.Errorf("the CCAM act: %w", err)
		}
	}
	if err := detail.SetNumber("Séquence", 1); err != nil {
		return err
	}
	line.Suite = append(line.Suite, detail)
	return nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
