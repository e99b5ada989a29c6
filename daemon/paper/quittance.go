package paper

import "github.com/agrafe-fse/agrafe/daemon/fse"

// Payment is what the patient gave.
type Payment struct {
	Amount fse.Cents
	Date   fse.Date
	Means  string // in words: "carte bancaire"; "" = not said
}

// Quittance prints the receipt for the patient. Its error is ErrIncomplete when the
// sheet has no content, price or number.
func Quittance(p *Practice, s *Sheet, pay Payment, o Print) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	number := "FSE n°" + nbsp + clean(s.Numero)
	c := newCanvas(o, "Quittance "+clean(s.Numero))
	c.begin(part{
		foot:  join(" · ", "Quittance", number, p.fullName(), "imprimée le "+moment(o.Created)),
		demo:  s.demo(),
		again: func() { c.heading("Quittance (suite)", number, "") },
	})
	c.heading("Quittance", number, "Reçu remis au patient ; il ne remplace pas la feuille de soins.")
	b := &s.Draft.Beneficiaire
	c.boxes(s.professionalBox(p), box{"Patient", []field{
		{"Nom et prénom", s.name(b)},
		{"Né(e) le", birth(b.Naissance)},
		{"Soins du", s.Draft.DateSoins.French()},
	}})
	c.receiptLines(s)
	c.receipt(s, pay)
	c.signatures("Cachet et signature du professionnel")
	return c.bytes()
}

// receiptColumns make 186 mm.
var receiptColumns = []column{
	{"Date", 20, false}, {"Acte", 22, false}, {"", 89, false}, {"Qté", 10, true}, {"Honoraires (€)", 45, true},
}

func (c *canvas) receiptLines(s *Sheet) {
	t := table{c: c, cols: receiptColumns}
	t.begin()
	for i := range s.Prix.Lignes {
		l := &s.Prix.Lignes[i]
		words := ""
		if a, ok := c.print.tables().Acte(l.Code); ok {
			words = clean(a.Libelle)
		}
		t.add(row{cells: []string{l.Date.French(), clean(l.Code), words, count(l.Quantite), euros(l.Honoraires)}})
	}
	t.add(row{bold: true, cells: []string{"Total", "", "", "", euros(s.Prix.Total.Honoraires)}})
	c.y += gapBetween
}

// receipt says who pays what, and what was received.
func (c *canvas) receipt(s *Sheet, pay Payment) {
	d := s.due()
	f := []field{
		{"Tiers payant AMO", eurosUnit(d.amo)},
		{"Tiers payant AMC", eurosUnit(d.amc)},
		{"À régler par le patient", eurosUnit(d.patient)},
	}
	if d.nobody != 0 {
		f = append(f, field{"Non pris en charge", eurosUnit(d.nobody) + ", non demandé au patient"})
	}
	means := clean(pay.Means)
	if means != "" {
		means = " par " + means
	}
	got := box{"Reçu", []field{
		{"Somme reçue", eurosUnit(pay.Amount) + means},
		{"Le", pay.Date.French()},
	}}
	if rest := d.patient - pay.Amount; rest > 0 {
		got.fields = append(got.fields, field{"Reste dû", eurosUnit(rest)})
	}
	c.boxes(box{"Règlement", f}, got)
}
