package frontal_test

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// cancel ends an FSE that waits in a lot.
func (c *clerk) cancel(ctx context.Context) {
	f, ok := one(c, c.list(fse.EnLot))
	if !ok {
		return
	}
	if _, err := c.d.CancelFSE(ctx, user, f.ID, "essai", lot.Call{}); err != nil {
		c.refused("annuler", err)
		return
	}
	c.tell(fact{Did: "annulee", FSE: f.ID})
}

// takeOut moves an FSE into another lot.
func (c *clerk) takeOut(ctx context.Context) {
	f, ok := one(c, c.list(fse.EnLot))
	if !ok {
		return
	}
	_, _, err := c.d.TakeOut(ctx, user, f.Lot, f.ID, lot.Call{})
	if err != nil {
		c.refused("séparer", err)
		return
	}
	c.tell(fact{Did: "separee", FSE: f.ID})
}

func (c *clerk) reopen(ctx context.Context) {
	l, ok := one(c, c.lots(fse.LotClos))
	if !ok {
		return
	}
	if _, err := c.d.ReopenLot(ctx, user, l.ID, lot.Call{}); err != nil {
		c.refused("rouvrir", err)
		return
	}
	c.tell(fact{Did: "rouvert", Lot: l.ID})
}

// close closes lots, most of those that can be.
func (c *clerk) close(ctx context.Context) {
	for _, l := range c.lots(fse.LotOuvert) {
		if l.FSE > 0 && !c.chance(4) {
			c.closeOne(ctx, l)
		}
	}
}

func (c *clerk) closeOne(ctx context.Context, l state.Lot) {
	if _, err := c.d.CloseLot(ctx, user, l.ID, lot.Call{}); err != nil {
		c.refused("clôturer", err)
		return
	}
	c.tell(fact{Did: "clos", Lot: l.ID})
}

// papers moves the papers that wait one step on.
func (c *clerk) papers(ctx context.Context) {
	waiting, _, err := c.d.Papers(console, "", 50)
	c.refused("lister les papiers", err)
	next := map[fse.PaperState]fse.PaperState{fse.PapierAImprimer: fse.PapierImprime, fse.PapierImprime: fse.PapierSigne, fse.PapierSigne: fse.PapierPoste}
	for _, p := range waiting {
		to, ok := next[fse.PaperState(p.State)]
		if !ok {
			continue
		}
		if _, err := c.d.MarkPapers(ctx, console, []string{p.ID}, lot.Mark{To: to}, lot.Call{}); err != nil {
			c.refused("noter un papier", err)
		}
	}
}

// mail sends and fetches, one after the other or both at once.
func (c *clerk) mail(ctx context.Context) {
	if c.chance(3) {
		var both sync.WaitGroup
		var sent []daemon.Sent
		var got daemon.Fetched
		var sending, fetching error
		both.Go(func() { sent, sending = c.d.Transmit(ctx, user, nil, func(int) {}) })
		both.Go(func() { got, fetching = c.d.FetchReturns(ctx, user, func(int) {}) })
		both.Wait()
		c.sent(sent, sending)
		c.fetched(got, fetching)
		return
	}
	for range 1 + c.rng.IntN(2) {
		sent, err := c.d.Transmit(ctx, user, nil, func(int) {})
		c.sent(sent, err)
		got, err := c.d.FetchReturns(ctx, user, func(int) {})
		c.fetched(got, err)
	}
}

func (c *clerk) sent(list []daemon.Sent, err error) {
	if e := daemon.Failure(err); e != nil && e.Code != "RIEN_A_TRANSMETTRE" {
		c.refused("transmettre", err)
	}
	for _, one := range list {
		switch {
		case one.Error != nil && one.Error.Code == "ETAT" && one.Lot.Sent == nil:
			c.refused("transmettre un lot qui attend :", one.Error)
			continue
		case one.Error != nil:
			c.refused("transmettre", one.Error)
			continue
		}
		c.tell(fact{Did: "transmis", Lot: one.Lot.ID})
	}
}

func (c *clerk) fetched(got daemon.Fetched, err error) {
	c.refused("relever", err)
	if got.Received > 0 {
		c.tell(fact{Did: "releve", Count: got.Received})
	}
	if got.Strangers > 0 {
		c.tell(fact{Did: "etrangers", Count: got.Strangers})
	}
}

// undecided are the lots of which nobody has known since before this day whether they
// have left.
func (c *clerk) undecided() []state.Lot {
	return slices.DeleteFunc(c.lots(fse.LotClos), func(l state.Lot) bool {
		return l.Dispatch == nil || l.Dispatch.State != string(lot.DispatchUndecided) || !l.Dispatch.Began.Before(c.Now)
	})
}

// observe tells of what a start has found undecided.
func (c *clerk) observe() {
	for _, l := range c.undecided() {
		c.tell(fact{Did: "indecis", Lot: l.ID})
	}
}

// decide settles some of the undecided lots after a call to the payer: what was under way
// when the order was written has ended by then.
func (c *clerk) decide(ctx context.Context) {
	for _, l := range c.undecided() {
		if !c.Closed && !c.chance(3) { // the copy, or a return, does most of it
			continue
		}
		_, members, err := c.d.Lot(l.ID)
		if err != nil || len(members) == 0 {
			c.refused("lire le lot", err)
			continue
		}
		numero, err := strconv.Atoi(members[0].Numero)
		if err != nil {
			c.refused("lire le numéro", err)
			continue
		}
		taken := c.Taken[billName(l.NumeroAM, numero)]
		if _, err := c.d.Decide(ctx, user, l.ID, taken, lot.Call{}); err != nil {
			c.refused("trancher", err)
			continue
		}
		c.tell(fact{Did: "tranche", Lot: l.ID})
	}
}
