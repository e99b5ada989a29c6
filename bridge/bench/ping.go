//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// Targets of P3, as ratios to the bare echo.
const (
	pingP50 = 1.5
	pingP99 = 2
)

// slice is how long one server is asked before the other one's turn.
const slice = 250 * time.Millisecond

// measurePing is P3. Each connection sends its next call when the answer is
// there. The servers take turns of a slice, so that the noise of the machine hits
// both; a ratio is the median of those of neighbouring slices.
func measurePing(ctx context.Context, b *bench) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s, err := b.openStand(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	echo, addr, err := b.startEcho(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, echo.stop()) }()
	for _, connections := range []int{1, 64} {
		ours, err := dialMany(ctx, connections, "ws://"+s.addr()+"/v1", s.header, true)
		if err != nil {
			return err
		}
		floor, err := dialMany(ctx, connections, "ws://"+addr+"/echo", nil, false)
		if err != nil {
			return errors.Join(err, ours.close())
		}
		err = b.alternate(connections, ours, floor)
		if err := errors.Join(err, ours.close(), floor.close()); err != nil {
			return err
		}
	}
	return nil
}

// alternate asks both in turn and reports.
func (b *bench) alternate(connections int, ours, floor callers) error {
	var took, bare, p50, p99 []float64
	for i := range b.times(16, 60) {
		var got [2][]float64
		for turn := range 2 {
			who := (i + turn) % 2 // whoever was second goes first next time
			var err error
			if got[who], err = []callers{ours, floor}[who].ask(slice); err != nil {
				return err
			}
		}
		if i == 0 {
			continue // connections, heaps and caches warm up
		}
		took, bare = append(took, got[0]...), append(bare, got[1]...)
		p50 = append(p50, median(got[0])/median(got[1]))
		p99 = append(p99, quantile(got[0], 0.99)/quantile(got[1], 0.99))
	}
	name := fmt.Sprintf("%d connections", connections)
	if connections == 1 {
		name = "1 connection"
	}
	b.keep("P3", name, took)
	b.keep("P3", name+" floor", bare)
	b.keep("P3", name+" ratios p50", p50)
	b.keep("P3", name+" ratios p99", p99)
	const what = "gorilla + encoding/json"
	r := row{Target: "P3", Measure: "ping, " + name + ", p50", Value: median(took), Unit: "µs", Ratio: median(p50)}
	b.add(r.beside(what, median(bare)).ratioAtMost(pingP50))
	r = row{Target: "P3", Measure: "ping, " + name + ", p99", Value: quantile(took, 0.99), Unit: "µs", Ratio: median(p99)}
	b.add(r.beside(what, quantile(bare, 0.99)).ratioAtMost(pingP99))
	return nil
}

// callers are connections to one server.
type callers []*websocket.Conn

// dialMany connects n times; greeted tells whether the server says hello.
func dialMany(ctx context.Context, n int, url string, header http.Header, greeted bool) (callers, error) {
	var all callers
	for range n {
		ws, err := connect(ctx, url, header)
		if err == nil {
			all = append(all, ws)
			if greeted {
				_, _, err = ws.ReadMessage()
			}
		}
		if err != nil {
			return nil, errors.Join(err, all.close())
		}
	}
	return all, nil
}

func (c callers) close() (err error) {
	for _, ws := range c {
		err = errors.Join(err, ws.Close())
	}
	return err
}

// ask calls on all connections at once for that long, and gives how long each
// call took, in µs.
func (c callers) ask(d time.Duration) ([]float64, error) {
	took := make([][]float64, len(c))
	failed := make([]error, len(c))
	var all sync.WaitGroup
	until := monotonic() + d
	for i, ws := range c {
		all.Go(func() { took[i], failed[i] = callUntil(ws, until) })
	}
	all.Wait()
	var list []float64
	for _, t := range took {
		list = append(list, t...)
	}
	return list, errors.Join(failed...)
}

func callUntil(ws *websocket.Conn, until time.Duration) (took []float64, err error) {
	call := pingCall()
	for from := monotonic(); from < until; {
		if err := ws.WriteMessage(websocket.TextMessage, call); err != nil {
			return nil, err
		}
		_, answer, err := ws.ReadMessage()
		now := monotonic()
		if err != nil {
			return nil, err
		}
		if len(took) == 0 && !bytes.Contains(answer, pingEcho()) {
			return nil, fmt.Errorf("cannot measure the ping: it does not come back: %.80s", answer)
		}
		took = append(took, us(now-from))
		from = now
	}
	return took, nil
}

// pingEcho is 1 KiB of JSON such as a front end sends: objects with short names,
// words and numbers.
var pingEcho = sync.OnceValue(func() []byte {
	type line struct {
		Code     string `json:"code"`
		Quantity int    `json:"quantite"`
		Cents    int    `json:"honoraires"`
		Linked   bool   `json:"ald"`
	}
	text, size := []byte("[]"), 1<<10
	for lines := []line{}; len(text) < size; lines = append(lines, line{"G", len(lines), 3000, len(lines)%2 == 0}) {
		text, _ = json.Marshal(lines) // can't fail for such values
	}
	return text
})

func pingCall() []byte {
	return fmt.Appendf(nil, `{"jsonrpc":"2.0","id":1,"method":"system.ping","params":{"echo":%s}}`, pingEcho())
}
