package fse

// Passee is an earlier invoice that a new one is compared with.
type Passee struct {
	Numero string
	Etat   State
	Draft  *Draft
}

// counts reports whether the earlier invoice is paid or may still be: one that
// was rejected, replaced, cancelled or never signed is no reason to refuse.
func (e *Passee) counts() bool {
	switch e.Etat {
	case Brouillon, ASigner, Rejetee, Remplacee, Annulee:
		return false
	}
	return e.Draft != nil
}

// checkDuplicates refuses an act that an earlier invoice already holds for the
// same beneficiary on the same day, unless the user gave a reason.
func (p *pricer) checkDuplicates() {
	for i := range p.c.Passees {
		e := &p.c.Passees[i]
		if !e.counts() || !sameBeneficiary(e.Draft, p.d) {
			continue
		}
		for j := range p.d.Actes {
			a := &p.d.Actes[j]
			if !holds(e.Draft, a.Code, p.dateOf(a)) {
				continue
			}
			if p.d.DoublonForce == "" {
				p.faultActe(CodeDoublon, j, "code", shown(e.Numero))
			} else {
				p.faultActe(CodeDoublonForce, j, "code", shown(e.Numero))
			}
		}
	}
}

// sameBeneficiary compares two beneficiaries by NIR, birth and rank. A NIR may be
// the assuré's: brothers and sisters share it and differ by their birth.
func sameBeneficiary(a, b *Draft) bool {
	na, nb := beneficiaryNIR(a), beneficiaryNIR(b)
	x, y := &a.Beneficiaire, &b.Beneficiaire
	if na == "" || na != nb || max(x.Rang, 1) != max(y.Rang, 1) {
		return false
	}
	bx, err1 := x.Naissance.jour(a.DateSoins)
	by, err2 := y.Naissance.jour(b.DateSoins)
	return err1 == nil && err2 == nil && (bx == by || bx == 0 || by == 0)
}

// beneficiaryNIR returns the number that the beneficiary is known by.
func beneficiaryNIR(d *Draft) string {
	s := d.Beneficiaire.NIR
	if s == "" && d.Assure != nil {
		s = d.Assure.NIR
	}
	n, fault := parseNIR(s)
	if fault != "" {
		return ""
	}
	return n.text
}

// holds reports whether an invoice has that act on that day.
func holds(d *Draft, code string, on Date) bool {
	for i := range d.Actes {
		a := &d.Actes[i]
		date := a.Date
		if date.IsZero() {
			date = d.DateSoins
		}
		if a.Code == code && date == on {
			return true
		}
	}
	return false
}

// timesThisYear counts an act in the earlier invoices of the beneficiary, in the
// calendar year of a date.
func (p *pricer) timesThisYear(code string, on Date) int {
	n := 0
	for i := range p.c.Passees {
		e := &p.c.Passees[i]
		if !e.counts() || !sameBeneficiary(e.Draft, p.d) {
			continue
		}
		for j := range e.Draft.Actes {
			a := &e.Draft.Actes[j]
			date := a.Date
			if date.IsZero() {
				date = e.Draft.DateSoins
			}
			if a.Code == code && date.Year() == on.Year() {
				n++
			}
		}
	}
	return n
}
