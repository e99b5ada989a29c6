package b2

import "errors"

// ErrRegroupement: a CCAM act whose group stands in no table.
var ErrRegroupement = errors.New("cannot write the CCAM act: its code de regroupement is in no table")

var regroupements = func() map[string]string {
	groups := map[string]string{}
	for _, row := range mustTable("regroupements.csv", "code", "regroupement", "source", "certitude") {
		groups[row[0]] = row[1]
	}
	return groups
}()

// Regroupement returns the code that stands in record 4 for a CCAM act, whose own
// code goes to 4M: ATM for technical acts, ADC for surgery… The list of the health
// insurance is not in our tables; the rows that are, one per act, are marked M. It fails
// with ErrRegroupement.
func Regroupement(ccam string) (string, error) {
	group, known := regroupements[ccam]
	if !known {
		return "", ErrRegroupement
	}
	return group, nil
}
