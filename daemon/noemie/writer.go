package noemie

import "fmt"

// Writer makes a file, record by record, and counts for its end. What the counts
// of 999 take in is not public; here, as in B2, the number of records counts them
// all, 000 and 999 included; the lots are those that 080, 102 and 600 begin, and
// the total is that of the amounts paid in 198 and 199.
type Writer struct {
	schema  *schema
	buf     []byte
	entete  Entete
	records int64
	lots    int64
	lot     string // the last one
	total   int64  // cents
}

// NewWriter begins a file with its header. The norm NormeARL makes it an
// acknowledgement. The error is a Problem.
func NewWriter(e Entete) (*Writer, error) {
	w := &Writer{schema: noemie, entete: e}
	if e.Norme == NormeARL {
		w.schema = arl
	}
	header, err := noemie[0].make(append(w.both(),
		Number(h.creation.Name, int64(e.Creation)), Text(h.norme.Name, e.Norme), Text(h.unite.Name, "U"),
		Number(h.longueur.Name, Size)))
	if err != nil {
		return nil, err
	}
	w.append(header)
	return w, nil
}

// both returns the values that the header and the end share.
func (w *Writer) both() []Value {
	e := &w.entete
	return []Value{Text(h.typeE.Name, e.TypeEmetteur), Text(h.numE.Name, e.Emetteur),
		Text(h.typeD.Name, e.TypeDestinataire), Text(h.numD.Name, e.Destinataire),
		Text(h.ident.Name, e.Identifiant), Text(h.flux.Name, e.Flux)}
}

// Add appends a record, known or not. A 000, a 999, or an entity of the other
// kind of file is a Problem.
func (w *Writer) Add(r Record) error {
	number, ok := entityNumber(r.raw)
	if !ok || number == 0 || number == 999 || w.schema[number] != r.entity {
		return &Problem{Entite: r.Entite(), Reason: Ordre}
	}
	if w.records+1 >= MaxRecords || len(w.buf)+len(r.raw)+Size > MaxSize {
		return &Problem{Entite: r.Entite(), Reason: Limite}
	}
	w.append(r)
	if r.entity != nil {
		w.count(r)
	}
	return nil
}

func (w *Writer) append(r Record) {
	w.buf = append(w.buf, r.raw...)
	w.records++
}

// count adds what the end tells.
func (w *Writer) count(r Record) {
	lot := ""
	switch r.Entite() {
	case "080":
		lot = fields.lot080.of(r.raw)
	case "102":
		lot = fields.lot102.of(r.raw)
	case "600":
		lot = fields.lot600.of(r.raw)
	case "198":
		w.total += fields.amo.paye(r.raw)
	case "199":
		w.total += fields.amc.paye(r.raw)
	}
	if readText(lot) != "" && lot != w.lot {
		w.lot = lot
		w.lots++
	}
}

// Close appends the end and returns the file. Nothing can be added after it.
func (w *Writer) Close() (*File, error) {
	sign, total := "P", w.total
	if total < 0 {
		sign, total = "N", -total
	}
	end, err := noemie[999].make(append(w.both(), Number(compteField.Name, w.records+1),
		Number("Nombre de lots", w.lots), Number("Cumul des montants du fichier", total),
		Text("Signe du montant du fichier", sign)))
	if err != nil {
		return nil, err
	}
	w.append(end)
	f, err := Parse(w.buf)
	if err != nil {
		return nil, fmt.Errorf("cannot write the file: %w", err)
	}
	return f, nil
}
