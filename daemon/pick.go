package daemon

import (
	"context"
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// pick holds the place with the card of the wanted state: in the reader id, or
// in the only reader that has one when id is "". It waits until the card was read,
// and has it read once more if that failed in a way that may pass.
func (d *desk) pick(ctx context.Context, id string, wanted state.CardState) (held, error) {
	for again := true; ; {
		h, reading, err := d.choose(id, wanted, again)
		if reading == nil {
			return h, err
		}
		again = again && h.card.Problem == nil
		select {
		case <-reading:
		case <-ctx.Done():
			return held{}, reader.Fail(reader.Canceled, "read the card")
		}
	}
}

// choose finds the place. While its card is being read it returns a channel that
// is closed when that is over; the card may be another one then. With again, a
// card that could not be read is read anew.
func (d *desk) choose(id string, wanted state.CardState, again bool) (held, <-chan struct{}, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var found []*place
	for _, p := range d.places {
		if (id == "" || p.reader.ID == id) && p.card.State == wanted {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		return held{}, nil, d.missing(id, wanted)
	}
	if len(found) > 1 {
		return held{}, nil, &state.Error{Kind: state.Invalid, Code: "PLUSIEURS_CARTES", Path: "reader", Retryable: true,
			Message: "Plusieurs cartes conviennent : précisez le lecteur ou n'en laissez qu'une."}
	}
	p := found[0]
	h := p.hold()
	problem := p.card.Problem
	switch {
	case !p.card.Read:
		return h, p.read, nil
	case problem != nil && problem.Retryable && again && !d.closed:
		p.card.Read, p.card.Problem = false, nil
		d.publishCard(p)
		d.startReading(p)
		return h, p.read, nil
	case problem != nil:
		return held{}, nil, problem
	}
	return h, nil, nil
}

// still says whether the card held is where it was: it costs no command.
func (d *desk) still(h held) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(d.places, func(p *place) bool {
		return p.reader.ID == h.reader.ID && p.slot.Events == h.counter && p.slot.Presence == reader.Present
	})
}

// missing says why there is no card of the wanted state.
func (d *desk) missing(id string, wanted state.CardState) error {
	const op = "find the card"
	if !d.service.Up {
		return reader.Fail(reader.ServiceDown, op)
	}
	mute, any := false, false
	for _, p := range d.places {
		if id == "" || p.reader.ID == id {
			any = true
			mute = mute || p.card.State == state.CardMute
		}
	}
	switch {
	case !any:
		return reader.Fail(reader.NoReader, op)
	case mute:
		return reader.Fail(reader.CardMute, op)
	}
	e := Failure(reader.Fail(reader.NoCard, op))
	switch wanted {
	case state.CardCPS:
		e.Code, e.Message = "CPS_ABSENTE", "Aucune carte de professionnel (CPS) dans un lecteur. Insérez-la."
	case state.CardVitale:
		e.Code, e.Message = "VITALE_ABSENTE", "Aucune Carte Vitale dans un lecteur. Insérez-la, ou facturez en mode dégradé."
	}
	return e
}
