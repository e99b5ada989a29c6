package b2

import (
	"errors"
	"strings"
	"sync"
)

// Destinataire is the payer's centre that a file goes to, as record 000 and the
// numbers of 999 name it.
type Destinataire struct {
	Type   string // 2 letters that follow from the régime: CT, MA, CM…
	Numero string // 14 digits: 000000, régime (2), computing centre (3), organism (3)
}

// SMG is the destination of every FSE of soins médicaux gratuits: the CNMSS,
// organism 835 (payer 08/835/0300), whatever the patient's régime. The organism
// is certain, its computing centre 052 is of about 2013.
var SMG = Destinataire{Type: "CM", Numero: "00000008052835"}

// Errors of the search of a destination.
var (
	// ErrRegime: the régime has no known type of destination.
	ErrRegime = errors.New("cannot address the file: no type of destination is known for this régime")
	// ErrCaisse: the payer stands in no row of the routing table; give its computing centre
	// and organism to NewDestinataire.
	ErrCaisse = errors.New("cannot address the file: no computing centre is known for this payer")
	// ErrCode: a code without the digits it must have.
	ErrCode = errors.New("cannot address the file: a régime has 2 digits, a caisse, computing centre or organism 3, a centre 4")
)

// destinationTypes gives the type of destination per régime.
var destinationTypes = func() map[string]string {
	types := map[string]string{}
	for _, row := range mustTable("destinataires.csv", "regime", "type", "source", "certitude") {
		types[row[0]] = row[1]
	}
	return types
}()

// NewDestinataire returns the destination of a régime (2 digits), computing
// centre (CTI, 3 digits) and organism (3 digits). It fails with ErrRegime or
// ErrCode.
func NewDestinataire(regime, cti, organisme string) (Destinataire, error) {
	if len(regime) != 2 || len(cti) != 3 || len(organisme) != 3 || !isDigits(regime+cti+organisme) {
		return Destinataire{}, ErrCode
	}
	kind, known := destinationTypes[regime]
	if !known {
		return Destinataire{}, ErrRegime
	}
	return Destinataire{Type: kind, Numero: "000000" + regime + cti + organisme}, nil
}

// Regime is the régime of the destination, empty when the number is too short.
func (d Destinataire) Regime() string { return d.part(6, 8) }

// CTI is the computing centre of the destination.
func (d Destinataire) CTI() string { return d.part(8, 11) }

// Organisme is the organism of the destination, which record 1 repeats.
func (d Destinataire) Organisme() string { return d.part(11, 14) }

func (d Destinataire) part(from, to int) string {
	if len(d.Numero) != 14 {
		return ""
	}
	return d.Numero[from:to]
}

// Demonstration tells whether the destination is one of the test payers.
func (d Destinataire) Demonstration() bool { return routes().demonstrations[d.Numero] }

// A Route is the destination of a payer.
type Route struct {
	Destinataire Destinataire
	Approche     bool // the centre is unknown: the route of centre 0000 of the same caisse
}

// RouteOf returns the destination of the payer régime (2 digits), caisse (3) and
// centre (4): the row of the table for exactly this payer, else the one of the
// same caisse with centre 0000. The table is of about 2013. It fails with
// ErrCode, ErrRegime or ErrCaisse.
func RouteOf(regime, caisse, centre string) (Route, error) {
	if len(regime) != 2 || len(caisse) != 3 || len(centre) != 4 || !isDigits(regime+caisse+centre) {
		return Route{}, ErrCode
	}
	payers := routes().payers
	at, found := payers[regime+caisse+centre]
	approche := !found
	if approche {
		if at, found = payers[regime+caisse+"0000"]; !found {
			return Route{}, ErrCaisse
		}
	}
	d, err := NewDestinataire(regime, at.cti, at.organisme)
	return Route{Destinataire: d, Approche: approche}, err
}

type routing struct {
	payers         map[string]struct{ cti, organisme string } // by régime, caisse and centre
	demonstrations map[string]bool                            // by destination number
}

// routes reads the table at its first use: most commands never need it.
var routes = sync.OnceValue(func() routing {
	rows := mustTable("routes.csv", "regime", "caisse", "centre", "organisme", "cti", "usage", "source", "certitude")
	r := routing{make(map[string]struct{ cti, organisme string }, len(rows)), map[string]bool{}}
	for _, row := range rows {
		r.payers[row[0]+row[1]+row[2]] = struct{ cti, organisme string }{row[4], row[3]}
		if row[5] == "demonstration" {
			r.demonstrations["000000"+row[0]+row[4]+row[3]] = true
		}
	}
	return r
})

// LieuFINESS writes a FINESS number (9 characters) in the 14 digits of a place of
// execution: the Corsican departments 2A and 2B become 2001 and 2002. That it is
// right-justified is inferred from the numeric format. It fails with ErrFINESS.
func LieuFINESS(finess string) (string, error) {
	if len(finess) != 9 {
		return "", ErrFINESS
	}
	digits := finess
	switch finess[:2] {
	case "2A":
		digits = "2001" + finess[2:]
	case "2B":
		digits = "2002" + finess[2:]
	}
	if !isDigits(digits) {
		return "", ErrFINESS
	}
	return strings.Repeat("0", 14-len(digits)) + digits, nil
}

// ErrFINESS: a FINESS number that is not 9 digits, 2A or 2B for a start apart.
var ErrFINESS = errors.New("cannot write the place of execution: a FINESS number has 9 digits, or starts with 2A or 2B")

// AccidentDroitCommun writes the date of an accident caused by a third party in
// the form that Facture.Accident takes: 000AAMMJJ.
func AccidentDroitCommun(d Date) string { return "000" + d.String() }
