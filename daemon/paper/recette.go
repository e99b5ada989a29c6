package paper

import (
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// RecetteDuJour prints the takings of a day: each FSE, and each paper sheet that has a
// price, with who owes what of it. A paper sheet without price is listed for its
// amount to be written by hand and counts for nothing. A day without anything is
// printed too. Its error is ErrIncomplete when a sheet has no content, or one with a
// number has no price.
func RecetteDuJour(p *Practice, on fse.Date, sheets []Sheet, o Print) ([]byte, error) {
	for i := range sheets {
		s := &sheets[i]
		switch {
		case s.Draft == nil:
			return nil, incomplete("a sheet of the day has no content")
		case s.Numero != "" && s.Prix == nil:
			return nil, incomplete("an FSE of the day has no price")
		}
	}
	const title = "Recette du jour"
	c := newCanvas(o, title)
	c.begin(part{
		foot:  join(" · ", title, on.French(), p.fullName(), "imprimée le "+moment(o.Created)),
		demo:  slices.ContainsFunc(sheets, func(s Sheet) bool { return s.demo() }),
		again: func() { c.heading(title+" (suite)", on.French(), "") },
	})
	c.heading(title, orDash(on.French()), p.fullName())
	all := c.takings(sheets)
	c.y += gapBetween
	c.takingsByKind(sheets)
	c.y += gapBetween
	c.boxes(box{"De qui l’argent est attendu", []field{
		{"Patients", eurosUnit(all.patient)},
		{"AMO (tiers payant)", eurosUnit(all.amo)},
		{"AMC (tiers payant)", eurosUnit(all.amc)},
		{"Non pris en charge", eurosUnit(all.nobody)},
		{"Honoraires du jour", eurosUnit(all.fees)},
	}})
	return c.bytes()
}

// taking is a sum of sheets.
type taking struct {
	due
	n    int
	fees fse.Cents
}

func (t *taking) add(s *Sheet) {
	t.n++
	if s.Prix == nil {
		return
	}
	d := s.due()
	t.amo, t.amc, t.patient, t.nobody = t.amo+d.amo, t.amc+d.amc, t.patient+d.patient, t.nobody+d.nobody
	t.fees += s.Prix.Total.Honoraires
}

// cells are the amounts of a taking in the order of the columns.
func (t *taking) cells() []string {
	return []string{euros(t.fees), euros(t.patient), euros(t.amo), euros(t.amc), euros(t.nobody)}
}

// takingColumns make 186 mm.
var takingColumns = []column{
	{"N°", 21, false}, {"Genre", 26, false}, {"Bénéficiaire", 39, false},
	{"Honoraires (€)", 22, true}, {"Patient (€)", 20, true}, {"AMO (€)", 20, true}, {"AMC (€)", 20, true}, {"Non pris (€)", 18, true},
}

// takings writes a line for each sheet and returns their sum.
func (c *canvas) takings(sheets []Sheet) taking {
	var all taking
	sum := func(label string) row {
		return row{bold: true, cells: append([]string{"", "", label}, all.cells()...)}
	}
	t := table{c: c, cols: takingColumns, carry: sum}
	t.begin()
	for i := range sheets {
		s := &sheets[i]
		var one taking
		one.add(s)
		amounts := one.cells()
		if s.Prix == nil {
			amounts = []string{"……………", "", "", "", ""}
		}
		t.add(row{cells: append([]string{clean(s.Numero), s.kind(), s.name(&s.Draft.Beneficiaire)}, amounts...)})
		all.add(s)
	}
	t.write(sum("Total"))
	return all
}

// kinds are the kinds of sheets, in the order of their totals.
var kinds = []string{"FSE sécurisée", "FSE dégradée", "FSE sans Vitale", "feuille papier"}

func (s *Sheet) kind() string {
	switch {
	case s.Numero == "":
		return kinds[3]
	case s.Draft.Mode == fse.Degrade:
		return kinds[1]
	case s.Draft.Mode == fse.SansVitale:
		return kinds[2]
	}
	return kinds[0]
}

// takingsByKind writes a total for each kind of sheet.
func (c *canvas) takingsByKind(sheets []Sheet) {
	c.room(40)
	t := table{c: c, cols: takingColumns}
	t.cols = slices.Clone(takingColumns)
	t.cols[0].title, t.cols[1].title, t.cols[2].title = "Nombre", "Genre", ""
	t.begin()
	for _, kind := range kinds {
		var sum taking
		for i := range sheets {
			if sheets[i].kind() == kind {
				sum.add(&sheets[i])
			}
		}
		t.add(row{cells: append([]string{count(sum.n), kind, ""}, sum.cells()...)})
	}
}
