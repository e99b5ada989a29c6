package noemie

import "strconv"

// Kind is what a return says. The list is closed.
type Kind uint8

// The kinds of return.
const (
	Autre       Kind = iota // names no invoice, or says nothing that the tables know
	ARLPositif              // received
	ARLNegatif              // refused before any payment was considered
	Paye                    // paid; without an amount asked for in the file, it may be less
	PayePartiel             // paid less than was asked for
	Rejete
	Differe
	Repris // an amount taken back
)

var kindNames = [...]string{"autre", "ARL positif", "ARL négatif", "payé", "payé partiellement", "rejeté", "différé", "repris"}

// String names the kind in French.
func (k Kind) String() string {
	if int(k) >= len(kindNames) {
		return "?"
	}
	return kindNames[k]
}

// Part is the insurer whose part of an invoice a return is about.
type Part uint8

// The parts of an invoice.
const (
	PartAucune Part = iota // the whole invoice, or no invoice
	PartAMO                // compulsory insurance
	PartAMC                // complementary insurance
)

var partNames = [...]string{"", "AMO", "AMC"}

// String gives AMO, AMC or nothing.
func (p Part) String() string {
	if int(p) >= len(partNames) {
		return "?"
	}
	return partNames[p]
}

// Return is what a file says of one part of one invoice, or of something else.
type Return struct {
	Record      int    // number in the file of the record that it comes from, from 1
	Entite      string // of that record
	Kind        Kind
	Part        Part
	Lot         int    // 0 when the file tells none
	DateLot     Date   // of its constitution
	Facture     string // number of the invoice as it came, empty when there is none
	Numero      int    // the same as number of the FSE; 0 when it is none
	TypeFacture string // F FSE, B B2 or degraded, D DRE…, empty in classic files
	DateFacture Date
	Demande     int64  // cents asked for, as the payer saw it; 0 in classic files
	Montant     int64  // cents paid, below zero when they are taken back
	SansMontant bool   // the amount paid was left blank
	Etat        string // state of the part as it came: P, R, D
	TypeRetour  string // code of entity 081
	Date        Date   // of the accounting day, of the transfer or of the acknowledgement
	Virement    string // label of the transfer
	Organisme   string // number of the AMC that pays, 10 digits
	Identifiant string // of the acknowledgement
	Libelles    []Libelle
}

// Libelle is a code with its label, as they came: no public table lists them.
type Libelle struct {
	Entite string // 290, 294, 295, 600 or 610
	Code   string
	Texte  string
	Niveau string // of a 294: F invoice, L line, A refined code
	Part   string // of a 294: O compulsory, or compulsory and complementary; C complementary
	Ligne  string // number of the line, as it came
}

// Returns tells what the file says, in the order of its records. In the newer
// entities every part of an invoice (198, 199) makes a return; in the classic ones
// the amounts of the acts (210, 220) are summed, and an invoice with a 290 and
// nothing paid is rejected. A reject before any invoice is the lot's. The texts
// share the memory of the file.
func Returns(f *File) []Return {
	n := 0
	for i := range f.spans {
		if k := f.spans[i].number; k == 198 || k == 199 || k == 100 || k == 600 || k == 610 {
			n++
		}
	}
	v := view{returns: make([]Return, 0, n)}
	for i := range f.spans {
		s := &f.spans[i]
		v.record(i+1, f.schema[s.number], f.text[s.start:s.start+s.size])
	}
	v.endInvoice()
	return v.returns
}

// partFields are the fields of 198 or 199.
type partFields struct{ demande, etat, montant, signe *Field }

// paye returns the amount with its sign, 0 when it is blank.
func (p *partFields) paye(raw string) int64 {
	n, _ := readDigits(p.montant.of(raw))
	if p.signe.of(raw) == "N" {
		return -n
	}
	return n
}

// kind says what the state and the amounts of a part mean; Autre when the tables
// don't tell.
func (p *partFields) kind(raw string, r *Return) Kind {
	sign := p.signe.of(raw)
	switch {
	case r.Etat == "R":
		return Rejete
	case r.Etat == "D":
		return Differe
	case r.Etat != "P" || r.SansMontant || r.Montant != 0 && sign != "P" && sign != "N":
		return Autre
	case r.Montant < 0:
		return Repris
	case r.Montant < r.Demande:
		return PayePartiel
	}
	return Paye
}

// fields are those that the view and the writer read.
var fields = struct {
	amo, amc                          partFields
	date070, date071, virement, suite *Field
	type081, date080, lot080          *Field
	facture100                        *Field
	facture102, lot102, dateLot102    *Field
	type102, date102, organisme       *Field
	lot600                            *Field
}{
	amo: partFields{noemie[198].field("Montant AMO demandé"), noemie[198].field("État paiement part AMO"),
		noemie[198].field("Montant AMO payé"), noemie[198].field("Signe du montant AMO payé")},
	amc: partFields{noemie[199].field("Montant AMC demandé"), noemie[199].field("État paiement part AMC"),
		noemie[199].field("Montant AMC payé"), noemie[199].field("Signe du montant AMC payé")},
	date070:    noemie[70].field("Date de la journée comptable"),
	date071:    noemie[71].field("Date de la journée comptable ou date d'émission du virement"),
	virement:   noemie[71].field("Libellé du virement - ligne 1"),
	suite:      noemie[71].field("Libellé du virement - ligne 2"),
	type081:    noemie[81].field("Code du type de retour"),
	date080:    noemie[80].field("Date de constitution du lot"),
	lot080:     noemie[80].field("Numéro de lot"),
	facture100: noemie[100].field("Numéro de facture"),
	facture102: noemie[102].field("N° de facture"),
	lot102:     noemie[102].field("N° de lot"),
	dateLot102: noemie[102].field("Date de création du lot"),
	type102:    noemie[102].field("Type de facture"),
	date102:    noemie[102].field("Date de facturation"),
	organisme:  noemie[199].field("N° AMC destinataire"),
	lot600:     arl[600].field("Numéro de lot"),
}

// numero reads a number of at most nine digits; 0 when it is none.
func numero(text string) int {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return 0
	}
	return int(n)
}
