package daemon

import (
	"context"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
)

// pick holds the place with the card of the wanted state: in the reader id, or
// in the only reader that has one when id is "". It waits until the card was read.
func (d *desk) pick(ctx context.Context, id string, wanted state.CardState) (held, error) {
	p, read, err := d.choose(id, wanted)
	if err != nil {
		return held{}, err
	}
	if read != nil {
		select {
		case <-read:
		case <-ctx.Done():
			return held{}, reader.Fail(reader.Canceled, "read the card")
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case p.card.State != wanted:
		return held{}, reader.Fail(reader.CardRemoved, "read the card")
	case p.card.Problem != nil:
		return held{}, p.card.Problem
	}
	return p.hold(), nil
}

func (d *desk) choose(id string, wanted state.CardState) (*place, <-chan struct{}, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	var found []*place
	for _, p := range d.places {
		if (id == "" || p.reader.ID == id) && p.card.State == wanted {
			found = append(found, p)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], found[0].read, nil
	case len(found) > 1:
		return nil, nil, &state.Error{Kind: state.Invalid, Code: "PLUSIEURS_CARTES", Path: "reader", Retryable: true,
			Message: "Plusieurs cartes conviennent : précisez le lecteur ou n'en laissez qu'une."}
	}
	return nil, nil, d.missing(id, wanted)
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
