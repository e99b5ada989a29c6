package daemon

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// ShowFSE is f as lists and events show it: without the patient.
func ShowFSE(f lot.FSE) state.FSE {
	s := state.FSE{ID: f.ID, State: string(f.State), DateSoins: f.Draft.DateSoins.String(),
		Certification: f.Certification, Lot: f.Lot, Demo: true, Acts: actsOf(f.Draft), ReplacedBy: f.ReplacedBy}
	if f.Numero != 0 {
		s.Numero = fmt.Sprintf("%09d", f.Numero)
	}
	if f.Price != nil && f.State != fse.Brouillon { // a draft was changed since it had that price
		t := f.Price.Total
		s.Honoraires, s.AMO, s.AMC, s.Patient = int64(t.Honoraires), int64(t.AMO), int64(t.AMC), int64(t.Patient)
		s.Exoneration = exonerationOf(f.Price)
	}
	s.Restored = f.Restored
	if f.Paper != nil {
		s.Paper = string(f.Paper.State)
	}
	if o := f.Replaces; o != nil {
		s.Replaces = cmp.Or(o.FSE, o.Numero)
	}
	if f.Reject != nil {
		s.Reject = f.Reject.Label
	}
	if f.Received != nil {
		s.Paid = int64(f.Received.AMO + f.Received.AMC)
	}
	amo, amc := f.DuePayers()
	s.Due = int64(amo + amc)
	if f.Collected != nil {
		s.Collected = int64(f.Collected.Amount)
	}
	return s
}

// actsOf is the codes of the acts of a draft: "G + MEG".
func actsOf(d *fse.Draft) string {
	codes := make([]string, 0, len(d.Actes))
	for i := range d.Actes {
		codes = append(codes, d.Actes[i].Code)
	}
	return strings.Join(codes, " + ")
}

// exonerationOf is the code that all lines of a price have, "" where they differ.
func exonerationOf(p *fse.Prix) string {
	code := ""
	for i := range p.Lignes {
		if one := p.Lignes[i].Exoneration; i > 0 && one != code {
			return ""
		} else {
			code = one
		}
	}
	return code
}
