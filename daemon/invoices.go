package daemon

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Price returns what the draft costs and who pays it, or all that stands against
// it. It keeps nothing.
func (d *Daemon) Price(draft *fse.Draft) (fse.Answer, error) {
	c, err := d.rules(draft)
	return fse.Price(draft, c), bookFailure(err)
}

// Check is Price with all that forbids to sign.
func (d *Daemon) Check(draft *fse.Draft) (fse.Answer, error) {
	c, err := d.rules(draft)
	return fse.Check(draft, c), bookFailure(err)
}

// unpaid are the states of FSE that take no forfait: nobody pays them.
var unpaid = []fse.State{fse.Annulee, fse.Rejetee, fse.Remplacee}

// rules is the context in which a draft is priced now: the day, and the signed
// FSE of the same beneficiary, for duplicates and for what is counted once.
func (d *Daemon) rules(draft *fse.Draft) (fse.Context, error) {
	year, month, day := d.now().Local().Date()
	today, _ := tables.MakeDate(year, int(month), day) // false only before 1800
	c := fse.Context{Tables: d.tables, Today: today}
	past, err := d.book.Past(draft)
	for _, f := range past {
		c.Passees = append(c.Passees, fse.Passee{Numero: fmt.Sprintf("%09d", f.Numero), Etat: f.State, Draft: f.Draft})
		if f.Price != nil && f.Price.Total.Forfait > 0 && !slices.Contains(unpaid, f.State) && f.Draft.Professionnel.NumeroAM == draft.Professionnel.NumeroAM {
			c.ForfaitsPris = append(c.ForfaitsPris, f.Draft.DateSoins)
		}
	}
	return c, err
}

// CreateFSE keeps a draft as a new FSE of principal's. The draft need not be
// complete: an FSE is checked when it is signed.
func (d *Daemon) CreateFSE(ctx context.Context, principal string, draft *fse.Draft, c lot.Call) (lot.FSE, error) {
	f, err := d.book.Create(ctx, principal, draft, c)
	if err != nil {
		return f, bookFailure(err)
	}
	d.publishFSE(f)
	return f, nil
}

// UpdateFSE replaces the draft of an FSE that is not signed.
func (d *Daemon) UpdateFSE(ctx context.Context, principal, id string, draft *fse.Draft, c lot.Call) (lot.FSE, error) {
	if err := d.beginChange(principal, id); err != nil {
		return lot.FSE{}, err
	}
	defer d.signing.Delete(id)
	f, err := d.book.Update(ctx, principal, id, draft, c)
	if err != nil {
		return f, bookFailure(err)
	}
	d.publishFSE(f)
	return f, nil
}

// GetFSE returns an FSE of principal's.
func (d *Daemon) GetFSE(principal, id string) (lot.FSE, error) {
	f, err := d.book.Get(principal, id)
	return f, bookFailure(err)
}

// Seal returns the seal of a signed FSE of principal's: CMS SignedData in DER.
func (d *Daemon) Seal(principal, id string) ([]byte, error) {
	f, err := d.book.Get(principal, id)
	if err != nil {
		return nil, bookFailure(err)
	}
	seal, err := d.book.Seal(f)
	return seal, bookFailure(err)
}

// maxPage bounds a page of a list.
const maxPage = 200

// FSEList says which FSE are listed.
type FSEList struct {
	States  []string // only those in one of these states; none: in any
	Day     fse.Date // only those with this day of care; zero: of any
	Persons bool     // with the patients' names
	All     bool     // those of every front end, for one who reads them
	After   string   // cursor of the page before
	Limit   int      // 200 at most, which is also the default
}

// ListFSE returns a page of v's FSE, the newest first, and the cursor of the next page.
// A page may be short, or empty, and have a next one.
func (d *Daemon) ListFSE(v Viewer, l FSEList) ([]state.FSE, string, error) {
	if l.Limit <= 0 || l.Limit > maxPage {
		l.Limit = maxPage
	}
	where := lot.Filter{Day: l.Day}
	for _, s := range l.States {
		where.States = append(where.States, fse.State(s))
	}
	owner := v.Owner
	if l.All {
		owner = v.reads()
	}
	found, next, err := d.book.ListWhere(owner, where, l.After, l.Limit)
	if err != nil {
		return nil, "", bookFailure(err)
	}
	list := make([]state.FSE, 0, len(found))
	for _, f := range found {
		shown := ShowFSE(f)
		if l.Persons {
			shown.Person = v.person(f)
		}
		list = append(list, shown)
	}
	return list, next, nil
}

// NumberedFSE returns the FSE that v reads with a number of 9 digits: one for each
// professional who has given it. With persons it names the patients.
func (d *Daemon) NumberedFSE(v Viewer, numero string, persons bool) ([]state.FSE, error) {
	n, err := strconv.Atoi(numero)
	if err != nil || len(numero) != 9 || n < 0 {
		return nil, &state.Error{Kind: state.Invalid, Code: "NUMERO_FSE", Path: "numero", Message: "Un numéro de FSE a 9 chiffres."}
	}
	found, err := d.book.Numbered(n)
	if err != nil {
		return nil, bookFailure(err)
	}
	list := []state.FSE{}
	for _, f := range found {
		if v.reads() != lot.Practice && f.Owner != v.Owner {
			continue
		}
		shown := ShowFSE(f)
		if persons {
			shown.Person = v.person(f)
		}
		list = append(list, shown)
	}
	return list, nil
}

// CancelFSE ends an FSE that was not transmitted.
func (d *Daemon) CancelFSE(ctx context.Context, principal, id, cause string, c lot.Call) (lot.FSE, error) {
	if err := d.beginChange(principal, id); err != nil {
		return lot.FSE{}, err
	}
	defer d.signing.Delete(id)
	f, lots, err := d.book.Cancel(ctx, principal, id, cause, c)
	if err != nil {
		return f, bookFailure(err)
	}
	d.publishPair(f, lots...)
	return f, nil
}

// publishFSE tells front ends of an FSE, of the lots that changed with it, and of
// what waits. Lots and counts are read and told one call after the other, so that
// the last told are the last read.
func (d *Daemon) publishFSE(f lot.FSE, lots ...lot.Lot) {
	d.telling.Lock()
	defer d.telling.Unlock()
	d.tellFSE(f)
	for _, l := range lots {
		d.publishLot(l)
	}
	d.publishQueue()
}

// tellFSE tells of an FSE, with telling held.
func (d *Daemon) tellFSE(f lot.FSE) {
	shown := ShowFSE(f)
	d.hub.publish(state.Event{Type: state.EventFSE, FSE: &shown, Audience: f.Owner})
}

// publishPair is publishFSE for an FSE and, where it makes another again, that one.
func (d *Daemon) publishPair(f lot.FSE, lots ...lot.Lot) {
	if f.Replaces != nil && f.Replaces.FSE != "" {
		if old, err := d.book.Get(lot.Practice, f.Replaces.FSE); err == nil { // else it was purged
			d.publishFSE(old)
		}
	}
	d.publishFSE(f, lots...)
}

// publishQueue tells what waits, with telling held.
func (d *Daemon) publishQueue() {
	queue := d.book.Queue()
	d.hub.publish(state.Event{Type: state.EventQueue, Queue: &queue})
	d.publishMail(queue)
}
