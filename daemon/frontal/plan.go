package frontal

import (
	"cmp"
	"time"
)

// Labels of what the payer decides by chance. There is no public table of rejects:
// these are invented and say so.
const (
	demoCode        = "DEMO"
	labelRejected   = "DEMONSTRATION : facture rejetée par le tirage du scénario"
	labelRefused    = "DEMONSTRATION : facture refusée par le tirage du scénario"
	labelLotRefused = "DEMONSTRATION : lot refusé par le tirage du scénario"
)

// plan decides every invoice of a lot and the answers to it.
func (s *Script) plan(l *lot, day time.Duration) {
	s.decide(l)
	if l.silent() {
		return
	}
	arl := answer{Kind: answerARL, Due: l.Received.Add(time.Duration(s.ARLDays) * day)}
	noemie := answer{Kind: answerNoemie, Due: l.Received.Add(time.Duration(s.Days) * day)}
	if s.Disorder && s.chance("arl tard", l.key()) < 0.5 {
		arl.Due = noemie.Due
	}
	if !l.degraded() || l.refuses() {
		l.Answers = append(l.Answers, s.disturb(arl, l))
	}
	if l.pays() {
		l.Answers = append(l.Answers, s.disturb(noemie, l))
	}
}

func (l *lot) silent() bool {
	return len(l.Invoices) > 0 && l.Invoices[0].Fate == FateSilence
}

// refuses tells whether the ARL refuses something.
func (l *lot) refuses() bool {
	for i := range l.Invoices {
		if l.Invoices[i].Fate == FateRefused {
			return true
		}
	}
	return l.Refusal != ""
}

// pays tells whether a NOEMIE file has something to say.
func (l *lot) pays() bool {
	for i := range l.Invoices {
		if l.Invoices[i].inAnswer(answerNoemie) {
			return true
		}
	}
	return false
}

// decide gives every invoice its fate. What is wrong in the lot or in an invoice
// comes before chance.
func (s *Script) decide(l *lot) {
	lucky := s.chance("lot", l.key()) // silence, then negative, then mixed
	if l.Refusal == "" && lucky < s.Silence {
		for i := range l.Invoices {
			l.Invoices[i].Fate = FateSilence
		}
		return
	}
	if l.Refusal == "" && lucky < s.Silence+s.Negative {
		l.Refusal = labelLotRefused
	}
	mixed := -1
	if n := len(l.Invoices); lucky >= s.Silence+s.Negative && lucky < s.Silence+s.Negative+s.Mixed {
		mixed = int(s.chance("refusée", l.key()) * float64(n))
	}
	for i := range l.Invoices {
		one := &l.Invoices[i]
		switch {
		case l.Refusal != "" || one.Fault != "":
			one.Fate, one.Reason = FateRefused, cmp.Or(one.Fault, l.Refusal)
		case i == mixed:
			one.Fate, one.Reason = FateRefused, labelRefused
		default:
			s.judge(l, one)
		}
	}
}

// judge rejects or pays an invoice.
func (s *Script) judge(l *lot, i *invoice) {
	lucky := s.chance("facture", l.keyOf(i))
	switch {
	case lucky < s.Reject:
		i.Fate, i.Reason = FateRejected, labelRejected
	case i.Owed == Amounts{}:
		i.Fate = FateNothing
	case lucky < s.Reject+s.Partial && i.Owed.AMO > 1:
		i.Fate, i.Paid = FatePartial, Amounts{AMO: i.Owed.AMO - max(1, i.Owed.AMO/3), AMC: i.Owed.AMC}
	default:
		i.Fate, i.Paid = FatePaid, i.Owed
	}
}

// disturb says how an answer is sent.
func (s *Script) disturb(a answer, l *lot) *answer {
	a.ID = l.ID + "-" + string(a.Kind)
	about := string(a.Kind) + "|" + l.key()
	a.Zipped = a.Kind == answerNoemie && s.chance("gzip", about) < 0.5
	if s.chance("tronqué", about) < s.Truncated {
		a.Truncated = 0.05 + 0.9*s.chance("coupure", about)
	}
	if s.chance("doublon", about) < s.Twice {
		a.Twice = twiceSame
		if s.chance("autre fichier", about) < 0.5 {
			a.Twice = twiceOther
		}
	}
	if s.Disorder {
		a.Rank = s.chance("rang", about)
	}
	return &a
}
