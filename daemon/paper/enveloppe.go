package paper

// The part of the page that the window of an envelope always shows, in millimetres
// from the top left corner of an A4 sheet folded in three (99 mm high).
//
// The envelope is a DL of 220 × 110 mm with a window of 100 × 35 mm at 20 mm from its
// right and lower edges: from memory, to be confirmed with an envelope at hand. The sheet
// moves in it by 10 mm across and 11 mm up and down; what stays in the window
// then is the rectangle from (100, 55) to (190, 79). The left side is brought in to
// 110 mm, where advice for writing to window envelopes in France puts the address:
// 110 mm from the left, 55 mm from the top (seen in a secondary source).
const (
	windowLeft   = 110.0
	windowTop    = 55.5
	windowRight  = 189.0
	windowBottom = 78.5
	foldHeight   = 99.0
)

// mention is what the envelope of degraded FSE bears (leaflet of CPAM 47).
const mention = "FSE DÉGRADÉ"

// Enveloppe prints the page that shows the address of the papers of a lot through
// the window of an envelope, or is glued on one. It is apart from the bundle, which is
// stapled. Its errors are ErrAddress, when nobody said where the papers go, and those of BordereauDeLot.
func Enveloppe(p *Practice, l *Lot, o Print) ([]byte, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	to, err := p.destination(l.Payer, o.tables())
	if err != nil {
		return nil, err
	}
	c := newCanvas(o, "Enveloppe du lot "+clean(l.Numero))
	c.begin(part{plain: true, demo: l.demo()})
	c.sender(p)
	c.window(to)
	c.folds()
	c.y = foldHeight + 12
	c.contents(l, to)
	return c.bytes()
}

// sender writes who sends the letter, outside the window.
func (c *canvas) sender(p *Practice) {
	lines := append([]string{"Expéditeur :", p.fullName()}, address(p.Adresse)...)
	y := c.y + 4
	for i, line := range lines {
		c.font(i == 1, textSize)
		c.fit(left, y, windowLeft-left-12, textSize, line)
		y += lineHeight(textSize)
	}
}

// window writes the mention and the address, as large as the window allows.
func (c *canvas) window(to Caisse) {
	const w, h = windowRight - windowLeft, windowBottom - windowTop
	lines := append([]string{mention}, to.lines()...)
	size, fitted := 11.0, []string(nil)
	for ; size > smallestTxt; size -= 0.5 {
		if fitted = c.addressLines(lines, w, size); float64(len(fitted))*lineHeight(size) <= h {
			break
		}
	}
	step := lineHeight(size)
	if room := int(h / step); len(fitted) > room { // the town, which ends an address, is kept
		fitted = append(fitted[:room-1], fitted[len(fitted)-1])
	}
	for i, line := range fitted {
		c.font(i == 0, size)
		c.fit(windowLeft, windowTop+step*(float64(i)+0.75), w, size, line)
	}
}

func (c *canvas) addressLines(lines []string, w, size float64) []string {
	var out []string
	for i, line := range lines {
		c.font(i == 0, size)
		out = append(out, c.wrap(line, w, 4)...)
	}
	return out
}

// folds marks where the sheet is folded.
func (c *canvas) folds() {
	c.ink(150)
	for _, y := range []float64{foldHeight, 2 * foldHeight} {
		c.pdf.Line(3, y, 8, y)
		c.pdf.Line(pageWidth-8, y, pageWidth-3, y)
	}
	c.ink(0)
}

// contents says below the fold what the envelope holds.
func (c *canvas) contents(l *Lot, to Caisse) {
	c.font(true, 22)
	c.centre(left, c.y+4, innerWidth, mention)
	c.y += 14
	sent := day(l.Sent)
	if sent == "" {
		sent = dateByHand
	}
	c.boxes(box{"Contenu de l’enveloppe, dans cet ordre", []field{
		{"1", "bordereau de télétransmission du lot n°" + nbsp + clean(l.Numero)},
		{"2", plural(len(l.Sheets), "feuille") + " de soins, de la FSE n°" + nbsp + clean(l.Sheets[0].Numero) +
			" à la FSE n°" + nbsp + clean(l.Sheets[len(l.Sheets)-1].Numero)},
		{"Télétransmis le", sent},
		{"À envoyer à", join(", ", to.lines()...)},
	}})
	c.paragraph("Pliez cette page aux deux repères, l’adresse vers l’extérieur, pour une enveloppe DL (110 × 220 mm) à fenêtre ; "+
		"dans une enveloppe sans fenêtre, collez le tiers du haut ou recopiez l’adresse et la mention « "+mention+" ».", false, textSize)
}
