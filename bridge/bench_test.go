package bridge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// BenchmarkPing measures a call with 1 KiB beside the same bytes sent to a server
// that only decodes and encodes them: what the door itself costs.
func BenchmarkPing(b *testing.B) {
	const head, tail = `{"jsonrpc":"2.0","id":1,"method":"system.ping","params":{"echo":"`, `"}}`
	call := []byte(head + strings.Repeat("x", 1024-len(head)-len(tail)) + tail)
	echo := httptest.NewServer(http.HandlerFunc(bareEcho))
	defer echo.Close()
	for _, n := range []int{1, 64} {
		b.Run(fmt.Sprintf("agrafe/connections=%d", n), func(b *testing.B) {
			r := start(b)
			dialer, header := r.dialer(b)
			exchange(b, n, call, func() *websocket.Conn {
				ws, _, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
				if err != nil {
					b.Fatal(err)
				}
				if _, _, err := ws.ReadMessage(); err != nil { // hello
					b.Fatal(err)
				}
				return ws
			})
		})
		b.Run(fmt.Sprintf("bare/connections=%d", n), func(b *testing.B) {
			exchange(b, n, call, func() *websocket.Conn {
				ws, _, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(echo.URL, "http"), nil)
				if err != nil {
					b.Fatal(err)
				}
				return ws
			})
		})
	}
}

// bareEcho is gorilla and encoding/json without anything else.
func bareEcho(w http.ResponseWriter, r *http.Request) {
	ws, err := new(websocket.Upgrader).Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer ws.Close()
	for {
		var m struct {
			Version string          `json:"jsonrpc"`
			ID      json.RawMessage `json:"id"`
			Method  string          `json:"method"`
			Params  any             `json:"params"`
		}
		if ws.ReadJSON(&m) != nil || ws.WriteJSON(map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": m.Params}) != nil {
			return
		}
	}
}

// exchange sends call and reads one message, b.N times over n connections.
func exchange(b *testing.B, n int, call []byte, dial func() *websocket.Conn) {
	b.Helper()
	all := make([]*websocket.Conn, n)
	for i := range all {
		all[i] = dial()
		defer all[i].Close()
	}
	var mu sync.Mutex // protects took
	var took []time.Duration
	var workers sync.WaitGroup
	b.ResetTimer()
	for i, ws := range all {
		rounds := b.N / n
		if i < b.N%n {
			rounds++
		}
		workers.Go(func() {
			mine := make([]time.Duration, 0, rounds)
			for range rounds {
				begun := time.Now()
				if err := ws.WriteMessage(websocket.TextMessage, call); err != nil {
					b.Error(err)
					return
				}
				if _, text, err := ws.ReadMessage(); err != nil || len(text) < 900 {
					b.Errorf("%d bytes, %v", len(text), err)
					return
				}
				mine = append(mine, time.Since(begun))
			}
			mu.Lock()
			defer mu.Unlock()
			took = append(took, mine...)
		})
	}
	workers.Wait()
	b.StopTimer()
	report(b, took)
}

// report gives the median and the 99th percentile in µs.
func report(b *testing.B, took []time.Duration) {
	b.Helper()
	if len(took) == 0 {
		b.Fatal("nothing was measured")
	}
	slices.Sort(took)
	at := func(part float64) float64 { return float64(took[int(part*float64(len(took)-1))].Nanoseconds()) / 1000 }
	b.ReportMetric(at(0.50), "p50-µs")
	b.ReportMetric(at(0.99), "p99-µs")
}

// BenchmarkHello measures what a page waits for: from the connection to the hello
// with two cards in it.
func BenchmarkHello(b *testing.B) {
	r := start(b, "medecin-secteur1", "patient")
	r.dial(b).settled(r)
	dialer, header := r.dialer(b)
	took := make([]time.Duration, 0, b.N)
	for b.Loop() {
		begun := time.Now()
		ws, _, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
		if err != nil {
			b.Fatal(err)
		}
		_, text, err := ws.ReadMessage()
		if err != nil || !strings.Contains(string(text), `"holder"`) {
			b.Fatalf("%v: %.200s", err, text)
		}
		took = append(took, time.Since(begun))
		_ = ws.Close()
	}
	report(b, took)
}
