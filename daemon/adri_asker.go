package daemon

import (
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// errNoPractice refuses a number under which no practice is set up.
var errNoPractice = &state.Error{Kind: state.Invalid, Code: "CABINET_ABSENT", Path: "numeroAM",
	Message: "Le cabinet de ce numéro n'est pas renseigné : faites-le une fois, avec « agrafe setup » ou dans les réglages de la console, puis recommencez."}

// errOthersPractice refuses the number of a colleague.
var errOthersPractice = &state.Error{Kind: state.Invalid, Code: "CABINET_AUTRE_PROFESSIONNEL", Path: "numeroAM",
	Message: "Ce numéro est celui du cabinet d'un autre professionnel que le titulaire de la CPS présente. Mettez la carte de ce professionnel, ou choisissez un de vos cabinets."}

// askingNumber is the number of the first practice of the holder of the CPS.
func (d *Daemon) askingNumber(h held) (string, error) {
	list, err := d.book.Cabinets() // by number
	if err != nil {
		return "", bookFailure(err)
	}
	for _, c := range list {
		if ownedBy(c, h) {
			return c.NumeroAM, nil
		}
	}
	return "", errNoPractice
}

// mayAskAs tells whether the holder of the CPS may ask under the number of a practice: it
// has to be set up with their RPPS. A remplaçant asks so too, and not under the number of
// whom they replace: that they replace them today no card says without its code, and the
// payer would tell them of patients who are none of theirs.
func (d *Daemon) mayAskAs(h held, numeroAM string) error {
	list, err := d.book.Cabinets()
	if err != nil {
		return bookFailure(err)
	}
	i := slices.IndexFunc(list, func(c cabinet.Cabinet) bool { return c.NumeroAM == numeroAM })
	switch {
	case i < 0:
		return errNoPractice
	case !ownedBy(list[i], h):
		return errOthersPractice
	}
	return nil
}

func ownedBy(c cabinet.Cabinet, h held) bool { return c.RPPS != "" && c.RPPS == h.cps.holder.RPPS() }
