package frontal

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/noemie"
)

// sampleLot is a lot of n invoices that are owed 2100, one in ten nothing.
func sampleLot(numero, n int) *lot {
	l := &lot{ID: fmt.Sprint(numero), Received: start, Professional: doctor, Number: numero, Date: 260302, Certification: "S"}
	for i := range n {
		one := invoice{Number: numero*1000 + i, Owed: Amounts{AMO: 2100}}
		if i%10 == 9 {
			one.Owed = Amounts{}
		}
		l.Invoices = append(l.Invoices, one)
	}
	return l
}

// The shares of a script are met, within what 10 000 draws leave to chance.
func TestShares(t *testing.T) {
	s := Script{Reject: 0.04, Partial: 0.02, Negative: 0.05, Mixed: 0.05, Silence: 0.05, Twice: 0.1, Truncated: 0.2, Seed: 42}
	fates, lots, answers := map[Fate]int{}, map[string]int{}, map[string]int{}
	for numero := range 500 {
		l := sampleLot(numero+1, 20)
		s.plan(l, time.Hour)
		refused := 0
		for _, one := range l.Invoices {
			fates[one.Fate]++
			if one.Fate == FateRefused {
				refused++
			}
		}
		switch {
		case l.silent():
			lots["silence"]++
		case l.Refusal != "":
			lots["négatif"]++
		case refused == 1:
			lots["partiel"]++
		}
		for _, a := range l.Answers {
			answers["tous"]++
			if a.Twice != "" {
				answers["double"]++
			}
			if a.Truncated > 0 {
				answers["tronqué"]++
			}
			if a.Zipped && a.Kind == answerNoemie {
				answers["gzip"]++
			}
		}
	}
	near := func(name string, got, want, slack int) {
		if got < want-slack || got > want+slack {
			t.Errorf("%s: %d, want %d ± %d", name, got, want, slack)
		}
	}
	near("silence", lots["silence"], 25, 15)
	near("négatif", lots["négatif"], 25, 15)
	near("partiel", lots["partiel"], 25, 15)
	near("rejetées", fates[FateRejected], 360, 60)
	near("partielles", fates[FatePartial], 162, 45)
	near("doublons", answers["double"], answers["tous"]/10, 40)
	near("tronqués", answers["tronqué"], answers["tous"]/5, 50)
	near("gzip", answers["gzip"], answers["tous"]/4, 50)
}

// The same lots get the same answers in any order; another seed gives others.
func TestAnswersFollowFromTheSeed(t *testing.T) {
	plan := func(seed int64, order []int) map[int]*lot {
		s := Script{Reject: 0.3, Partial: 0.3, Mixed: 0.2, Twice: 0.5, Truncated: 0.5, Disorder: true, Days: 2, Seed: seed}
		all := map[int]*lot{}
		for _, numero := range order {
			all[numero] = sampleLot(numero, 20)
			s.plan(all[numero], time.Hour)
		}
		return all
	}
	order := []int{1, 2, 3, 4, 5}
	first := plan(42, order)
	slices.Reverse(order)
	options := cmp.AllowUnexported(answer{})
	if diff := cmp.Diff(first, plan(42, order), options); diff != "" {
		t.Error(diff)
	}
	if cmp.Equal(first, plan(43, order), options) {
		t.Error("another seed gives the same answers")
	}
}

// Whatever the script, an invoice is paid, refused or left once: what the mails say
// without their repetitions is what the ledger tells.
func TestMailsSayWhatTheLedgerTells(t *testing.T) {
	r := newRig(t, "réponse: rejet 20 % ; partiel 20 % ; arl négatif 10 % ; arl partiel 20 % ; silence 10 % ; doublon 50 % ; tronqué 50 % ; retard 2 j ; désordre ; graine 7")
	numero := 0
	for lot := range 12 {
		var bills []bill
		for range 5 {
			numero++
			bills = append(bills, bill{numero: numero, amo: int64(1000 + numero), amc: 900, tiers: numero%4 != 0})
		}
		r.bill(lot+1, bills...)
	}
	for range 3 {
		r.pass(24 * time.Hour)
	}
	all, bad := returned(t, r.fetch())
	paid, refused := map[int]Amounts{}, map[int]bool{}
	lots := map[int]bool{}
	for _, one := range all {
		switch one.Kind {
		case noemie.Paye, noemie.PayePartiel:
			p := paid[one.Numero]
			if one.Part == noemie.PartAMO {
				p.AMO = one.Montant
			} else {
				p.AMC = one.Montant
			}
			paid[one.Numero] = p
		case noemie.Rejete:
			refused[one.Numero] = true
		case noemie.ARLNegatif:
			refused[one.Numero] = refused[one.Numero] || one.Numero != 0
			lots[one.Lot] = lots[one.Lot] || one.Numero == 0
		}
	}
	wantPaid, wantRefused := map[int]Amounts{}, map[int]bool{}
	wantLots := map[int]bool{}
	for _, e := range r.Ledger() {
		if e.Pending || e.Times != 1 {
			t.Errorf("%+v", e)
		}
		if e.Paid != (Amounts{}) {
			wantPaid[e.Number] = e.Paid
		}
		wantRefused[e.Number] = e.Rejected
	}
	for n := range maps.Keys(wantRefused) {
		if lot := (n-1)/5 + 1; lots[lot] {
			wantLots[lot] = true
			refused[n] = true
		}
		if !wantRefused[n] {
			delete(wantRefused, n)
		}
	}
	for lot, whole := range lots {
		if !whole {
			delete(lots, lot)
		}
	}
	maps.DeleteFunc(refused, func(_ int, no bool) bool { return !no })
	if diff := cmp.Diff(wantPaid, paid); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(wantRefused, refused); diff != "" {
		t.Error(diff)
	}
	if bad == 0 || len(paid) == 0 || len(refused) == 0 || len(lots) == 0 {
		t.Errorf("%d truncated, %d paid, %d refused, %d lots refused: the script shows too little", bad, len(paid), len(refused), len(lots))
	}
}
