package paper

import (
	"strconv"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// Lot is a lot to print with its FSE, in the order of their numbers.
type Lot struct {
	Numero        string // 3 digits
	Created       time.Time
	Sent          time.Time // teletransmission; zero = not yet, to be written by hand
	Certification string    // S, F or D
	Payer         fse.Organisme
	Sheets        []Sheet
}

// check tells what the lot lacks to be printed.
func (l *Lot) check() error {
	if l.Numero == "" {
		return incomplete("the lot has no number")
	}
	if len(l.Sheets) == 0 {
		return incomplete("the lot has no FSE")
	}
	for i := range l.Sheets {
		if err := l.Sheets[i].check(); err != nil {
			return err
		}
	}
	return nil
}

func (l *Lot) demo() bool {
	for i := range l.Sheets {
		if l.Sheets[i].demo() {
			return true
		}
	}
	return false
}

// certification says in words how the lot is secured. The words for D are those of
// the caisses; the others are ours, after the table of certifications.
func (l *Lot) certification() string {
	switch l.Certification {
	case "S":
		return "LOT SÉCURISÉ"
	case "F":
		return "LOT SÉCURISÉ SANS VITALE"
	case "D":
		return "LOT NON SÉCURISÉ"
	}
	return clean(l.Certification)
}

// BordereauDeLot prints the bordereau de télétransmission of a lot. Its error is
// ErrIncomplete when the lot has no number or no FSE, or an FSE can't be printed.
func BordereauDeLot(p *Practice, l *Lot, o Print) ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	c := newCanvas(o, "Bordereau du lot "+clean(l.Numero))
	c.bordereau(p, l)
	return c.bytes()
}

// Liasse prints what is stapled together for a lot, in that order: the bordereau,
// then its sheets. Errors are those of BordereauDeLot.
func Liasse(p *Practice, l *Lot, o Print) ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	c := newCanvas(o, "Liasse du lot "+clean(l.Numero))
	c.bordereau(p, l)
	for i := range l.Sheets {
		s := l.Sheets[i]
		if s.Lot == "" {
			s.Lot = l.Numero
		}
		c.feuille(p, &s)
	}
	return c.bytes()
}

// bordereau writes the bordereau as a document of its own.
func (c *canvas) bordereau(p *Practice, l *Lot) {
	number := "Lot n°" + nbsp + clean(l.Numero)
	c.begin(part{
		foot: join(" · ", "Bordereau de télétransmission", number, p.fullName(), "imprimé le "+moment(c.print.Created)),
		demo: l.demo(),
		again: func() {
			c.heading("Bordereau de télétransmission (suite)", join(" · ", l.certification(), number), "")
		},
	})
	c.heading("Bordereau de télétransmission", number, "")
	c.certificationBand(l)
	sent := moment(l.Sent)
	if sent == "" {
		sent = dateByHand
	}
	c.boxes(p.box(), box{"Lot", []field{
		{"N° de lot", clean(l.Numero)},
		{"Créé le", moment(l.Created)},
		{"Certification", join(" — ", clean(l.Certification), l.certification())},
		{"Organisme payeur", join(" ", destination(l.Payer), clean(l.Payer.Nom))},
		{"Nombre de FSE", count(len(l.Sheets))},
		{"Télétransmis le", sent},
	}})
	c.lines(l)
	c.signatures("Date et signature du professionnel")
}

// certificationBand says in capitals how the lot is secured.
func (c *canvas) certificationBand(l *Lot) {
	const h = 7.5
	c.pdf.SetLineWidth(0.5)
	c.pdf.Rect(left, c.y, innerWidth, h, "D")
	c.pdf.SetLineWidth(0.2)
	c.font(true, 12)
	c.centre(left, c.y+5.3, innerWidth, c.cut(l.certification(), innerWidth-4))
	c.y += h + gapBetween
}

// lotColumns make 186 mm.
var lotColumns = []column{
	{"", 9, true}, {"N° de FSE", 22, false}, {"Soins du", 19, false}, {"Bénéficiaire", 67, false},
	{"Total (€)", 23, true}, {"Part AMO (€)", 23, true}, {"Part AMC (€)", 23, true},
}

// lines writes a line for each FSE, the totals so far at each turn of the page, and
// the totals.
func (c *canvas) lines(l *Lot) {
	var n int
	var total, amo, amc fse.Cents
	sum := func(label string) row {
		return row{bold: true, cells: []string{"", "", "", label + " (" + plural(n, "FSE") + ")", euros(total), euros(amo), euros(amc)}}
	}
	t := table{c: c, cols: lotColumns, carry: sum}
	t.begin()
	for i := range l.Sheets {
		s := &l.Sheets[i]
		x := &s.Prix.Total
		t.add(row{cells: []string{strconv.Itoa(i + 1), clean(s.Numero), s.Draft.DateSoins.French(),
			s.name(&s.Draft.Beneficiaire), euros(x.Honoraires), euros(x.AMO), euros(x.AMC)}})
		n++
		total, amo, amc = total+x.Honoraires, amo+x.AMO, amc+x.AMC
	}
	t.write(sum("Total du lot"))
	c.y += gapBetween
}
