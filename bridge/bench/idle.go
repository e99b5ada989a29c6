//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Targets of P5. Memory is in MB of 10⁶ bytes.
const (
	idleMemory  = 30
	idleWakeups = 1
	trayMemory  = 10
)

// idlePeriod is how long the processes are watched. Before it they are left alone,
// with -long until Go's collector has run by itself (every two minutes) and has
// given memory back.
const (
	idlePeriod  = 20 * time.Second
	settleShort = 10 * time.Second
	settleLong  = 5 * time.Minute
)

// measureIdle is P5: a day's work through the API with three clients connected,
// then nothing. The floor is the bare echo server with three clients.
func measureIdle(ctx context.Context, b *bench) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := b.openStand(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	d, err := s.live(ctx)
	if err != nil {
		return err
	}
	defer d.clients.close()
	echo, err := b.startFloor(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, echo.stop()) }()
	pids := []int{s.service.pid(), echo.pid()}
	tray, trayErr := b.startTray(ctx, s)
	if trayErr == nil {
		defer func() { err = errors.Join(err, tray.stop()) }()
		pids = append(pids, tray.pid())
	}
	settle := settleShort
	if b.long {
		settle = settleLong
	}
	if err := pause(ctx, settle); err != nil {
		return err
	}
	seen, err := watchIdle(ctx, idlePeriod, pids...)
	if err != nil {
		return err
	}
	b.reportIdle(d, settle, seen[0], seen[1])
	if trayErr != nil {
		b.unmeasured("P5", "agrafe-tray", trayErr.Error())
		return nil
	}
	b.reportTray(seen[2], seen[1])
	return nil
}

// day is a day's work that was done.
type day struct {
	born, worked usage // of agrafed, when it had started and right after the work
	clients      clients
}

// live inserts the cards, connects three clients and does a day's work.
func (s *stand) live(ctx context.Context) (d day, err error) {
	if d.born, err = look(s.service.pid()); err != nil {
		return d, err
	}
	code, err := s.insertRead(ctx, 0, doctor, state.CardCPS)
	if err != nil {
		return d, err
	}
	if _, err = s.insertRead(ctx, 1, patient, state.CardVitale); err != nil {
		return d, err
	}
	if d.clients, err = s.threeClients(ctx); err != nil {
		return d, err
	}
	if err = s.workWithCode(ctx, d.clients[0], code); err == nil {
		d.worked, err = look(s.service.pid())
	}
	if err != nil {
		d.clients.close()
	}
	return d, err
}

type clients []*local.Client

func (s *stand) threeClients(ctx context.Context) (clients, error) {
	var list clients
	for range 3 {
		c, err := s.dial(ctx, func(state.Event) {})
		if err != nil {
			list.close()
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

func (c clients) close() {
	for _, one := range c {
		_ = one.Close() // agrafed may have ended before
	}
}

// workWithCode does the day's work, with a program that types the code when asked.
func (s *stand) workWithCode(ctx context.Context, c *local.Client, code string) error {
	ctx, cancel := context.WithCancel(ctx)
	typing := make(chan error, 1)
	go func() {
		typing <- local.Answer(ctx, s.cfg.ControlSocket(), func(local.Question) local.Reply { return local.Reply{Code: []byte(code)} })
	}()
	err := work(ctx, c)
	cancel()
	return errors.Join(err, <-typing)
}

// startFloor runs the echo server with three clients, who stay until ctx ends.
func (b *bench) startFloor(ctx context.Context) (*child, error) {
	echo, addr, err := b.startEcho(ctx)
	if err != nil {
		return nil, err
	}
	all, err := dialMany(ctx, 3, "ws://"+addr+"/echo", nil, false)
	if err == nil {
		_, err = all.ask(slice)
	}
	if err != nil {
		return nil, errors.Join(err, echo.stop())
	}
	context.AfterFunc(ctx, func() { _ = all.close() })
	return echo, nil
}

func (b *bench) reportIdle(d day, settle time.Duration, seen, floor idle) {
	b.keep("P5", "rss at start, after work, idle", []float64{d.born.rss, d.worked.rss, seen.last.rss})
	const what = "idle gorilla server"
	u := seen.last
	r := row{Target: "P5", Measure: "agrafed, RSS idle", Value: u.rss, Unit: "MB", Note: fmt.Sprintf(
		"%s after the work: %d FSE signed, 3 clients; %.1f MB its own, %.1f MB of files; at start %.1f MB, right after the work %.1f MB, peak %.1f MB",
		settle+idlePeriod, dayOfWork, u.anon, u.file, d.born.rss, d.worked.rss, u.peak)}
	b.add(r.beside(what, floor.last.rss).atMost(idleMemory))
	r = row{Target: "P5", Measure: "agrafed, wake-ups idle", Value: seen.wakeups, Unit: "/s", Note: fmt.Sprintf(
		"context switches of all threads over %s", idlePeriod)}
	b.add(r.beside(what, floor.wakeups).atMost(idleWakeups))
	r = row{Target: "P5", Measure: "agrafed, CPU idle", Value: seen.cpu, Unit: "‰"}
	b.add(r.beside(what, floor.cpu))
}

func (b *bench) reportTray(seen, floor idle) {
	const what = "idle gorilla server"
	u := seen.last
	r := row{Target: "P5", Measure: "agrafe-tray, RSS idle", Value: u.rss, Unit: "MB", Note: fmt.Sprintf(
		"on a D-Bus of its own without a tray host; %.1f MB its own, %.1f MB of files", u.anon, u.file)}
	b.add(r.beside(what, floor.last.rss).atMost(trayMemory))
	r = row{Target: "P5", Measure: "agrafe-tray, wake-ups idle", Value: seen.wakeups, Unit: "/s"}
	b.add(r.beside(what, floor.wakeups))
	r = row{Target: "P5", Measure: "agrafe-tray, CPU idle", Value: seen.cpu, Unit: "‰"}
	b.add(r.beside(what, floor.cpu))
}
