package frontal

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// fileNumber makes the six characters that name a file of answers.
func fileNumber(name string) string {
	sum := sha256.Sum256([]byte(name))
	return base32.StdEncoding.EncodeToString(sum[:])[:6]
}

// dateOf is a day as the files write it.
func dateOf(t time.Time) noemie.Date {
	return noemie.Date(t.Year()%100*10000 + int(t.Month())*100 + t.Day())
}

// header is that of a file of answers named name, made at that moment.
func (l *lot) header(name string, at time.Time) noemie.Entete {
	return noemie.Entete{TypeEmetteur: l.Destination.Type, Emetteur: l.Destination.Numero, TypeDestinataire: l.SenderType,
		Destinataire: l.Sender, Identifiant: fileNumber(name), Creation: dateOf(at), Norme: "DEMO", Flux: "D"}
}

// content makes the file of an answer.
func (a *answer) content(name string, at time.Time) ([]byte, error) {
	if a.Kind == answerARL {
		return noemie.ARLAgrafe{}.Encode(a.lot.header(name, at), a.lot.acknowledgement(a.ID, at))
	}
	f, err := noemie.Compose(a.lot.header(name, at), a.lot.payments(a.ID, at))
	if err != nil {
		return nil, err
	}
	return noemie.Encode(f), nil
}

// acknowledgement is the ARL of the lot. A repetition has the same identifier.
func (l *lot) acknowledgement(id string, at time.Time) noemie.Accuse {
	a := noemie.Accuse{Identifiant: "DEMO-" + fileNumber(id), Date: dateOf(at), Lot: l.Number, DateLot: noemie.Date(l.Date),
		Positif: l.Refusal == "", Factures: len(l.Invoices)}
	if l.Refusal != "" {
		a.Code, a.Texte = demoCode, l.Refusal
		return a
	}
	for i := range l.Invoices {
		if one := &l.Invoices[i]; one.Fate == FateRefused {
			a.Rejets = append(a.Rejets, noemie.Rejet{Numero: one.Number, Code: demoCode, Texte: one.Reason})
		}
	}
	return a
}

// payments are the returns of the parts of the invoices. A repetition has the same
// transfer and, on the same day, the same returns.
func (l *lot) payments(id string, at time.Time) []noemie.Return {
	var all []noemie.Return
	kind := "F"
	if l.degraded() {
		kind = "B"
	}
	for i := range l.Invoices {
		one := &l.Invoices[i]
		if !one.inAnswer(answerNoemie) {
			continue
		}
		base := noemie.Return{Lot: l.Number, DateLot: noemie.Date(l.Date), Facture: fmt.Sprintf("%09d", one.Number), Numero: one.Number,
			TypeFacture: kind, DateFacture: noemie.Date(one.Date), TypeRetour: "01", Date: dateOf(at),
			Virement: "DEMONSTRATION VIREMENT " + fileNumber(id)}
		if one.Owed.AMO > 0 || one.Owed.AMC == 0 {
			all = append(all, one.part(base, noemie.PartAMO, one.Owed.AMO, one.Paid.AMO))
		}
		if one.Owed.AMC > 0 {
			base.Organisme = amcNumber(one.AMC)
			all = append(all, one.part(base, noemie.PartAMC, one.Owed.AMC, one.Paid.AMC))
		}
	}
	return all
}

// amcNumber is the number of a complementary organism in the 10 digits that a file
// has for it; zeros for one that is no number.
func amcNumber(s string) string {
	if len(s) > 10 || strings.Trim(s, "0123456789") != "" {
		s = ""
	}
	return strings.Repeat("0", 10-len(s)) + s
}

// part says what becomes of one part.
func (i *invoice) part(r noemie.Return, part noemie.Part, owed, paid int64) noemie.Return {
	r.Part, r.Demande, r.Montant, r.Etat, r.Kind = part, owed, paid, "P", noemie.Paye
	switch {
	case i.Fate == FateRejected:
		letter := map[noemie.Part]string{noemie.PartAMO: "O", noemie.PartAMC: "C"}[part]
		r.Kind, r.Etat = noemie.Rejete, "R"
		r.Libelles = []noemie.Libelle{{Entite: "294", Code: demoCode, Texte: i.Reason, Niveau: "F", Part: letter}}
	case paid < owed:
		r.Kind = noemie.PayePartiel
	}
	return r
}
