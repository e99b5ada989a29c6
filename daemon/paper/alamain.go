package paper

// PlainLines returns what to write by hand for a lot when no printer answers, one line of
// text each, as the screen shows it: a printer that fails prints no PDF. Its
// errors are those of Enveloppe.
func PlainLines(p *Practice, l *Lot, o Print) ([]string, error) {
	steps, err := byHand(p, l, o)
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, s := range steps {
		if len(lines) > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, typography.Replace(s.title))
		for _, line := range s.lines {
			lines = append(lines, "    "+typography.Replace(line))
		}
	}
	return lines, nil
}

// ALaMain prints the same, for another printer or another day.
func ALaMain(p *Practice, l *Lot, o Print) ([]byte, error) {
	steps, err := byHand(p, l, o)
	if err != nil {
		return nil, err
	}
	c := newCanvas(o, "À écrire à la main, lot "+clean(l.Numero))
	number := "Lot n°" + nbsp + clean(l.Numero)
	const title = "Sans imprimante : à écrire à la main"
	c.begin(part{
		foot:  join(" · ", title, number, "imprimé le "+moment(o.Created)),
		demo:  l.demo(),
		again: func() { c.heading(title+" (suite)", number, "") },
	})
	c.heading(title, number, "")
	for _, s := range steps {
		c.y += 2
		c.room(4 * lineHeight(11))
		c.paragraph(s.title, true, 11)
		for _, line := range s.lines {
			c.paragraph(line, false, 10)
		}
	}
	return c.bytes()
}

// step is one thing to do with a pen.
type step struct {
	title string
	lines []string
}

// byHand says what to write on each paper. Lot number, numbers of the FSE and date of
// teletransmission are what the caisses ask for; the way to present them is ours.
func byHand(p *Practice, l *Lot, o Print) ([]step, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	to, err := p.destination(l.Payer, o.tables())
	if err != nil {
		return nil, err
	}
	sent := day(l.Sent)
	if sent == "" {
		sent = "celle du jour où vous transmettez le lot"
	}
	list := step{"2. Sur une feuille par FSE, signée par vous, écrivez « Mode dégradé » et :", nil}
	for i := range l.Sheets {
		s := &l.Sheets[i]
		list.lines = append(list.lines, join(" — ", "FSE n°"+nbsp+clean(s.Numero), "soins du "+s.Draft.DateSoins.French(),
			s.name(&s.Draft.Beneficiaire), "total "+eurosUnit(s.Prix.Total.Honoraires)))
	}
	banner := []step(nil)
	if !o.Production || l.demo() {
		banner = []step{{"DÉMONSTRATION : n’envoyez rien à une caisse.", nil}}
	}
	return append(banner,
		step{"1. Sur la feuille du dessus, écrivez :", []string{
			"Lot n°" + nbsp + clean(l.Numero) + ", " + l.certification(),
			"Date de télétransmission : " + sent,
			"Professionnel : " + join(", n°"+nbsp, p.fullName(), clean(p.NumeroAM)),
			"Organisme payeur : " + destination(l.Payer),
			"Nombre de FSE : " + count(len(l.Sheets)),
		}},
		list,
		step{"3. Sur l’enveloppe, écrivez :", append([]string{"« " + mention + " »"}, to.lines()...)},
	), nil
}
