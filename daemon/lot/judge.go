package lot

import (
	"cmp"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// What an FSE or a lot is follows from the set of the returns about it, whatever their
// order: they are judged together each time that one comes. Payments beat rejects, and
// rejects beat acknowledgements. What contradicts itself is shown and decides nothing:
// an FSE that is paid and made again would be paid twice.

// verdict is what the returns about an FSE make of it.
type verdict struct {
	State    fse.State
	Received *Received // nil where no payer has said anything of money
	Reject   *Reject   // the last one, nil for none
}

// judge says what f, which was transmitted in l, is by all the returns about it, and
// gives each of them its effect.
func judge(f *FSE, l *Lot, returns []*Return) verdict {
	v := verdict{State: base(l), Reject: l.Refused}
	dueAMO, dueAMC := f.DuePayers()
	for _, r := range returns {
		switch {
		case r.rejects():
			if r.Part != "AMC" || dueAMO == 0 {
				v.Reject = lastReject(v.Reject, r)
			}
		case r.paysOrTakesBack():
			v.add(r)
		case r.Says == SaysAccepted:
			v.State = fse.Acquittee
		}
	}
	j := judgement{verdict: v, amo: dueAMO, amc: dueAMC}
	j.decide(f.State)
	for _, r := range returns {
		if r.Effect != EffectDismissed {
			r.Effect, r.Why = j.effect(r)
		}
	}
	return j.verdict
}

// base is what an FSE of l is that no return names.
func base(l *Lot) fse.State {
	switch {
	case l.Accepted:
		return fse.Acquittee
	case l.Certification == "D":
		return fse.SansARLAttendu
	}
	return fse.Transmise
}

func (r *Return) paysOrTakesBack() bool {
	return r.Says == SaysPaid || r.Says == SaysPartly || r.Says == SaysTakenBack
}

// add sums a payment.
func (v *verdict) add(r *Return) {
	if v.Received == nil {
		v.Received = &Received{}
	}
	if r.Part == "AMC" {
		v.Received.AMC += r.Amount
	} else {
		v.Received.AMO += r.Amount
	}
	if r.Amount > 0 {
		v.Received.Last = max(v.Received.Last, r.Date)
	}
}

// lastReject is the last of a reject and r: the identity decides between two of a day.
func lastReject(before *Reject, r *Return) *Reject {
	if before != nil && cmp.Or(cmp.Compare(before.Date, r.Date), cmp.Compare(before.Return, r.ID)) > 0 {
		return before
	}
	return &Reject{Return: r.ID, Date: r.Date, Label: r.Label}
}

// judgement is a verdict with what it stands on.
type judgement struct {
	verdict
	amo, amc fse.Cents // what payers owe
	got      Received  // what they gave
	covered  bool      // all that is due was given
}

// decide finds the state of an FSE that was in state before. One that was made again
// stays what it is.
func (j *judgement) decide(before fse.State) {
	if j.Received != nil {
		j.got = *j.Received
	}
	money := j.got.AMO+j.got.AMC > 0
	j.covered = money && j.got.AMO >= j.amo && j.got.AMC >= j.amc
	switch {
	case before == fse.Remplacee:
		j.State = before
	case j.covered:
		j.State = fse.Payee
	case money:
		j.State = fse.PayeePartiellement
	case j.Reject != nil:
		j.State = fse.Rejetee
	case j.Received != nil && j.amo == 0 && j.amc == 0:
		j.State = fse.Acquittee // the payer has treated it and owes the professional nothing
	}
}

// effect is what r has done, and why.
func (j *judgement) effect(r *Return) (Effect, string) {
	switch {
	case r.Withdrawn != "":
		return EffectNone, ""
	case r.rejects():
		return j.effectOfReject(r)
	case r.paysOrTakesBack():
		return j.effectOfPayment(r)
	case r.Says == SaysAccepted && j.Reject != nil:
		return EffectNone, "Rejetée par ailleurs : l'accusé de réception n'y change rien."
	case r.Says == SaysAccepted:
		return EffectApplied, ""
	case r.Says == SaysDeferred:
		return EffectNone, "Mise en attente par l'organisme."
	}
	return EffectToExamine, "L'organisme en dit quelque chose qu'Agrafe ne sait pas interpréter."
}

func (j *judgement) effectOfReject(r *Return) (Effect, string) {
	switch {
	case j.State == fse.Remplacee, j.State == fse.Rejetee: // of a part alone, where the other one, or the lot, is rejected too
		return EffectApplied, ""
	case j.covered && !r.Date.IsZero() && r.Date < j.got.Last:
		return EffectNone, "Payée depuis."
	case j.State == fse.Payee:
		return EffectToExamine, "Rejetée alors qu'elle est payée : ne la refaites pas sans vérifier, elle pourrait être payée deux fois."
	case j.State == fse.PayeePartiellement:
		return EffectToExamine, "Une part est rejetée, une autre est payée : la refaire entière la ferait payer deux fois."
	}
	return EffectToExamine, "Seule la part complémentaire est rejetée : la part obligatoire reste due."
}

func (j *judgement) effectOfPayment(r *Return) (Effect, string) {
	switch {
	case j.State == fse.Remplacee && r.Amount != 0:
		return EffectToExamine, "L'organisme a payé une FSE qui a été refaite : elle pourrait être payée deux fois."
	case r.Says == SaysTakenBack && !j.covered:
		return EffectToExamine, "L'organisme a repris un montant qu'il doit."
	case j.got.AMO > j.amo && r.Part != "AMC", j.got.AMC > j.amc && r.Part == "AMC":
		return EffectApplied, "Les organismes ont payé plus qu'ils ne doivent pour cette part."
	case r.Says == SaysPartly && !j.covered:
		return EffectApplied, "Une partie seulement de ce qui était demandé."
	}
	return EffectApplied, ""
}

// judgeLot says by all the returns about l as a whole whether payers have accepted or
// refused it, and gives each of them its effect. An archived lot stays what it is.
func judgeLot(l *Lot, returns []*Return) (accepted bool, refused *Reject) {
	for _, r := range returns {
		switch {
		case r.rejects():
			refused = lastReject(refused, r)
		case r.Says == SaysAccepted:
			accepted = true
		}
	}
	archived := l.State == fse.LotArchive
	for _, r := range returns {
		switch {
		case r.Effect == EffectDismissed:
		case r.rejects() && archived:
			r.Effect, r.Why = EffectToExamine, "Le lot était terminé."
		case r.rejects() && accepted:
			r.Effect, r.Why = EffectToExamine, "Le même lot a aussi été accepté : vérifiez auprès de l'organisme avant de refaire ses FSE."
		case r.rejects():
			r.Effect, r.Why = EffectApplied, ""
		case r.Says == SaysAccepted && !archived && refused == nil:
			r.Effect, r.Why = EffectApplied, ""
		case r.Says == SaysAccepted && refused != nil:
			r.Effect, r.Why = EffectNone, "Le lot a été refusé par ailleurs."
		default:
			r.Effect, r.Why = EffectNone, ""
		}
	}
	if archived {
		return l.Accepted, l.Refused
	}
	return accepted || l.Accepted, refused
}
