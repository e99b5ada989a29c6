package adri

import "strconv"

// EncodeResponse writes an answer. It fails with a *FormatError.
func EncodeResponse(r Response) ([]byte, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	return envelope(func(w *writer) {
		w.message(nameResponse, func() {
			for _, p := range r.Persons {
				w.open("d:Beneficiaire")
				w.person(p)
				w.close("d:Beneficiaire")
			}
		})
	}), nil
}

func (w *writer) person(p Person) {
	w.field("NIR", p.NIR)
	w.field("NIRAssure", p.NIRAssure)
	w.field("Nom", p.Nom)
	w.field("NomFamille", p.NomFamille)
	w.field("Prenom", p.Prenom)
	w.field("Naissance", p.Naissance)
	w.field("Rang", strconv.Itoa(p.Rang))
	w.field("Qualite", p.Qualite)
	w.open("d:AMO")
	w.amo(p.AMO)
	w.close("d:AMO")
	if a := p.AMC; a != nil {
		w.open("d:AMC")
		w.field("Organisme", a.Organisme)
		w.field("Contrat", a.Contrat)
		w.field("Adherent", a.Adherent)
		w.close("d:AMC")
	}
	w.field("MedecinTraitant", string(p.Traitant))
}

func (w *writer) amo(a AMO) {
	w.date("Du", a.Du)
	w.date("Au", a.Au)
	w.field("Regime", a.Regime)
	w.field("Caisse", a.Caisse)
	w.field("Centre", a.Centre)
	w.yes("ALD", a.ALD)
	w.yes("ASPA", a.ASPA)
	w.yes("AME", a.AME)
	w.yes("C2S", a.C2S)
	w.field("RegimeLocal", a.RegimeLocal)
	w.field("Exonere", a.Exonere)
}

// DecodeResponse reads an answer. It fails with a *Fault when the payer gives no
// rights, and with a *FormatError.
func DecodeResponse(message []byte) (Response, error) {
	e, err := content(message)
	if err != nil {
		return Response{}, err
	}
	if e.is(soap, "Fault") {
		return Response{}, decodeFault(e)
	}
	if !e.is(Namespace, nameResponse) || !e.demonstration {
		return Response{}, &FormatError{Why: "it is not an answer"}
	}
	var r Response
	for _, c := range e.children {
		if !c.is(Namespace, "Beneficiaire") {
			continue
		}
		if len(r.Persons) == MaxPersons {
			return Response{}, &FormatError{"Beneficiaire", "stands too often"}
		}
		p, err := decodePerson(c)
		if err != nil {
			return Response{}, err
		}
		r.Persons = append(r.Persons, p)
	}
	if err := r.Check(); err != nil {
		return Response{}, err
	}
	return r, nil
}

func decodePerson(e *element) (Person, error) {
	f := fields{of: e}
	p := Person{NIR: f.text("NIR"), NIRAssure: f.text("NIRAssure"), Nom: f.text("Nom"), NomFamille: f.text("NomFamille"),
		Prenom: f.text("Prenom"), Naissance: f.text("Naissance"), Rang: f.number("Rang"), Qualite: f.text("Qualite"),
		Traitant: Traitant(f.text("MedecinTraitant"))}
	amo, amc := f.child(Namespace, "AMO"), f.child(Namespace, "AMC")
	f.that(amo != nil, "AMO", "is missing")
	if f.err != nil {
		return p, f.err
	}
	if amc != nil {
		g := fields{of: amc}
		p.AMC = &AMC{Organisme: g.text("Organisme"), Contrat: g.text("Contrat"), Adherent: g.text("Adherent")}
		if g.err != nil {
			return p, g.err
		}
	}
	g := fields{of: amo}
	p.AMO = AMO{Du: g.date("Du"), Au: g.date("Au"), Regime: g.text("Regime"), Caisse: g.text("Caisse"), Centre: g.text("Centre"),
		ALD: g.yes("ALD"), ASPA: g.yes("ASPA"), AME: g.yes("AME"), C2S: g.yes("C2S"),
		RegimeLocal: g.text("RegimeLocal"), Exonere: g.text("Exonere")}
	return p, g.err
}
