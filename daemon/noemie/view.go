package noemie

// view goes through the records and keeps what the following ones refer to.
type view struct {
	returns []Return
	head    Return  // what the next returns share: lot, dates, transfer
	invoice invoice // the one that the current records belong to
	open    bool    // whether there is one
	accuse  Return  // the acknowledgement that the next 610 belong to
}

// invoice is what is known of an invoice before its last record.
type invoice struct {
	head     Return
	first    int // index of its first return
	made     int // how many returns its parts made
	libelles []Libelle
	acts     sums
}

// record takes in one record.
func (v *view) record(number int, e *entity, raw string) {
	if e == nil {
		v.add(number, raw, v.head)
		return
	}
	switch e.number {
	case "010", "020", "040", "070", "071", "080", "081":
		v.endInvoice()
		v.context(e.number, raw)
	case "100", "102":
		v.endInvoice()
		v.begin(number, raw)
	case "198":
		v.part(number, PartAMO, &fields.amo, raw)
	case "199":
		v.part(number, PartAMC, &fields.amc, raw)
	case "210":
		v.act(number, &act210, raw)
	case "220":
		v.act(number, &act220, raw)
	case "290", "294", "295":
		v.label(number, e.number, raw)
	case "250", "261", "262":
		v.endInvoice()
		v.movement(number, e, raw)
	case "600", "610":
		v.acknowledge(number, e, raw)
	}
}

// add makes a return of a record.
func (v *view) add(number int, raw string, r Return) *Return {
	r.Record, r.Entite = number, raw[:3]
	v.returns = append(v.returns, r)
	return &v.returns[len(v.returns)-1]
}

// context takes in what the following invoices share. What it is good for follows
// from the levels of the table: 010 and 020 (level 01) begin all anew, 040, 070,
// 071 and 081 (level 02) a new list of lots.
func (v *view) context(number, raw string) {
	if number == "080" {
		v.head.Lot, v.head.DateLot = numero(fields.lot080.of(raw)), readDate(fields.date080, raw)
		return
	}
	v.head.Lot, v.head.DateLot = 0, 0
	switch number {
	case "070":
		v.head.Date, v.head.Virement = readDate(fields.date070, raw), ""
	case "071":
		v.head.Date = readDate(fields.date071, raw)
		v.head.Virement = readText(fields.virement.of(raw))
		if more := readText(fields.suite.of(raw)); more != "" {
			v.head.Virement += " " + more
		}
	case "081":
		v.head.TypeRetour = fields.type081.of(raw)
	case "010", "020":
		v.head = Return{}
	}
}

// begin opens an invoice.
func (v *view) begin(number int, raw string) {
	v.open = true
	v.invoice = invoice{head: v.head, first: len(v.returns)}
	r := &v.invoice.head
	r.Record, r.Entite = number, raw[:3]
	if r.Entite == "100" {
		r.Facture = fields.facture100.of(raw)
	} else {
		r.Facture = readText(fields.facture102.of(raw))
		r.TypeFacture = readText(fields.type102.of(raw))
		r.DateFacture = readDate(fields.date102, raw)
		if lot := readText(fields.lot102.of(raw)); lot != "" {
			r.Lot, r.DateLot = numero(lot), readDate(fields.dateLot102, raw)
		}
	}
	r.Numero = numero(r.Facture)
}

// part makes the return of a part. One that was not treated makes none, as long as
// no amount goes with it.
func (v *view) part(number int, part Part, p *partFields, raw string) {
	r := v.head
	if v.open {
		r = v.invoice.head
	}
	r.Part, r.Etat = part, readText(p.etat.of(raw))
	r.Demande, _ = readDigits(p.demande.of(raw))
	_, known := readDigits(p.montant.of(raw))
	r.Montant, r.SansMontant = p.paye(raw), !known
	if r.Etat == "" && r.Montant == 0 {
		return
	}
	if part == PartAMC {
		r.Organisme = fields.organisme.of(raw)
	}
	if v.open {
		r.Kind = p.kind(raw, &r)
		v.invoice.made++
	}
	v.add(number, raw, r)
}

// label keeps a code and its label for the invoice, or makes a return of the lot.
func (v *view) label(number int, entite, raw string) {
	l := readLabel(entite, raw)
	if v.open {
		v.invoice.libelles = append(v.invoice.libelles, l)
		return
	}
	r := v.head
	if entite != "295" {
		r.Kind = Rejete
	}
	r.Libelles = []Libelle{l}
	v.add(number, raw, r)
}

// endInvoice makes the returns of the invoice that no part made, and gives each
// its labels.
func (v *view) endInvoice() {
	if !v.open {
		return
	}
	v.open = false
	x := &v.invoice
	if x.made == 0 {
		v.settle()
	}
	if len(x.libelles) == 0 {
		return
	}
	parts := x.returns(v.returns)
	for _, r := range parts {
		for _, l := range x.libelles {
			if r.Part == PartAucune || l.part() == PartAucune || l.part() == r.Part || !has(parts, l.part()) {
				r.Libelles = append(r.Libelles, l)
			}
		}
	}
}

// returns are those of the invoice; unknown entities between its records are not.
func (x *invoice) returns(all []Return) (parts []*Return) {
	for i := x.first; i < len(all); i++ {
		switch all[i].Entite {
		case "198", "199", "100", "102":
			parts = append(parts, &all[i])
		}
	}
	return parts
}

func has(parts []*Return, p Part) bool {
	for _, r := range parts {
		if r.Part == p {
			return true
		}
	}
	return false
}

// act sums an act of the invoice; one that stands alone is only shown.
func (v *view) act(number int, f *actFields, raw string) {
	if !v.open {
		v.add(number, raw, v.head)
		return
	}
	v.invoice.acts.add(f, raw)
}

// settle makes the returns of an invoice of which no part says what was done.
func (v *view) settle() {
	x := &v.invoice
	whole := x.head
	if x.acts.uncertain || x.acts.amo == 0 && x.acts.amc == 0 {
		for _, l := range x.libelles {
			if l.Entite != "295" && !x.acts.uncertain {
				whole.Kind = Rejete
			}
		}
		v.returns = append(v.returns, whole)
		return
	}
	for _, p := range []struct {
		part   Part
		amount int64
	}{{PartAMO, x.acts.amo}, {PartAMC, x.acts.amc}} {
		if p.amount == 0 {
			continue
		}
		r := whole
		r.Part, r.Montant, r.Kind = p.part, p.amount, Paye
		if p.amount < 0 {
			r.Kind = Repris
		}
		v.returns = append(v.returns, r)
	}
}
