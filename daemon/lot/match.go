package lot

import (
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// target is what a return is about: an FSE, or a lot as a whole. Where it is neither,
// effect and why say what becomes of it.
type target struct {
	f      *FSE
	l      *Lot // of f, or the one that it is about
	effect Effect
	why    string
}

func waitsFor(why string) target { return target{effect: EffectWaiting, why: why} }

// match finds what r, which came from the address from, is about. A number alone is not
// enough: other software has given the same ones, and so have other professionals. What
// the return tells of professional, lot and day of the lot has to agree with the FSE.
func match(s scanner, r *Return, from string) (target, error) {
	switch {
	case r.Numero != "":
		return matchFSE(s, r, from)
	case r.LotNumero != 0 && (r.rejects() || r.Says == SaysAccepted):
		return matchLot(s, r, from)
	case r.rejects() || r.Says == SaysAccepted:
		return waitsFor("Ne nomme ni FSE ni lot."), nil
	case r.Amount != 0:
		return target{effect: EffectToExamine, why: "Mouvement financier sans facture."}, nil
	}
	return target{effect: EffectNone, why: "Ne concerne aucune FSE."}, nil
}

func matchFSE(s scanner, r *Return, from string) (t target, err error) {
	numero, err := strconv.Atoi(r.Numero)
	if err != nil || !digits(r.Numero, 9) {
		return waitsFor("Numéro de facture qui n'est pas celui d'une FSE d'Agrafe."), nil
	}
	if r.Destinataire == "" && r.LotNumero == 0 {
		return waitsFor("Ne dit ni le professionnel ni le lot : le numéro seul ne suffit pas."), nil
	}
	items, err := s.Scan(prefixNumero(numero), "", 0, false)
	if err != nil {
		return t, err
	}
	t = waitsFor("Aucune FSE transmise n'a ce numéro.")
	for _, item := range items {
		f, err := fetch(s, string(item.Value))
		if err != nil {
			return t, err
		}
		l, err := lotOfSent(s, f)
		switch {
		case err != nil:
			return t, err
		case l == nil:
		case !r.agrees(l):
			t.why = "Une FSE a ce numéro, mais le professionnel, le lot, sa date ou l'environnement diffèrent."
		case t.f != nil:
			return waitsFor("Plusieurs FSE ont ce numéro."), nil
		case r.LotDate == 0 && !r.inTimeFor(f, l):
			return waitsFor("Ne dit pas la date du lot, et ses dates ne sont pas celles de la FSE qui a ce numéro."), nil
		case l.unsettled() && !r.fromPayer(l, from):
			return waitsFor("Une FSE a ce numéro, mais l'envoi de son lot n'est pas tranché et ce retour ne vient pas de son organisme."), nil
		default:
			t = target{f: f, l: l}
		}
	}
	return t, nil
}

// lotOfSent is the lot in which f was sent, or may have been; nil for none.
func lotOfSent(g getter, f *FSE) (*Lot, error) {
	if f.Lot == "" || f.State != fse.EnLot && !wasSent(f.State) {
		return nil, nil
	}
	l, err := get[Lot](g, keyLot(f.Lot))
	if err != nil || l == nil || !l.mayBeSent() {
		return nil, err
	}
	return l, nil
}

// mayBeSent tells whether somebody has begun to send l as it is.
func (l *Lot) mayBeSent() bool { return l.Dispatch != nil || !toSend(l.State) }

// unsettled tells whether an answer about l tells that it has arrived, which nobody was
// sure of.
func (l *Lot) unsettled() bool { return toSend(l.State) || l.bounced() }

// fromPayer tells whether r, which came from the address from, is of the payer that l goes
// to: by the number of who made the file, or else by the address.
func (r *Return) fromPayer(l *Lot, from string) bool {
	if r.Emetteur != "" && l.Destination != "" {
		return r.Emetteur == l.Destination
	}
	return l.Dispatch != nil && l.Dispatch.To != "" && strings.EqualFold(l.Dispatch.To, from)
}

// inTimeFor tells whether r, which does not tell the day of the lot, may be about f by the
// days that it tells: other software may have given the same number years ago.
func (r *Return) inTimeFor(f *FSE, l *Lot) bool {
	sent := l.Closed
	if l.Sent != nil {
		sent = l.Sent
	}
	soins := memberOf(f).Soins
	return sent != nil && !r.Date.IsZero() && r.Date >= soins && r.Date >= civil(*sent) &&
		(r.Invoiced.IsZero() || r.Invoiced >= soins && r.Invoiced <= civil(*sent))
}

// agrees tells whether what r says of a lot holds for l.
func (r *Return) agrees(l *Lot) bool {
	return (r.Destinataire == "" || r.Destinataire == l.NumeroAM) &&
		(r.LotNumero == 0 || r.LotNumero == l.Numero) &&
		(r.LotDate == 0 || l.Closed != nil && r.LotDate == int(dateB2(l.Closed.Local()))) &&
		r.Demonstration == (l.Environment == Demonstration)
}

// matchLot finds the lot that r is about. Lots are numbered apart for each destination and
// numbers come again after 999: only those stand that went to the payer that answers, and
// of several the one that is not archived.
func matchLot(s scanner, r *Return, from string) (t target, err error) {
	items, err := s.Scan(prefixSending(r.LotNumero), "", 0, false)
	if err != nil {
		return t, err
	}
	var found []*Lot
	why := "Aucun lot transmis n'a ce numéro et cette date."
	for _, item := range items {
		l, err := get[Lot](s, keyLot(string(item.Value)))
		if err != nil {
			return t, err
		}
		switch {
		case l == nil || !l.mayBeSent() || !r.agrees(l):
		case !r.fromPayer(l, from):
			why = "Un lot a ce numéro et cette date, mais cette réponse ne vient pas de son organisme."
		default:
			found = append(found, l)
		}
	}
	found = current(found)
	switch len(found) {
	case 0:
		return waitsFor(why), nil
	case 1:
		return target{l: found[0]}, nil
	}
	return waitsFor("Plusieurs lots ont ce numéro."), nil
}

// current leaves out the archived ones of several lots, if others are left.
func current(lots []*Lot) []*Lot {
	var some []*Lot
	for _, l := range lots {
		if l.State != fse.LotArchive {
			some = append(some, l)
		}
	}
	if len(some) == 0 {
		return lots
	}
	return some
}
