package paper

import (
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// FeuilleDeSoins prints an FSE: the duplicate of one that was sent without paper, or
// the sheet of degraded mode, to be signed. Its error is ErrIncomplete when the sheet
// has no content, price or number.
func FeuilleDeSoins(p *Practice, s *Sheet, o Print) ([]byte, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	c := newCanvas(o, "Feuille de soins "+clean(s.Numero))
	c.feuille(p, s)
	return c.bytes()
}

// feuille writes the sheet as a document of its own.
func (c *canvas) feuille(p *Practice, s *Sheet) {
	number := "FSE n°" + nbsp + clean(s.Numero)
	c.begin(part{
		foot: join(" · ", number, p.fullName(), "imprimée le "+moment(c.print.Created)),
		demo: s.demo(),
		again: func() {
			c.modeBand(s)
			c.heading("Feuille de soins électronique (suite)", number, "")
		},
	})
	t := c.print.tables()
	c.modeBand(s)
	c.heading("Feuille de soins électronique", number, s.subtitle())
	c.boxes(s.professionalBox(p), s.beneficiaryBox(t))
	c.boxes(s.insuredBox(t), s.conditionsBox(t))
	c.acts(s)
	c.sums(s)
	if s.smg() {
		c.smg(s)
	}
	if r := s.remake(); r != nil {
		c.paragraph("Cette feuille remplace la FSE n°"+nbsp+clean(r.Numero)+" du "+r.Date.French()+", rejetée"+reason(r.Libelle)+".", false, textSize)
		c.y += gapBetween
	}
	c.signed(s)
}

func reason(s string) string {
	if s = clean(s); s == "" {
		return ""
	}
	return " («" + nbsp + s + nbsp + "»)"
}

// modeBand says at the top of the page that the sheet is of degraded mode, and why.
func (c *canvas) modeBand(s *Sheet) {
	if !s.degraded() {
		return
	}
	const h = 9.0
	c.ink(0)
	c.pdf.SetLineWidth(0.6)
	c.pdf.Rect(left, c.y, innerWidth, h, "D")
	c.pdf.SetLineWidth(0.2)
	c.font(true, 15)
	c.text(left+3, c.y+6.4, "Mode dégradé")
	if g := s.Draft.Degrade; g != nil {
		motif := c.print.tables().Libelle("motifs_degrade", g.Motif, s.Draft.DateSoins)
		if motif == "" {
			motif = clean(g.Motif)
		}
		words := "Motif : " + orDash(join(" — ", motif, clean(g.Precision)))
		c.font(false, textSize)
		lines := c.wrap(words, innerWidth-55, 2)
		y := c.y + 5.8 - float64(len(lines)-1)*lineHeight(textSize)/2
		for i, line := range lines {
			c.text(left+52, y+float64(i)*lineHeight(textSize), line)
		}
	}
	c.y += h + 2
}

// heading writes a title on the left, a reference on the right and a line below.
func (c *canvas) heading(title, reference, sub string) {
	c.font(true, 12)
	c.shrink(reference, innerWidth/2, 12, smallestTxt)
	reference = c.cut(reference, innerWidth/2)
	room := c.width(reference)
	c.right(left+innerWidth, c.y+5, reference)
	c.font(true, 14)
	c.fit(left, c.y+5, innerWidth-room-5, 14, title)
	c.y += 7
	if sub != "" {
		c.font(false, textSize)
		c.fit(left, c.y+3, innerWidth, textSize, sub)
		c.y += 4.5
	}
	c.y += 1.5
}

// subtitle says what the sheet is.
func (s *Sheet) subtitle() string {
	kind := "Duplicata d’une feuille de soins électronique sécurisée"
	switch s.Draft.Mode {
	case fse.Degrade:
		kind = "Feuille de soins faite sans carte Vitale, à joindre au bordereau de son lot"
	case fse.SansVitale:
		kind = "Duplicata d’une feuille de soins électronique faite sans carte Vitale"
	}
	lot := "pas encore en lot"
	if s.Lot != "" {
		lot = "lot n°" + nbsp + clean(s.Lot)
	}
	return join(" · ", kind, "soins du "+orDash(s.Draft.DateSoins.French()), lot)
}

// actColumns make 186 mm, the width inside the margins.
var actColumns = []column{
	{"Date", 17, false}, {"Acte", 17, false}, {"Qté", 8, true}, {"Coef.", 10, true}, {"Qual.", 8, false},
	{"Honoraires", 19, true}, {"Dépass.", 17, true}, {"Base", 18, true}, {"Taux", 11, true}, {"Exo", 7, false},
	{"Part AMO", 18, true}, {"Part AMC", 18, true}, {"Reste", 18, true},
}

// acts writes the table of the acts with its total.
func (c *canvas) acts(s *Sheet) {
	c.room(30)
	t := table{c: c, cols: actColumns}
	t.begin()
	var over fse.Cents
	for i := range s.Prix.Lignes {
		l := &s.Prix.Lignes[i]
		over += excess(l)
		t.add(row{note: s.note(l), cells: []string{
			l.Date.French(), clean(l.Code), clean(count(l.Quantite)), coefficient(l.Coefficient), clean(l.Qualificatif),
			euros(l.Honoraires), euros(excess(l)), euros(l.Base), percent(l.Taux), clean(l.Exoneration),
			euros(l.AMO), euros(l.AMC), euros(l.Patient),
		}})
	}
	x := &s.Prix.Total
	t.add(row{bold: true, cells: []string{"Total (€)", "", "", "", "", euros(x.Honoraires), euros(over), euros(x.Base), "", "",
		euros(x.AMO), euros(x.AMC), euros(x.Patient)}})
	c.y += gapBetween
}

// note says of a line what its columns don't.
func (s *Sheet) note(l *fse.Ligne) string {
	a := s.act(l)
	var parts []string
	add := func(on bool, words ...string) {
		if on {
			parts = append(parts, strings.Join(words, ""))
		}
	}
	add(l.Km > 0, "IK : ", count(l.Km), nbsp, "km")
	add(!a.Entente.IsZero(), "entente préalable du ", a.Entente.French())
	add(a.Appareil != "", "appareil n°", nbsp, clean(a.Appareil))
	add(a.Heure != "", "heure ", clean(a.Heure))
	add(a.Complement != "", "complément ", clean(a.Complement))
	if x := a.CCAM; x != nil {
		add(true, "activité ", clean(x.Activite), ", phase ", clean(x.Phase))
		add(x.Modificateurs != "", "modificateurs ", clean(x.Modificateurs))
		add(x.Association != "", "association ", clean(x.Association))
	}
	add(a.EnRapportALD, "en rapport avec l’ALD")
	add(l.NonPrisEnCharge != 0, "non pris en charge ", eurosUnit(l.NonPrisEnCharge))
	return strings.Join(parts, " · ")
}
