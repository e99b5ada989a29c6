package main

import (
	"context"
	"fmt"
	"os"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/pcsc"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/rig"
)

// openDesk returns the desk of the wanted kind. With pcsc, the program first runs
// itself again where it sees a pcscd of its own only: vpcd lets anybody on the
// network plug cards in. done then says that the demo is over.
func openDesk(e *env, kind string) (d desk, done bool, err error) {
	if kind != "pcsc" {
		return newInMemory(), false, nil
	}
	code, parent, err := rig.Isolate()
	if err != nil {
		return nil, false, err
	}
	if parent {
		os.Exit(code)
	}
	r, err := rig.Start(e, rig.Options{})
	if err != nil {
		return nil, false, err
	}
	return &onPCSC{env: e, rig: r}, false, nil
}

// onPCSC is the desk of a real pcscd with virtual slots.
type onPCSC struct {
	env  *env
	rig  *rig.Rig
	pull [2]context.CancelFunc // takes the card out of its slot
}

func (d *onPCSC) transport() reader.Transport { return pcsc.New() }

// insert plugs the card in; it stays until it is pulled out or the demo ends. Why pcscd
// has lost it is told: nothing else would say so.
func (d *onPCSC) insert(i int, c virtual.Card) error {
	ctx, pull := context.WithCancel(d.env)
	d.pull[i] = pull
	go func() {
		if err := virtual.Serve(ctx, d.rig.Addr(i), c); err != nil {
			fmt.Fprintf(d.env.err, "slot %s: %s\n", slotNames[i], err)
		}
	}()
	return nil
}

func (d *onPCSC) remove(i int) error {
	d.pull[i]()
	return nil
}

func (d *onPCSC) close() {
	for _, pull := range d.pull {
		if pull != nil {
			pull()
		}
	}
	_ = d.rig.Stop()
}
