package noemie

import (
	"fmt"
	"reflect"
)

// levels of the entities that Compose writes, where the table does not fix them.
// They are ours.
const (
	niveauFacture = "03"
	niveauPart    = "04"
	niveauLibelle = "05"
)

// Compose writes returns of parts of invoices (kinds Paye, PayePartiel, Rejete,
// Differe and Repris) in the newer entities: 071, 081, 102, 198, 199 and 294.
// Consecutive returns share what they agree on, one 102 for the parts of an
// invoice included. Returns(Compose(e, rs)) gives rs, apart from Record and Entite,
// which follow from the file. What has no place there is a Problem.
func Compose(e Entete, rs []Return) (*File, error) {
	w, err := NewWriter(e)
	if err != nil {
		return nil, err
	}
	var last Return
	for i := range rs {
		r := &rs[i]
		if err := w.compose(r, &last, i == 0); err != nil {
			return nil, fmt.Errorf("cannot write return %d: %w", i+1, err)
		}
		last = *r
	}
	f, err := w.Close()
	if err != nil {
		return nil, err
	}
	for i, got := range Returns(f) {
		want := rs[i]
		want.Record, want.Entite = got.Record, got.Entite
		if !reflect.DeepEqual(got, want) {
			return nil, fmt.Errorf("cannot write return %d: %w", i+1, &Problem{Entite: got.Entite, Reason: SansPlace})
		}
	}
	return f, nil
}

func (w *Writer) compose(r, last *Return, first bool) error {
	if first || r.Date != last.Date || r.Virement != last.Virement {
		if err := w.transfer(r); err != nil {
			return err
		}
		first = true
	}
	if first || r.TypeRetour != last.TypeRetour {
		if err := w.put("081", Text(fields.type081.Name, r.TypeRetour)); err != nil {
			return err
		}
		first = true
	}
	if first || r.Facture != last.Facture || r.Lot != last.Lot || r.DateLot != last.DateLot || r.Part <= last.Part ||
		r.DateFacture != last.DateFacture || r.TypeFacture != last.TypeFacture {
		if err := w.facture(r); err != nil {
			return err
		}
	}
	if err := w.part(r); err != nil {
		return err
	}
	for i := range r.Libelles {
		if err := w.label(&r.Libelles[i]); err != nil {
			return err
		}
	}
	return nil
}

// transfer writes the date and the label, over two lines when it is long.
func (w *Writer) transfer(r *Return) error {
	line1, line2 := r.Virement, ""
	if width := fields.virement.width(); len(line1) > width && line1[width] == ' ' && line1[width-1] != ' ' {
		line1, line2 = line1[:width], line1[width+1:]
	}
	return w.put("071", Number(fields.date071.Name, int64(r.Date)), Text(fields.virement.Name, line1), Text(fields.suite.Name, line2))
}

func (w *Writer) facture(r *Return) error {
	lot := ""
	if r.Lot != 0 {
		lot = fmt.Sprintf("%03d", r.Lot)
	}
	return w.put("102", Text("Niveau de rupture", niveauFacture), Text(fields.facture102.Name, r.Facture), Text(fields.lot102.Name, lot),
		Number(fields.dateLot102.Name, int64(r.DateLot)), Text(fields.type102.Name, r.TypeFacture),
		Number(fields.date102.Name, int64(r.DateFacture)))
}

func (w *Writer) part(r *Return) error {
	number, p := "198", &fields.amo
	if r.Part == PartAMC {
		number, p = "199", &fields.amc
	}
	if r.Part == PartAucune || r.Etat == "" {
		return &Problem{Entite: number, Field: p.etat.Name, Reason: SansPlace}
	}
	amount, sign := Number(p.montant.Name, r.Montant), "P"
	if r.SansMontant {
		amount = Text(p.montant.Name, "")
	} else if r.Montant < 0 {
		amount, sign = Number(p.montant.Name, -r.Montant), "N"
	}
	values := []Value{Text("Niveau de rupture", niveauPart), Number(p.demande.Name, r.Demande),
		Text(p.etat.Name, r.Etat), amount, Text(p.signe.Name, sign)}
	if r.Part == PartAMC {
		values = append(values, Text(fields.organisme.Name, r.Organisme))
	}
	return w.put(number, values...)
}

func (w *Writer) label(l *Libelle) error {
	return w.put("294", Text("Niveau de rupture", niveauLibelle), Text("Codification du rejet", l.Code), Text("Libellé du rejet", l.Texte),
		Text("Niveau de rejet", l.Niveau), Text("Part concerné", l.Part), Text("N° de ligne", l.Ligne))
}
