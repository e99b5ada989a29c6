package daemon

import (
	"context"
	"errors"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// ReturnsWhere returns a page of the returns that a filter takes, the newest first, and
// the cursor of the next page.
func (d *Daemon) ReturnsWhere(w lot.ReturnFilter, after string, limit int) ([]state.Return, string, error) {
	found, next, err := d.book.ReturnsWhere(w, after, pageOf(limit))
	if err != nil {
		return nil, "", bookFailure(err)
	}
	list := make([]state.Return, 0, len(found))
	for _, r := range found {
		list = append(list, showReturn(r))
	}
	return list, next, nil
}

// pageOf is how many lines a page holds.
func pageOf(limit int) int {
	if limit <= 0 || limit > maxPage {
		return maxPage
	}
	return limit
}

// Reconcile says which FSE a return that waits is about.
func (d *Daemon) Reconcile(ctx context.Context, actor, id, fseID string, c lot.Call) (state.Return, error) {
	return d.changedReturn(d.book.Reconcile(ctx, actor, id, fseID, c))
}

// ReconcileLot says which lot a return is about that waits and names no FSE.
func (d *Daemon) ReconcileLot(ctx context.Context, actor, id, lotID string, c lot.Call) (state.Return, error) {
	r, err := d.book.ReconcileLot(ctx, actor, id, lotID, c)
	if err != nil {
		return state.Return{}, bookFailure(err)
	}
	d.out.forget(lotID) // the answer tells that it has left
	if l, err := d.book.Lot(lotID); err == nil {
		d.publishDispatched(l)
	}
	return showReturn(r), nil
}

// DismissReturn puts a return aside that waits for somebody, for a reason that is kept.
func (d *Daemon) DismissReturn(ctx context.Context, actor, id, reason string, c lot.Call) (state.Return, error) {
	return d.changedReturn(d.book.Dismiss(ctx, actor, id, reason, c))
}

// Deliveries returns a page of the files that came from payers, the newest first, and
// the cursor of the next page.
func (d *Daemon) Deliveries(after string, limit int) ([]state.Delivery, string, error) {
	found, next, err := d.book.Deliveries(after, pageOf(limit))
	if err != nil {
		return nil, "", bookFailure(err)
	}
	list := make([]state.Delivery, 0, len(found))
	for _, one := range found {
		list = append(list, showDelivery(one))
	}
	return list, next, nil
}

// DeliveryFile returns the file that came from a payer, and a name for it. It names
// patients.
func (d *Daemon) DeliveryFile(v Viewer, id string) (name string, data []byte, err error) {
	if !v.FSE {
		return "", nil, errNames()
	}
	name, data, err = d.book.Content(id)
	return name, data, bookFailure(err)
}

// ImportReturns takes in a file that somebody has got elsewhere than in the mailbox: a
// file of returns, or a mail as programs save it. It tells whether it was known.
func (d *Daemon) ImportReturns(ctx context.Context, actor, name string, data []byte) (state.Delivery, bool, error) {
	list, err := d.readImport(ctx, name, data)
	if err != nil {
		return state.Delivery{}, false, err
	}
	var last lot.Delivery
	known := true
	for _, in := range list {
		got, repeated, err := d.receive(ctx, actor, in)
		if err != nil {
			return state.Delivery{}, false, err
		}
		last, known = got, known && repeated
	}
	return showDelivery(last), known, nil
}

// readImport tells what a file holds: what the parts of a mail do, or returns as they
// are.
func (d *Daemon) readImport(ctx context.Context, name string, data []byte) ([]lot.Incoming, error) {
	if len(data) == 0 || len(data) > maxReturns {
		return nil, bookFailure(lot.ErrIncoming)
	}
	if _, err := mail.Read(data); err == nil {
		brings, err := d.open(ctx, mail.Mail{UID: name, Size: len(data), Raw: data})
		if err == nil || !errors.Is(err, mail.ErrLeave) {
			return brings.list, err
		}
	}
	in := lot.Incoming{Origin: name}
	d.readReturns(&in, data)
	return []lot.Incoming{in}, nil
}

func showReturn(r lot.Return) state.Return {
	shown := state.Return{ID: r.ID, Kind: r.Kind, Received: r.Received.UTC().Format(time.RFC3339), Lot: r.Lot, Numero: r.Numero,
		Date: r.Date.String(), Label: r.Label, External: r.External, Remade: r.Remade, Withdrawn: r.Withdrawn,
		Pending: r.Effect == lot.EffectWaiting, Delivery: r.Delivery, Record: r.Record, Says: string(r.Says), Part: r.Part,
		Effect: string(r.Effect), Why: r.Why, LotNumero: r.LotNumero, Asked: int64(r.Asked), Amount: int64(r.Amount),
		Transfer: r.Transfer, Organisme: r.Organisme, Entity: r.Entity, Demo: r.Demonstration}
	for _, l := range r.Labels {
		shown.Labels = append(shown.Labels, state.ReturnLabel{Code: l.Code, Text: l.Text, Niveau: l.Niveau, Part: l.Part})
	}
	if r.FSE != "" {
		shown.FSE = []string{r.FSE}
	}
	return shown
}

func showDelivery(l lot.Delivery) state.Delivery {
	return state.Delivery{ID: l.ID, Kind: l.Kind, Origin: l.Origin, From: l.From, Received: l.Received.UTC(), Size: l.Size,
		Problem: l.Problem, Returns: l.Returns, Applied: l.Applied, Waiting: l.Waiting, Demo: l.Demonstration}
}

// archiveEvery is how often lots that are over are put away.
const archiveEvery = 24 * time.Hour

// putAway archives the lots that are over, a while after the start and then daily.
func (d *Daemon) putAway(ctx context.Context) {
	for wait := firstFetch; ; wait = archiveEvery {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		n, err := d.book.Archive(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			d.log.Warn("lots that are over were not archived", "error", err)
		case n > 0:
			d.log.Info("lots that are over were archived", "lots", n)
			d.telling.Lock()
			d.publishQueue()
			d.telling.Unlock()
		}
	}
}
