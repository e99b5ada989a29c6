//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/pcsc"
)

// roleWatch is the argument that makes this program the floor of P1: whatever waits for the readers and writes a frame
// for each change cannot do less.
const roleWatch = "watcher"

// noticed is a frame of the watcher: a slot, and when the wait for it returned.
type noticed struct {
	Stamp    time.Duration `json:"stamp"` // CLOCK_MONOTONIC
	Reader   string        `json:"reader"`
	Presence uint8         `json:"presence"`
	Events   uint32        `json:"events"`
	at       time.Duration // when the frame had arrived, at the receiver
}

// serveWatch serves the watcher's frames on a free port, and prints where.
func serveWatch() error {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := new(websocket.Upgrader).Upgrade(w, r, nil)
		if err != nil {
			return // the upgrader has answered
		}
		defer ws.Close()
		if err := watchReaders(ws); err != nil {
			fmt.Fprintln(os.Stderr, "watcher:", err)
		}
	}))
}

// watchReaders writes a frame for each slot that changes.
func watchReaders(ws *websocket.Conn) error {
	watch, err := pcsc.New().Watch()
	if err != nil {
		return err
	}
	defer watch.Close()
	known, err := watch.Wait(nil, 0)
	if err != nil {
		return err
	}
	for {
		slots, err := watch.Wait(known, time.Minute)
		stamp := monotonic()
		if err != nil {
			return err
		}
		for i, s := range slots {
			if i < len(known) && known[i].Equal(s) {
				continue
			}
			if err := ws.WriteJSON(noticed{Stamp: stamp, Reader: s.Reader, Presence: uint8(s.Presence), Events: s.Events}); err != nil {
				return err
			}
		}
		known = slots
	}
}

// followWatcher gives the frames of the watcher, until the connection ends.
func followWatcher(ws *websocket.Conn) <-chan noticed {
	seen := make(chan noticed, 256)
	go func() {
		defer close(seen)
		for {
			var n noticed
			_, r, err := ws.NextReader()
			if err != nil {
				return
			}
			at := monotonic()
			if err := decode(r, &n); err != nil {
				return
			}
			n.at = at
			seen <- n
		}
	}()
	return seen
}

// measureCard is P1: a Vitale goes in and out of a vpcd slot; both processes wait
// on the same pcscd.
func measureCard(ctx context.Context, b *bench) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := b.openStand(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	watcher, addr, err := startServer(ctx, "/proc/self/exe", roleWatch)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, watcher.stop()) }()
	floor, err := connect(ctx, "ws://"+addr+"/", nil)
	if err != nil {
		return err
	}
	defer floor.Close()
	service, err := s.connect(ctx)
	if err != nil {
		return err
	}
	defer service.Close()
	m := moves{stand: s, watched: followWatcher(floor), told: follow(service)}
	for range b.times(40, 100) {
		if err := m.inAndOut(ctx); err != nil {
			return err
		}
	}
	b.reportMoves("card in", "in", m.in, m.inFloor)
	b.reportMoves("card out", "out", m.out, m.outFloor)
	return nil
}

// moves collects what insertions and removals gave, in ms.
type moves struct {
	stand             *stand
	watched           <-chan noticed
	told              <-chan sighting
	in, out           []float64
	inFloor, outFloor []float64
}

// inAndOut plugs a card in, waits until agrafed has read it, and pulls it out.
func (m *moves) inAndOut(ctx context.Context) error {
	card, _, err := openCard(patient)
	if err != nil {
		return err
	}
	remove := m.stand.insert(ctx, 0, card)
	defer remove()
	took, floor, err := m.one(ctx, reader.Present, state.CardVitale)
	if err != nil {
		return err
	}
	m.in, m.inFloor = append(m.in, took), append(m.inFloor, floor)
	_, err = await(ctx, m.told, "the reading of the card", func(s sighting) bool {
		return s.event.Card != nil && s.event.Card.State == state.CardVitale && s.event.Card.Read
	})
	if err != nil {
		return err
	}
	remove()
	if took, floor, err = m.one(ctx, reader.Empty, state.CardAbsent); err != nil {
		return err
	}
	m.out, m.outFloor = append(m.out, took), append(m.outFloor, floor)
	return nil
}

// one waits for one change at both, and gives the time from the watcher's stamp
// to agrafed's frame, then to the watcher's own frame.
func (m *moves) one(ctx context.Context, p reader.Presence, wanted state.CardState) (took, floor float64, err error) {
	w, err := await(ctx, m.watched, "the watcher", func(n noticed) bool { return n.Presence == uint8(p) })
	if err != nil {
		return 0, 0, err
	}
	d, err := await(ctx, m.told, "agrafed's event", func(s sighting) bool {
		c := s.event.Card
		return c != nil && c.State == wanted && c.EventCounter == w.Events
	})
	return ms(d.at - w.Stamp), ms(w.at - w.Stamp), err
}

// Targets of P1, in ms.
const (
	cardP50 = 1
	cardP99 = 10
)

func (b *bench) reportMoves(what, series string, took, floor []float64) {
	b.keep("P1", series, took)
	b.keep("P1", series+" floor", floor)
	const bare = "watcher + bare frame"
	for _, q := range []struct {
		name  string
		share float64
		limit float64
	}{{"p50", 0.5, cardP50}, {"p99", 0.99, cardP99}} {
		r := row{Target: "P1", Measure: what + " → frame, " + q.name, Value: quantile(took, q.share), Unit: "ms"}
		b.add(r.beside(bare, quantile(floor, q.share)).atMost(q.limit))
	}
}
