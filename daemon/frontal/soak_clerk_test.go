package frontal_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// work is a day.
func (c *clerk) work(ctx context.Context) error {
	if err := c.settle(ctx); err != nil {
		return err
	}
	c.observe()
	c.decide(ctx)
	if c.Closed {
		return c.finish(ctx)
	}
	if err := c.put(0, doctors[c.rng.IntN(len(doctors))].card); err != nil {
		return err
	}
	for range 4 + c.rng.IntN(8) {
		if err := c.step(ctx); err != nil {
			return err
		}
	}
	if !c.chance(4) {
		c.close(ctx)
	}
	c.mail(ctx)
	return nil
}

// step does one thing.
func (c *clerk) step(ctx context.Context) error {
	switch n := c.rng.IntN(30); {
	case n < 15:
		return c.bill(ctx)
	case n < 16:
		return c.bulk(ctx)
	case n < 18:
		return c.resume(ctx)
	case n < 20:
		return c.remake(ctx)
	case n < 21:
		c.cancel(ctx)
	case n < 22:
		c.takeOut(ctx)
	case n < 23:
		c.reopen(ctx)
	case n < 25:
		c.papers(ctx)
	case n < 27:
		c.close(ctx)
	case n < 28:
		return c.put(0, doctors[c.rng.IntN(len(doctors))].card)
	default:
		c.mail(ctx)
	}
	return nil
}

// finish brings to its end what is there, and tells what is left.
func (c *clerk) finish(ctx context.Context) error {
	for _, f := range c.list(fse.Brouillon, fse.ASigner) {
		_, err := c.d.CancelFSE(ctx, user, f.ID, "fin de l’essai", lot.Call{})
		c.refused("annuler", err)
	}
	for _, l := range c.lots(fse.LotOuvert) {
		if l.FSE > 0 {
			c.closeOne(ctx, l)
		}
	}
	c.papers(ctx)
	c.mail(ctx)
	left := 0
	for _, l := range c.lots(fse.LotOuvert, fse.LotClos) {
		if l.FSE > 0 {
			left++
		}
	}
	c.tell(fact{Did: "reste", Count: left + len(c.list(fse.Brouillon, fse.ASigner))})
	return nil
}

// list are the newest FSE in some states.
func (c *clerk) list(states ...fse.State) []state.FSE {
	l := daemon.FSEList{All: true, Limit: 200}
	for _, s := range states {
		l.States = append(l.States, string(s))
	}
	found, _, err := c.d.ListFSE(console, l)
	c.refused("lister les FSE", err)
	return found
}

// lots are the newest lots in some states.
func (c *clerk) lots(states ...fse.LotState) []state.Lot {
	found, _, err := c.d.Lots("", 200)
	c.refused("lister les lots", err)
	return slices.DeleteFunc(found, func(l state.Lot) bool { return !slices.Contains(states, fse.LotState(l.State)) })
}

// one is any of a list, false of none.
func one[T any](c *clerk, list []T) (x T, ok bool) {
	if len(list) == 0 {
		return x, false
	}
	return list[c.rng.IntN(len(list))], true
}

// bill makes an FSE and signs it, or leaves it for later.
func (c *clerk) bill(ctx context.Context) error {
	i := slices.IndexFunc(doctors, func(d doctorCard) bool { return d.card == c.in[0] })
	w := &drafting{c.rng, c.now()}
	draft, patient, err := w.draft(doctors[i])
	if err != nil {
		return err
	}
	f, err := c.d.CreateFSE(ctx, user, draft, lot.Call{})
	if err != nil {
		return err
	}
	c.tell(fact{Did: "brouillon", FSE: f.ID})
	if draft.Actes[0].Honoraires == nil && !draft.AMO.AME && !draft.AMO.ALD && c.chance(8) {
		c.refused("soins gratuits", c.free(ctx, f.ID))
	}
	if c.chance(10) {
		return nil
	}
	if draft.Mode == fse.Securise {
		if err := c.put(1, patient); err != nil {
			return err
		}
	}
	c.sign(ctx, f.ID)
	return nil
}

// bulk signs some FSE without Vitale at once.
func (c *clerk) bulk(ctx context.Context) error {
	i := slices.IndexFunc(doctors, func(d doctorCard) bool { return d.card == c.in[0] })
	w := &drafting{c.rng, c.now()}
	var ids []string
	for range 2 + c.rng.IntN(7) {
		draft, _, err := w.draft(doctors[i])
		if err != nil {
			return err
		}
		if draft.Mode == fse.Securise {
			draft.Mode, draft.Degrade = fse.Degrade, &fse.Degradation{Motif: "lecteur"}
		}
		f, err := c.d.CreateFSE(ctx, user, draft, lot.Call{})
		if err != nil {
			return err
		}
		ids = append(ids, f.ID)
	}
	list, err := c.d.SignMany(ctx, user, ids, daemon.SignRequest{})
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.Error != nil {
			c.refused("signer", one.Error)
			continue
		}
		c.signed(*one.FSE)
	}
	return nil
}

