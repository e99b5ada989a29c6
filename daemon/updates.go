package daemon

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/release"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// updates is what is known of newer versions; nil where nobody is asked.
type updates struct{ known atomic.Pointer[state.Update] }

// followUpdates asks for newer versions until ctx ends, if the configuration says so.
func (d *Daemon) followUpdates(ctx context.Context) {
	source, err := d.cfg.Update.Source()
	if err != nil || !d.cfg.Update.Enabled {
		return
	}
	release.NewKeeper(source, d.deps.Version, d.cfg.updateFile(), d.log, d.noteUpdate).Run(ctx)
}

// noteUpdate keeps and tells what is known now.
func (d *Daemon) noteUpdate(s release.Status) {
	u := state.Update{Version: s.Version, Notes: s.Notes, Published: moment(s.Published), Asked: moment(s.Asked)}
	if s.Err != nil {
		u.Problem = s.Err.Error()
	}
	d.updates.known.Store(&u)
	d.hub.publish(state.Event{Type: state.EventUpdate, Update: &u})
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
