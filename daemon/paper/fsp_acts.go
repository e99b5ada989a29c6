package paper

import (
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// fspColumns make 186 mm.
var fspColumns = []column{
	{"Date", 19, false}, {"Code", 22, false}, {"Activité", 15, false}, {"Qté", 10, true}, {"Honoraires (€)", 27, true}, {"Dépassement (€)", 26, true},
	{"ID/MD (€)", 22, true}, {"IK (nombre)", 19, true}, {"IK (€)", 26, true},
}

// travel are the codes of the column of indemnities for going to the patient: the
// indemnity and its increases (NGAP table of 2022).
var travel = []string{"ID", "MD", "MDD", "MDI", "MDN"}

// fspActs writes the acts: priced lines, else those of the draft with the fees that
// were entered.
func (c *canvas) fspActs(s *Sheet) {
	c.room(35)
	c.font(true, textSize)
	c.text(left, c.y+3, fspActes.String())
	c.y += 5
	t := table{c: c, cols: fspColumns}
	t.begin()
	total := "……………"
	if s.Prix != nil {
		for i := range s.Prix.Lignes {
			t.add(c.fspLine(s, &s.Prix.Lignes[i]))
		}
		total = euros(s.Prix.Total.Honoraires)
	} else {
		for i := range s.Draft.Actes {
			t.add(c.fspTyped(s, &s.Draft.Actes[i]))
		}
	}
	t.add(row{bold: true, cells: []string{"Total", "", "", "", total, "", "", "", ""}})
	c.y += gapBetween
}

// fspLine puts the amount of a line in its column. The form has one box for the fees,
// which hold the excess.
func (c *canvas) fspLine(s *Sheet, l *fse.Ligne) row {
	a := s.act(l)
	cells := []string{l.Date.French(), c.paperCode(l.Code), activity(a), count(l.Quantite), "", "", "", "", ""}
	acte, known := c.print.tables().Acte(l.Code)
	switch {
	case known && acte.Km:
		cells[7], cells[8] = count(l.Km), euros(l.Honoraires)
	case slices.Contains(travel, l.Code):
		cells[6] = euros(l.Honoraires)
	default:
		cells[4] = euros(l.Honoraires)
	}
	if x := excess(l); x > 0 {
		cells[5] = euros(x)
	}
	return row{cells: cells}
}

// fspTyped writes an act without price.
func (c *canvas) fspTyped(s *Sheet, a *fse.Acte) row {
	on, fees := a.Date, "……………"
	if on.IsZero() {
		on = s.Draft.DateSoins
	}
	if a.Honoraires != nil {
		fees = euros(*a.Honoraires)
	}
	km := ""
	if a.Km > 0 {
		km = count(a.Km)
	}
	return row{cells: []string{on.French(), c.paperCode(a.Code), activity(a), count(max(a.Quantite, 1)), fees, "", "", km, ""}}
}

// paperCode returns the code to write on paper for an act.
func (c *canvas) paperCode(code string) string {
	if a, ok := c.print.tables().Acte(code); ok && a.CodePapier != "" {
		return clean(a.CodePapier)
	}
	return clean(code)
}

func activity(a *fse.Acte) string {
	if a.CCAM == nil {
		return ""
	}
	return clean(a.CCAM.Activite)
}
