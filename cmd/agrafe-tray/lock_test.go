//go:build desktop

package main

import (
	"context"
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// A locker that tells the session, and not logind, has the code forgotten all the same.
func TestLockedScreenForgetsTheCode(t *testing.T) {
	s, readers := newSession(t, true), virtual.NewReaders("Lecteur")
	d := serve(t, folder(t), readers, func(c *daemon.Config) { c.PIN.Policy = daemon.PINSession })
	if err := readers.Insert("Lecteur", professional(t)); err != nil {
		t.Fatal(err)
	}
	s.run(t, d.socket())
	i := s.icon(t)
	i.shows(t, "CLAIRE ESSAI")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ready := make(chan bool, 1)
	go func() {
		_ = local.Attach(ctx, d.socket(), local.Answers{Ready: func() { ready <- true },
			Code: func(context.Context, local.Question) local.Reply { return local.Reply{Code: []byte(goodCode)} }})
	}()
	<-ready
	kept := func() bool { return d.daemon.Snapshot().Cards[0].CodeKept }
	for _, locker := range []string{"org.freedesktop.ScreenSaver", "org.gnome.ScreenSaver"} {
		if err := d.client(t).Call(ctx, "cards.openPinSession", nil, nil); err != nil {
			t.Fatal(err)
		}
		if !kept() {
			t.Fatal("no code is kept")
		}
		if err := s.bus.Emit("/ScreenSaver", locker+".ActiveChanged", true); err != nil {
			t.Fatal(err)
		}
		eventually(t, func() string {
			if kept() {
				return locker + ": the code is kept"
			}
			return ""
		})
	}
}
