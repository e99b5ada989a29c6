package daemon

import (
	"slices"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// awaitCode tells front ends that the reader of the card held waits for the code to be
// typed on it, or no longer. That it no longer does is told whatever card is in it now.
func (d *desk) awaitCode(h held, awaited bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := slices.IndexFunc(d.places, func(p *place) bool { return p.owner == h.owner })
	if i < 0 || d.places[i].awaited == awaited {
		return
	}
	d.places[i].awaited = awaited
	d.publishCard(d.places[i])
}

// setPinpad records whether a code can be typed on the reader of p, which a driver
// tells only of a reader with a card in it. The mutex is held.
func (d *desk) setPinpad(p *place, pinpad bool) {
	if p.reader.Pinpad == pinpad {
		return
	}
	p.reader.Pinpad = pinpad
	shown := p.reader
	d.publish(state.Event{Type: state.EventReader, Reader: &shown})
}
