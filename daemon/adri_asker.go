package daemon

import (
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// errNoPractice refuses a number under which no practice is set up.
var errNoPractice = &state.Error{Kind: state.Invalid, Code: "CABINET_ABSENT", Path: "numeroAM",
	Message: "Le cabinet de ce numéro n'est pas renseigné : faites-le une fois, avec « agrafe setup » ou dans les réglages de la console, puis recommencez."}

// errOthersPractice refuses the number of a colleague.
var errOthersPractice = &state.Error{Kind: state.Invalid, Code: "CABINET_AUTRE_PROFESSIONNEL", Path: "numeroAM",
	Message: "Ce numéro est celui du cabinet d'un autre professionnel que le titulaire de la CPS présente. Mettez la carte de ce professionnel, ou choisissez un de vos cabinets."}

// replacing is the exercice of a practice as a remplaçant.
const replacing = "R"

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

// mayAskAs tells whether the holder of the CPS may ask under the number of a practice: one
// of their own, or any that is set up here if they have none of their own but as a
// remplaçant. A remplaçant works under the number of whom they replace and may have no
// other; that they replace them today no card says without its code, and an FSE trusts
// them alike.
func (d *Daemon) mayAskAs(h held, numeroAM string) error {
	list, err := d.book.Cabinets()
	if err != nil {
		return bookFailure(err)
	}
	known, settled := false, false
	for _, c := range list {
		own := ownedBy(c, h)
		if c.NumeroAM == numeroAM && own {
			return nil
		}
		known = known || c.NumeroAM == numeroAM
		settled = settled || own && c.Exercice != replacing
	}
	switch {
	case !known:
		return errNoPractice
	case settled:
		return errOthersPractice
	}
	return nil
}

func ownedBy(c cabinet.Cabinet, h held) bool { return c.RPPS != "" && c.RPPS == h.cps.holder.RPPS() }
