package bridge

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

var connections = flag.Int("connections", 2000, "connections of the leak test")

// eventually waits for ok, which what describes.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !ok() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("still not: %s", what)
		}
	}
}

func descriptors(t testing.TB) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// worstOf calls ping on c until stop, and gives the longest wait.
func worstOf(c *client, stop <-chan struct{}) time.Duration {
	worst := time.Duration(0)
	for {
		begun := time.Now()
		c.alive()
		worst = max(worst, time.Since(begun))
		select {
		case <-stop:
			return worst
		default:
		}
	}
}

// A request that does not come to its end is given up after the header time-out,
// however slowly it goes on.
func TestS10SlowLoris(t *testing.T) {
	r := start(t)
	other := r.dial(t)
	loris := map[string]string{
		"nothing":       "",
		"half a line":   "GET /v1 HT",
		"half a header": "GET /v1 HTTP/1.1\r\nHost: 127.0.0.1:" + r.port() + "\r\n",
	}
	var all sync.WaitGroup
	for name, begin := range loris {
		for _, door := range [][2]string{{"tcp", r.addr()}, {"unix", r.cfg.ControlSocket()}} {
			all.Go(func() {
				begun := time.Now()
				c, err := net.Dial(door[0], door[1])
				if err != nil {
					t.Error(err)
					return
				}
				defer c.Close()
				_, _ = io.WriteString(c, begin)
				ended := make(chan struct{})
				go func() {
					defer close(ended)
					_ = c.SetReadDeadline(time.Now().Add(patience))
					_, _ = io.Copy(io.Discard, c)
				}()
				drip := time.NewTicker(100 * time.Millisecond)
				defer drip.Stop()
				for {
					select {
					case <-drip.C:
						if strings.HasSuffix(begin, "\n") {
							_, _ = io.WriteString(c, "X: 1\r\n")
						}
					case <-ended:
						if took := time.Since(begun); took < headerTimeout-time.Second || took > patience/2 {
							t.Errorf("%s on %s: ended after %v", name, door[0], took)
						}
						return
					}
				}
			})
		}
	}
	stop := make(chan struct{})
	go func() { all.Wait(); close(stop) }()
	if worst := worstOf(other, stop); worst > starving {
		t.Errorf("another client waited for %v", worst)
	}
}

// Half-open sockets delay nobody, and are gone after the header time-out.
func TestS10HalfOpenSockets(t *testing.T) {
	r := start(t)
	other := r.dial(t)
	before := descriptors(t)
	var open []net.Conn
	for range 1000 {
		c, err := net.Dial("tcp", r.addr())
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, c)
		if len(open)%100 == 0 {
			other.alive()
		}
	}
	r.dial(t).alive() // a newcomer gets in beside them
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for _, c := range open {
			_ = c.SetReadDeadline(time.Now().Add(patience))
			_, _ = io.Copy(io.Discard, c)
			_ = c.Close()
		}
	}()
	if worst := worstOf(other, stop); worst > starving {
		t.Errorf("another client waited for %v", worst)
	}
	eventually(t, "descriptors given back", func() bool { return descriptors(t) <= before+10 })
}

// Handshakes that are refused, hundreds of them, cost little and delay nobody. How many a
// second takes is a matter of the machine: it is told, and has to be more than of those
// that wait for something.
func TestS10RefusedHandshakes(t *testing.T) {
	r := start(t)
	other := r.dial(t)
	requests := []string{
		upgradeTo("/v1", "Host: "+r.addr(), "Origin: https://evil.example"),
		upgradeTo("/v1", "Host: evil.example"),
		upgradeTo("/v1", "Host: "+r.addr(), "Authorization: Bearer X"),
	}
	goroutines, begun := runtime.NumGoroutine(), time.Now()
	stop := make(chan struct{})
	const count = 600
	go func() {
		defer close(stop)
		for i := range count {
			answer := ask(t, "tcp", r.addr(), once(requests[i%len(requests)]))
			if !strings.HasPrefix(answer, "HTTP/1.1 4") {
				t.Errorf("the answer is %q", answer)
			}
		}
	}()
	if worst := worstOf(other, stop); worst > starving {
		t.Errorf("another client waited for %v", worst)
	}
	rate := count / time.Since(begun).Seconds()
	if t.Logf("%.0f refusals in a second", rate); rate < 20 {
		t.Error("something is waited for before each refusal")
	}
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= goroutines+2 })
}

