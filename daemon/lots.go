package daemon

import (
	"context"
	"fmt"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Lots returns a page of the practice's lots, the newest first, and the cursor of the next.
func (d *Daemon) Lots(after string, limit int) (shown []state.Lot, next string, err error) {
	if limit <= 0 || limit > maxPage {
		limit = maxPage
	}
	found, next, err := d.book.Lots(after, limit)
	if err != nil {
		return nil, "", bookFailure(err)
	}
	shown = make([]state.Lot, 0, len(found))
	for _, l := range found {
		shown = append(shown, d.shownLot(l))
	}
	return shown, next, nil
}

// Lot returns one lot and its FSE, whoever made them.
func (d *Daemon) Lot(id string) (state.Lot, []state.FSE, error) {
	l, err := d.book.Lot(id)
	if err != nil {
		return state.Lot{}, nil, bookFailure(err)
	}
	members, err := d.book.InLot(id)
	if err != nil {
		return state.Lot{}, nil, bookFailure(err)
	}
	list := make([]state.FSE, 0, len(members))
	for _, f := range members {
		list = append(list, ShowFSE(f))
	}
	return d.shownLot(l), list, nil
}

// CloseLot closes an open lot that holds an FSE. Closing a closed lot does nothing.
func (d *Daemon) CloseLot(ctx context.Context, principal, id string, c lot.Call) (state.Lot, error) {
	l, err := d.book.CloseLot(ctx, principal, id, c)
	return d.changedLot(l, err)
}

// ReopenLot opens a closed lot again, before it is transmitted. Where lots leave by click,
// it has to be asked for again. Reopening an open lot does nothing.
func (d *Daemon) ReopenLot(ctx context.Context, principal, id string, c lot.Call) (state.Lot, error) {
	l, err := d.book.ReopenLot(ctx, principal, id, c)
	if err == nil {
		d.out.forget(id)
	}
	return d.changedLot(l, err)
}

// TakeOut takes an FSE out of a lot that was not transmitted and puts it in another
// one of the same kind: see lot.Book.TakeOut. As closing does, it concerns the lot:
// the FSE may be another principal's; and as after reopening, the lot has to be asked for again.
func (d *Daemon) TakeOut(ctx context.Context, principal, lotID, fseID string, c lot.Call) (from, to state.Lot, err error) {
	left, entered, err := d.book.TakeOut(ctx, principal, lotID, fseID, c)
	if err != nil {
		return from, to, bookFailure(err)
	}
	d.out.forget(lotID)
	d.telling.Lock()
	defer d.telling.Unlock()
	d.publishMember(entered, fseID)
	d.publishLot(left)
	d.publishLot(entered)
	d.publishQueue()
	return ShowLot(left), ShowLot(entered), nil
}

// changedLot tells of a lot that was changed, and shows it.
func (d *Daemon) changedLot(l lot.Lot, err error) (state.Lot, error) {
	if err != nil {
		return state.Lot{}, bookFailure(err)
	}
	d.telling.Lock()
	defer d.telling.Unlock()
	d.publishLot(l)
	d.publishQueue()
	if d.out.itself && l.State == fse.LotClos {
		d.out.poke(false)
	}
	return d.shownLot(l), nil
}

// LotFile returns the B2 file of a closed lot and a name for it.
func (d *Daemon) LotFile(id string) (name string, file []byte, err error) {
	name, file, err = d.book.File(id)
	return name, file, bookFailure(err)
}

// Late returns what the practice has to do first.
func (d *Daemon) Late() (state.Late, error) {
	now := d.now()
	found, err := d.book.Late(now)
	if err != nil {
		return state.Late{}, bookFailure(err)
	}
	return state.Late{
		At: now.UTC(), ToSign: showLate(found.ToSign, showLateFSE), ToSend: showLate(found.ToSend, showLateFSE),
		Open: showLate(found.Open, showLateLot), Closed: showLate(found.Closed, showLateLot),
		Silent: showLate(found.Silent, showLateLot),
		Counts: state.LateCount{ToSign: found.CountToSign, ToSend: found.CountToSend, Open: found.CountOpen, Closed: found.CountClosed, Silent: found.CountSilent},
	}, nil
}

// showLate shows a list; an empty one is not null.
func showLate[T, S any](list []T, show func(T) S) []S {
	shown := make([]S, 0, len(list))
	for _, one := range list {
		shown = append(shown, show(one))
	}
	return shown
}

func showLateFSE(f lot.LateFSE) state.LateFSE {
	return state.LateFSE{FSE: ShowFSE(f.FSE), Deadline: showDeadline(f.Deadline)}
}

func showLateLot(l lot.LateLot) state.LateLot {
	return state.LateLot{Lot: ShowLot(l.Lot), Deadline: showDeadline(l.Deadline)}
}

// deadlineWords says each reason on the screen.
var deadlineWords = map[lot.Reason]string{
	lot.DeadlinePassed: "Le délai légal de transmission est dépassé.",
	lot.DeadlineNear:   "Le délai légal de transmission se termine.",
	lot.NoAnswer:       "Transmis depuis plus de cinq jours ouvrés, sans réponse de l’organisme.",
	lot.WaitsForLong:   "En attente depuis plus d'un jour ouvré.",
}

func showDeadline(l lot.Deadline) state.Deadline {
	d := state.Deadline{Limit: l.Limit.String(), DaysLeft: l.DaysLeft, Reason: string(l.Reason),
		Why: deadlineWords[l.Reason], Certainty: string(l.Certitude)}
	if l.Certitude != lot.Ours {
		d.Source = "R.161-47 CSS"
	}
	return d
}

// publishLot tells of a lot as it is now, with telling held.
func (d *Daemon) publishLot(l lot.Lot) {
	if now, err := d.book.Lot(l.ID); err == nil {
		l = now
	}
	shown := d.shownLot(l)
	d.hub.publish(state.Event{Type: state.EventLot, Lot: &shown})
}

// publishMember tells of an FSE that went to another lot, with telling held.
func (d *Daemon) publishMember(l lot.Lot, id string) {
	members, err := d.book.InLot(l.ID)
	if err != nil {
		return // who asks for the FSE is told why
	}
	for _, f := range members {
		if f.ID == id {
			d.tellFSE(f)
		}
	}
}

// shownLot is ShowLot with what only the outbox knows.
func (d *Daemon) shownLot(l lot.Lot) state.Lot {
	shown := ShowLot(l)
	if shown.Dispatch == nil {
		shown.Dispatch = d.out.waiting(l)
	}
	return shown
}

// showDispatch is the way of a lot that the book knows of. One that was tried and is to
// be tried again has none there.
func showDispatch(d *lot.Dispatch) *state.Dispatch {
	if d == nil || d.State == lot.DispatchNone {
		return nil
	}
	return &state.Dispatch{State: string(d.State), Message: d.MessageID, Tries: d.Tries, Problem: d.Problem, Reply: d.Reply, By: d.By,
		Began: moment(d.Began), Ended: d.Ended}
}

// ShowLot is l as lists and events show it.
func ShowLot(l lot.Lot) state.Lot {
	shown := state.Lot{ID: l.ID, Numero: fmt.Sprintf("%03d", l.Numero), State: string(l.State),
		Regime: l.Regime, Caisse: l.Caisse, Centre: l.Centre, Certification: l.Certification, NumeroAM: l.NumeroAM,
		Environment: l.Environment, FSE: l.Count, Total: int64(l.Total), AMO: int64(l.AMO), Opened: l.Opened, Closed: l.Closed,
		Dispatch: showDispatch(l.Dispatch), Sent: l.Sent}
	if route, err := b2.RouteOf(l.Regime, l.Caisse, l.Centre); err == nil && route.Approche {
		shown.Warnings = []state.Issue{{Code: "CENTRE_INCONNU", Path: "centre",
			Message: "Le centre " + l.Centre + " n’est pas dans la table : le lot part à la destination de sa caisse. Vérifiez le centre."}}
	}
	return shown
}
