//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
)

// trayProcess is agrafe-tray and its bus.
type trayProcess struct{ tray, bus *child }

func (t *trayProcess) pid() int { return t.tray.pid() }

func (t *trayProcess) stop() error { return errors.Join(t.tray.stop(), t.bus.stop()) }

// startTray runs agrafe-tray on a D-Bus of its own, connected to agrafed.
func (b *bench) startTray(ctx context.Context, s *stand) (*trayProcess, error) {
	daemon, err := exec.LookPath("dbus-daemon")
	if err != nil {
		return nil, fmt.Errorf("no D-Bus: install the package dbus (%w)", err)
	}
	program, err := b.build(ctx, "cmd/agrafe-tray")
	if err != nil {
		return nil, err
	}
	bus, err := start(ctx, nil, daemon, "--session", "--nofork", "--print-address")
	if err != nil {
		return nil, err
	}
	address, err := bus.line()
	if err != nil {
		return nil, err
	}
	tray, err := start(ctx, []string{"DBUS_SESSION_BUS_ADDRESS=" + address}, program, "-control", s.cfg.ControlSocket())
	if err != nil {
		return nil, errors.Join(err, bus.stop())
	}
	return &trayProcess{tray, bus}, nil
}
