package lot

import (
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// countWaits names the count of what waits among things that have no other states to
// count.
const countWaits = "attente"

// projectPaper derives what was done with a paper. That of an FSE that is cancelled or
// replaced never waits, whatever a record of an older version says.
func projectPaper(r journal.Record, w journal.Writer) error {
	change, err := decode[paperChange](r.Data)
	if err != nil {
		return err
	}
	before, err := get[Paper](w, keyPaper(r.Subject))
	if err != nil {
		return err
	}
	if before == nil {
		return fmt.Errorf("%w: a paper that does not exist", errRecord)
	}
	if err := change.Key.remember(w, r.Subject); err != nil {
		return err
	}
	after := *before
	after.State, after.PatientSigned, after.Date, after.With = change.State, change.PatientSigned, change.Date, change.With
	f, err := fseOf(w, r.Subject)
	if err != nil {
		return err
	}
	owner, stands := keyLot(r.Subject), true
	if f != nil {
		owner, stands = keyFSE(f.ID), !replacedOrCancelled(f.State)
	}
	if err := standPaper(w, owner, &after, stands && before.waits(), stands && after.waits()); err != nil {
		return err
	}
	return set(w, keyPaper(r.Subject), after)
}

// standPaper enters the paper of what stands at key among those that wait, or takes it
// out.
func standPaper(w journal.Writer, key string, p *Paper, was, is bool) error {
	if was == is {
		return nil
	}
	before, after := countWaits, ""
	if is {
		before, after = after, before
	}
	if err := count(w, kindPaper, before, after); err != nil {
		return err
	}
	return wait(w, setPapers, key, p.Seq, is)
}

// sheet makes the paper of an FSE when it is signed in degraded mode or ends on paper,
// and keeps whether it waits.
func sheet(w journal.Writer, before, f *FSE, r journal.Record) error {
	signed := before.Signature == nil && f.Signature != nil && f.Certification == "D"
	onPaper := before.State != fse.Papier && f.State == fse.Papier
	if signed || onPaper {
		return makePaper(w, f.ID, keyFSE(f.ID), r)
	}
	was, is := !replacedOrCancelled(before.State), !replacedOrCancelled(f.State)
	if was == is {
		return nil
	}
	p, err := get[Paper](w, keyPaper(f.ID))
	if err != nil || !p.waits() {
		return err
	}
	return standPaper(w, keyFSE(f.ID), p, was, is)
}

func replacedOrCancelled(s fse.State) bool { return s == fse.Annulee || s == fse.Remplacee }

func makePaper(w journal.Writer, id, key string, r journal.Record) error {
	p := &Paper{State: fse.PapierAImprimer, Since: r.Time, Seq: r.Seq}
	if err := standPaper(w, key, p, false, true); err != nil {
		return err
	}
	return set(w, keyPaper(id), p)
}

// bordereau makes the paper of a degraded lot when it is closed for the first time. When
// it is opened again, what was printed no longer is what the lot holds.
func bordereau(w journal.Writer, l *Lot, before fse.LotState, r journal.Record) error {
	closed := (before == "" || before == fse.LotOuvert) && l.State == fse.LotClos // not one whose message came back
	opened := before == fse.LotClos && l.State == fse.LotOuvert
	if l.Certification != "D" || !closed && !opened {
		return nil
	}
	p, err := get[Paper](w, keyPaper(l.ID))
	switch {
	case err != nil:
		return err
	case p == nil && opened: // it was closed before the checkpoint that is being adopted
		return nil
	case p == nil:
		return makePaper(w, l.ID, keyLot(l.ID), r)
	case closed:
		return standPaper(w, keyLot(l.ID), p, false, p.waits())
	}
	if err := standPaper(w, keyLot(l.ID), p, p.waits(), false); err != nil {
		return err
	}
	return set(w, keyPaper(l.ID), &Paper{State: fse.PapierAImprimer, Since: p.Since, Seq: p.Seq})
}
