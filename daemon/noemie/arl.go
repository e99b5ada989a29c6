package noemie

// ARL reads and writes acknowledgements. The official layout is not public: the
// stand-in ARLAgrafe is ours, and this is where the official one takes its place.
type ARL interface {
	// Recognises tells whether data claims to be an acknowledgement of this layout.
	Recognises(data []byte) bool
	// Decode returns what the acknowledgement says, in returns of kind ARLPositif
	// and ARLNegatif. One with a fault is refused as a whole, with Problems.
	Decode(data []byte) ([]Return, error)
	// Encode writes acknowledgements of lots. The error is a Problem.
	Encode(e Entete, accuses ...Accuse) ([]byte, error)
}

// ARLAgrafe is the acknowledgement in our layout: between the header and the end
// of NOEMIE, one entity 600 for each lot and one 610 for each invoice refused.
type ARLAgrafe struct{}

var _ ARL = ARLAgrafe{}

// Accuse acknowledges a lot.
type Accuse struct {
	Identifiant string // of the acknowledgement, 20 characters at most
	Date        Date
	Lot         int // 1 to 999
	DateLot     Date
	Positif     bool
	Factures    int // how many were received
	Code, Texte string
	Rejets      []Rejet // a positive one may refuse some
}

// Rejet refuses one invoice.
type Rejet struct {
	Numero      int // of the FSE
	Code, Texte string
}

// Recognises implements ARL.
func (ARLAgrafe) Recognises(data []byte) bool {
	return len(data) >= Size && string(data[:3]) == "000" && string(data[normeStart:normeEnd]) == NormeARL
}

// Decode implements ARL.
func (a ARLAgrafe) Decode(data []byte) ([]Return, error) {
	f, err := Parse(data)
	if err != nil {
		return nil, err
	}
	if !f.ARL() {
		return nil, Problems{{Record: 1, Entite: "000", Field: h.norme.Name, Start: h.norme.Start, End: h.norme.End, Reason: Constante}}
	}
	return Returns(f), nil
}

// Encode implements ARL; it sets the norm of the header.
func (ARLAgrafe) Encode(e Entete, accuses ...Accuse) ([]byte, error) {
	e.Norme = NormeARL
	w, err := NewWriter(e)
	if err != nil {
		return nil, err
	}
	for i := range accuses {
		if err := w.accuse(&accuses[i]); err != nil {
			return nil, err
		}
	}
	f, err := w.Close()
	if err != nil {
		return nil, err
	}
	return Encode(f), nil
}

func (w *Writer) accuse(a *Accuse) error {
	sens := "N"
	if a.Positif {
		sens = "P"
	}
	err := w.put("600", Text(accuse.id.Name, a.Identifiant), Number(accuse.date.Name, int64(a.Date)),
		Number(fields.lot600.Name, int64(a.Lot)), Number(accuse.dateLot.Name, int64(a.DateLot)), Text(accuse.sens.Name, sens),
		Number("Nombre de factures", int64(a.Factures)), Text("Codification", a.Code), Text("Libellé", a.Texte))
	for i := range a.Rejets {
		if err != nil {
			return err
		}
		err = w.put("610", Number(accuse.facture.Name, int64(a.Rejets[i].Numero)),
			Text("Codification", a.Rejets[i].Code), Text("Libellé", a.Rejets[i].Texte))
	}
	return err
}

// put makes a record and adds it.
func (w *Writer) put(number string, values ...Value) error {
	r, err := NewRecord(number, values...)
	if err != nil {
		return err
	}
	return w.Add(r)
}

var accuse = struct{ id, date, dateLot, sens, facture *Field }{
	arl[600].field("Identifiant du retour"), arl[600].field("Date du retour"), arl[600].field("Date du lot"),
	arl[600].field("Sens"), arl[610].field("Numéro de facture"),
}

// acknowledge makes the return of a lot, or that of one of its invoices.
func (v *view) acknowledge(number int, e *entity, raw string) {
	if e.number == "600" {
		v.accuse = Return{Identifiant: readText(accuse.id.of(raw)), Date: readDate(accuse.date, raw),
			Lot: numero(fields.lot600.of(raw)), DateLot: readDate(accuse.dateLot, raw)}
	}
	r := v.accuse
	if e.number == "610" {
		r.Kind, r.Facture = ARLNegatif, accuse.facture.of(raw)
		r.Numero = numero(r.Facture)
	} else {
		switch accuse.sens.of(raw) {
		case "P":
			r.Kind = ARLPositif
		case "N":
			r.Kind = ARLNegatif
		}
	}
	if l := readLabel(e.number, raw); l.Code != "" || l.Texte != "" {
		r.Libelles = []Libelle{l}
	}
	v.add(number, raw, r)
}