// Clients beyond the limit are refused, and let in when another leaves.
func TestConnectionsAreBounded(t *testing.T) {
	r := start(t)
	dialer, header := r.dialer(t)
	open := make([]*websocket.Conn, maxConnections)
	for i := range open {
		ws, _, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		defer ws.Close()
		open[i] = ws
	}
	_, answer, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
	if err == nil || answer.StatusCode != http.StatusServiceUnavailable {
		t.Fatalf("one more: %v", err)
	}
	_ = open[0].Close()
	eventually(t, "a place free", func() bool {
		ws, _, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
		if err == nil {
			_ = ws.Close()
		}
		return err == nil
	})
}

// After many connections nothing is left of them: no goroutine, no descriptor, no
// place taken.
func TestS40NothingLeaks(t *testing.T) {
	r := start(t, "medecin-secteur1")
	stayed := r.dial(t)
	stayed.settled(r)
	stayed.alive() // all that serves it has begun
	goroutines, files := runtime.NumGoroutine(), descriptors(t)
	work := make(chan int)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for i := range work {
				if err := r.visit(t, i); err != nil {
					t.Errorf("connection %d: %v", i, err)
				}
			}
		})
	}
	for i := range *connections {
		work <- i
	}
	close(work)
	workers.Wait()
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= goroutines })
	eventually(t, "descriptors given back", func() bool { return descriptors(t) <= files })
	eventually(t, "places free", func() bool { return r.server.places.taken() == 1 })
	stayed.alive()
	r.stop()
	if n := r.server.places.taken(); n != 0 {
		t.Errorf("%d places taken after the stop", n)
	}
}

// visit connects, and leaves in one of the ways that clients have.
func (r *rig) visit(t *testing.T, i int) error {
	dialer, header := r.dialer(t)
	ws, _, err := dialer.Dial("ws://"+r.addr()+"/v1", header)
	if err != nil {
		return err
	}
	defer ws.Close()
	tcp := ws.NetConn().(*net.TCPConn)
	switch i % 5 {
	case 0: // at once
	case 1: // with a reset, in the middle of a frame
		_ = tcp.SetLinger(0)
		_, _ = tcp.Write([]byte{0x81, 0xFE})
	case 2: // with a call under way
		return ws.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"method":"cards.readCPS"}`))
	case 3: // politely
		if _, _, err := ws.ReadMessage(); err != nil {
			return err
		}
		_ = ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, ""), time.Now().Add(patience))
		_, _, err := ws.ReadMessage()
		if !websocket.IsCloseError(err, websocket.CloseNormalClosure) {
			return fmt.Errorf("the close is answered with %w", err)
		}
	case 4: // after an answer
		if err := ws.WriteMessage(websocket.TextMessage, []byte(`{"jsonrpc":"2.0","id":1,"method":"system.ping","params":{"echo":1}}`)); err != nil {
			return err
		}
		for range 2 {
			if _, _, err := ws.ReadMessage(); err != nil {
				return err
			}
		}
	}
	return nil
}

// A stop ends every connection, says why, and leaves nothing.
func TestStop(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	r := start(t)
	clients := make([]*client, 50)
	for i := range clients {
		clients[i] = r.dial(t)
	}
	r.stop()
	for _, c := range clients {
		if err := c.end(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
			t.Errorf("ended with %v", err)
		}
		_ = c.ws.Close()
	}
	eventually(t, "goroutines ended", func() bool { return runtime.NumGoroutine() <= goroutines })
}
