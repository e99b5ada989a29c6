package main

import (
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// account is what payers owe and what they gave, cents by part.
type account struct {
	Owed frontal.Amounts `json:"du"`
	Paid frontal.Amounts `json:"paye"`
}

func (a account) plus(b account) account {
	a.Owed.AMO, a.Owed.AMC = a.Owed.AMO+b.Owed.AMO, a.Owed.AMC+b.Owed.AMC
	a.Paid.AMO, a.Paid.AMC = a.Paid.AMO+b.Paid.AMO, a.Paid.AMC+b.Paid.AMC
	return a
}

// accountOfFSE is what the journal says of an FSE.
func accountOfFSE(f *lot.FSE) (a account) {
	amo, amc := f.DuePayers()
	a.Owed = frontal.Amounts{AMO: int64(amo), AMC: int64(amc)}
	if f.Received != nil {
		a.Paid = frontal.Amounts{AMO: int64(f.Received.AMO), AMC: int64(f.Received.AMC)}
	}
	return a
}

// sums are the accounts of all FSE, as both sides have them. What was rejected and made
// again is owed twice and paid once.
type sums struct {
	Payer   account `json:"registre"`
	Journal account `json:"journal"`
}

// compare fails unless the payer's ledger and the journal agree on every FSE, to the
// cent and by part, all that is owed was paid but for what was replaced, and no return
// waits for somebody.
func (t *toPayment) compare(e *env, s *stage) (string, error) {
	var waiting struct {
		Returns []state.Return `json:"retours"`
	}
	if err := s.client.Call(e, "returns.list", map[string]any{"etat": "a-rapprocher"}, &waiting); err != nil {
		return "", err
	}
	if n := len(waiting.Returns); n > 0 {
		return "", fmt.Errorf("%d returns still wait for somebody", n)
	}
	t.Folder, t.Ledger = s.payer.options.Dir, s.payer.Ledger()
	return t.agree()
}

// agree sums up both sides, and fails where they differ.
func (t *toPayment) agree() (string, error) {
	if len(t.Ledger) != len(t.FSE) {
		return "", fmt.Errorf("the payer knows %d FSE, the journal has %d", len(t.Ledger), len(t.FSE))
	}
	theirs := make(map[int]account)
	for _, one := range t.Ledger {
		theirs[one.Number] = account{one.Owed, one.Paid}
		t.Sums.Payer = t.Sums.Payer.plus(theirs[one.Number])
	}
	var replaced account
	for i := range t.FSE {
		f := &t.FSE[i]
		ours := accountOfFSE(f)
		t.Sums.Journal = t.Sums.Journal.plus(ours)
		if their, known := theirs[f.Numero]; !known || their != ours {
			return "", fmt.Errorf("the payer and the journal disagree on FSE %09d: %+v, %+v", f.Numero, their, ours)
		}
		if f.ReplacedBy != "" {
			replaced = replaced.plus(ours)
		}
	}
	all := t.Sums.Journal
	if all.Owed.AMO-replaced.Owed.AMO != all.Paid.AMO || all.Owed.AMC-replaced.Owed.AMC != all.Paid.AMC {
		return "", fmt.Errorf("not all that is owed was paid: %+v, of which replaced %+v", all, replaced)
	}
	return fmt.Sprintf("%d FSE, %s paid: the payer's ledger and the journal agree", len(t.FSE), euros(all.Paid.AMO+all.Paid.AMC)), nil
}