// free makes soins médicaux gratuits of an FSE, and validates what they cost.
func (c *clerk) free(ctx context.Context, id string) error {
	question, err := c.d.AskSMG(user, id)
	if err != nil {
		return err
	}
	f, err := c.d.ConfirmSMG(ctx, user, id, question.Jeton)
	if err != nil {
		return err
	}
	return c.validate(ctx, f)
}

// validate has the user validate anew what a draft that was made again lacks: that it is
// no duplicate, and what soins médicaux gratuits cost.
func (c *clerk) validate(ctx context.Context, f lot.FSE) error {
	f.Draft.DoublonForce = "essai"
	if f.Draft.Nature.Code == fse.SMG {
		answer, err := c.d.Price(f.Draft)
		if err != nil || answer.Prix == nil {
			return err
		}
		f.Draft.Nature.MontantValide = &answer.Prix.Total.AMO
	}
	_, err := c.d.UpdateFSE(ctx, user, f.ID, f.Draft, lot.Call{})
	return err
}

// sign signs an FSE; one that can't be is told of.
func (c *clerk) sign(ctx context.Context, id string) {
	f, err := c.d.SignFSE(ctx, user, daemon.SignRequest{ID: id}, lot.Call{})
	if err != nil {
		c.refused("signer", err)
		return
	}
	c.signed(f)
}

// signed tells of an FSE that was signed.
func (c *clerk) signed(f lot.FSE) {
	seal, err := c.d.Seal(user, f.ID)
	c.refused("lire le sceau", err)
	sum := sha256.Sum256(seal)
	c.tell(fact{Did: "signee", FSE: f.ID, By: f.NumeroAM(), Number: f.Numero, Seal: hex.EncodeToString(sum[:])})
}

// resume goes on with an FSE that was left: it is signed without the Vitale, or cancelled,
// or ends on paper.
func (c *clerk) resume(ctx context.Context) error {
	shown, ok := one(c, c.list(fse.Brouillon, fse.ASigner))
	if !ok {
		return nil
	}
	f, err := c.d.GetFSE(user, shown.ID)
	if err != nil {
		return err
	}
	switch c.rng.IntN(6) {
	case 0:
		if _, err := c.d.CancelFSE(ctx, user, f.ID, "essai", lot.Call{}); err != nil {
			c.refused("annuler", err)
			return nil
		}
		c.tell(fact{Did: "annulee", FSE: f.ID})
		return nil
	case 1:
		if f.Draft.Mode == fse.Degrade {
			_, err := c.d.PaperFSE(ctx, user, f.ID, lot.Call{})
			c.refused("finir sur papier", err)
			return nil
		}
	}
	if f.Draft.Mode == fse.Securise {
		if f, err = c.d.DegradeFSE(ctx, user, f.ID, "carte-muette", ""); err != nil {
			c.refused("dégrader", err)
			return nil
		}
	}
	c.refused("valider", c.validate(ctx, f))
	if err := c.hold(f.Draft); err != nil {
		return err
	}
	c.sign(ctx, f.ID)
	return nil
}

// hold puts the card of whom a draft names in the reader.
func (c *clerk) hold(d *fse.Draft) error {
	i := slices.IndexFunc(doctors, func(o doctorCard) bool { return o.who.RPPS == d.Professionnel.RPPS })
	return c.put(0, doctors[i].card)
}

// remake makes a rejected FSE again, and may change its mind.
func (c *clerk) remake(ctx context.Context) error {
	shown, ok := one(c, c.list(fse.Rejetee))
	if !ok {
		return nil
	}
	f, err := c.d.RemakeFSE(ctx, user, lot.Remake{FSE: shown.ID}, lot.Call{})
	if err != nil {
		c.refused("refaire", err)
		return nil
	}
	c.tell(fact{Did: "refaite", FSE: f.ID})
	c.refused("valider", c.validate(ctx, f))
	if err := c.hold(f.Draft); err != nil {
		return err
	}
	c.sign(ctx, f.ID)
	if c.chance(5) {
		_, err := c.d.CancelFSE(ctx, user, f.ID, "essai", lot.Call{})
		if err != nil {
			c.refused("annuler", err)
			return nil
		}
		c.tell(fact{Did: "annulee", FSE: f.ID})
	}
	return nil
}
