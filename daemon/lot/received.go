package lot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// Kinds of returns, beside ReturnByHand.
const (
	ReturnARL    = "arl"
	ReturnNoemie = "noemie"
	ReturnCopy   = "copie" // our own copy of an earlier message of a lot tells that it had left
)

// Says is what a return says: the kinds of package noemie.
type Says string

// What returns say.
const (
	SaysAccepted  Says = "accepte" // positive ARL
	SaysRefused   Says = "refuse"  // negative ARL
	SaysPaid      Says = "paye"
	SaysPartly    Says = "paye-partiellement"
	SaysRejected  Says = "rejete"
	SaysDeferred  Says = "differe"
	SaysTakenBack Says = "repris"
	SaysOther     Says = "autre"
)

var saysOf = map[noemie.Kind]Says{
	noemie.ARLPositif: SaysAccepted, noemie.ARLNegatif: SaysRefused, noemie.Paye: SaysPaid, noemie.PayePartiel: SaysPartly,
	noemie.Rejete: SaysRejected, noemie.Differe: SaysDeferred, noemie.Repris: SaysTakenBack, noemie.Autre: SaysOther,
}

// Effect is what a return has done. It follows from all the returns about the same FSE
// or lot, and changes when more of them come.
type Effect string

// The effects.
const (
	EffectApplied    Effect = "applique"
	EffectRepetition Effect = "repetition" // it had come before: it is counted in its delivery and not kept again
	EffectNone       Effect = "sans-effet"
	EffectWaiting    Effect = "a-rapprocher" // nobody knows yet what it is about
	EffectToExamine  Effect = "a-examiner"   // somebody has to look at it: money may be lost, or paid twice
	EffectDismissed  Effect = "classe"       // somebody has, and that is all
)

// toSettle tells whether somebody has to do something about a return.
func (e Effect) toSettle() bool { return e == EffectWaiting || e == EffectToExamine }

// ReturnLabel is a code with its label, as they came.
type ReturnLabel struct {
	Code   string `json:"code,omitempty"`
	Text   string `json:"texte,omitempty"`
	Niveau string `json:"niveau,omitempty"` // F invoice, L line, A refined code
	Part   string `json:"part,omitempty"`   // O compulsory, C complementary
}

// maxLabels bounds the labels that a return keeps (ours); the file has them all.
const maxLabels = 8

// returnsOf makes the returns of a delivery, each with its identity: two of them are the
// same if they are the n-th of their content in their files, from the same payer for the
// same professional.
func returnsOf(in *Incoming, delivery string) []Return {
	if in.Lot != "" {
		return []Return{copyReturn(in, delivery)}
	}
	list := make([]Return, 0, len(in.Returns))
	seen := map[[sha256.Size]byte]int{}
	for i := range in.Returns {
		one := &in.Returns[i]
		r := returnOfPayer(in, one)
		r.Delivery, r.Record = delivery, one.Record
		sum := sha256.Sum256(told(in, one))
		seen[sum]++
		id := sha256.Sum256(fmt.Appendf(sum[:], "/%d", seen[sum]))
		r.ID = hex.EncodeToString(id[:16])
		list = append(list, r)
	}
	return list
}

// told is what makes a return itself, whatever the file in which it comes. The letter
// in front names the list of its fields: another list, or another order, is another
// letter, and makes of every return that comes again a new one, which pays once more.
func told(in *Incoming, r *noemie.Return) []byte {
	b := fmt.Appendf(nil, "a %q %q %t", strings.TrimSpace(in.Emetteur), in.Destinataire, in.Demonstration)
	b = fmt.Appendf(b, " %q %q %q %d %d", r.Entite, saysOf[r.Kind], r.Part.String(), r.Lot, r.DateLot)
	b = fmt.Appendf(b, " %q %d %q %d", r.Facture, r.Numero, r.TypeFacture, r.DateFacture)
	b = fmt.Appendf(b, " %d %d %t %q %q", r.Demande, r.Montant, r.SansMontant, r.Etat, r.TypeRetour)
	b = fmt.Appendf(b, " %d %q %q %q", r.Date, r.Virement, r.Organisme, r.Identifiant)
	for _, l := range r.Libelles {
		b = fmt.Appendf(b, " [%q %q %q %q %q %q]", l.Entite, l.Code, l.Texte, l.Niveau, l.Part, l.Ligne)
	}
	return b
}

// returnOfPayer is a return in the terms of the book. Its texts are cut to what a field
// of a file can hold, and no longer share its memory.
func returnOfPayer(in *Incoming, one *noemie.Return) Return {
	r := Return{
		Kind: ReturnNoemie, Says: saysOf[one.Kind], Numero: one.Facture, Date: dateOfReturn(one.Date),
		LotNumero: one.Lot, LotDate: int(one.DateLot), Asked: fse.Cents(one.Demande), Amount: fse.Cents(one.Montant),
		Transfer: field(one.Virement), Organisme: field(one.Organisme), Entity: field(one.Entite),
		Demonstration: in.Demonstration, Destinataire: in.Destinataire, Emetteur: field(strings.TrimSpace(in.Emetteur)), Invoiced: dateOfReturn(one.DateFacture),
	}
	if in.Kind == DeliveryARL {
		r.Kind = ReturnARL
	}
	if one.Part != noemie.PartAucune {
		r.Part = one.Part.String()
	}
	if r.Numero = field(r.Numero); one.Numero != 0 {
		r.Numero = fmt.Sprintf("%09d", one.Numero)
	}
	for _, l := range one.Libelles[:min(len(one.Libelles), maxLabels)] {
		r.Labels = append(r.Labels, ReturnLabel{Code: field(l.Code), Text: field(l.Texte), Niveau: field(l.Niveau), Part: field(l.Part)})
	}
	if len(r.Labels) > 0 {
		r.Label = r.Labels[0].Text
		if r.Label == "" {
			r.Label = r.Labels[0].Code
		}
	}
	return r
}

// maxField bounds a text of a return, in bytes: no field of the layouts is longer.
const maxField = 200

func field(s string) string {
	return strings.Clone(strings.ToValidUTF8(s[:min(len(s), maxField)], ""))
}

// dateOfReturn is the day of a return, zero for none. The century is ours: there were no
// such files before 2000.
func dateOfReturn(d noemie.Date) fse.Date {
	day, _ := tables.MakeDate(2000+int(d)/10000, int(d)/100%100, int(d)%100)
	return day
}

// rejects tells whether r says that an FSE or a lot is not paid.
func (r *Return) rejects() bool {
	return r.Says == SaysRefused || r.Says == SaysRejected || r.Kind == ReturnByHand && r.Withdrawn == ""
}

// ofLot tells whether a payer says r of a lot as a whole.
func (r *Return) ofLot() bool { return r.FSE == "" && r.Lot != "" && r.Kind != ReturnCopy }
