package main

import (
	"context"
	"sync"
	"time"

	"fyne.io/systray"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// defaultSocket is the control socket of a service with its defaults.
const defaultSocket = "/run/agrafe/control.sock"

// retryEvery is how often an absent service is looked for.
const retryEvery = 3 * time.Second

// tray follows the service and shows its state.
type tray struct {
	socket string
	words  *catalog
	ctx    context.Context
	cancel context.CancelFunc
	ended  sync.WaitGroup
}

func newTray(socket string, words *catalog) *tray {
	ctx, cancel := context.WithCancel(context.Background())
	return &tray{socket: socket, words: words, ctx: ctx, cancel: cancel}
}

// start is called when the desktop is ready for an icon.
func (t *tray) start() {
	systray.SetTitle(t.words.Title)
	t.show(look(nil, t.words))
	t.ended.Go(t.follow)
}

// stop is called when the icon is gone.
func (t *tray) stop() {
	t.cancel()
	t.ended.Wait()
}

// follow shows the service's state, and looks for the service while it is away.
func (t *tray) follow() {
	for t.ctx.Err() == nil {
		t.session()
		t.show(look(nil, t.words))
		select {
		case <-t.ctx.Done():
		case <-time.After(retryEvery):
		}
	}
}

// session is one connection to the service.
func (t *tray) session() {
	news := make(chan struct{}, 1)
	c, err := local.DialSocket(t.ctx, t.socket, func(state.Event) {
		select {
		case news <- struct{}{}:
		default: // what is on its way shows this event too
		}
	})
	if err != nil {
		return
	}
	defer c.Close()
	snapshot := c.Hello.Snapshot
	for {
		t.show(look(&snapshot, t.words))
		select {
		case <-news:
			if c.Call(t.ctx, "system.snapshot", nil, &snapshot) != nil {
				return
			}
		case <-c.Done():
			return
		case <-t.ctx.Done():
			return
		}
	}
}

// show builds the menu anew.
func (t *tray) show(v view) {
	systray.SetIcon(icon(v.mood))
	systray.SetTooltip(t.words.Title + " : " + v.state)
	systray.ResetMenu()
	systray.AddMenuItem(v.state, "").Disable()
	systray.AddSeparator()
	for _, line := range append(v.cards, v.queue...) {
		systray.AddMenuItem(line, "").Disable()
	}
	systray.AddSeparator()
	quit := systray.AddMenuItem(t.words.Quit, t.words.QuitHint)
	go func() {
		if _, clicked := <-quit.ClickedCh; clicked {
			systray.Quit()
		}
	}()
}
