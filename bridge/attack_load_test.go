package bridge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// latencies calls ping on c until stop, and gives the quantile q of the waits.
func latencies(c *client, stop <-chan struct{}, q float64) time.Duration {
	var all []time.Duration
	for {
		begun := time.Now()
		c.alive()
		all = append(all, time.Since(begun))
		select {
		case <-stop:
			slices.Sort(all)
			return all[int(q*float64(len(all)-1))]
		default:
			time.Sleep(time.Millisecond)
		}
	}
}

// A page that sends as much rubbish as it can is read no faster than its rate, be
// its frames calls or not, and the others are served.
func TestS13FloodOfRubbish(t *testing.T) {
	const flood = time.Second // who is not served waits until it has passed
	floods := map[string]string{
		"no JSON":          "{" + strings.Repeat(" ", 200_000),
		"no call":          `{"x":"` + strings.Repeat("x", 200_000) + `"}`,
		"unknown method":   `{"jsonrpc":"2.0","id":1,"method":"x","params":"` + strings.Repeat("x", 200_000) + `"}`,
		"forbidden method": `{"jsonrpc":"2.0","id":1,"method":"journal.stats","params":"` + strings.Repeat("x", 200_000) + `"}`,
	}
	for name, frame := range floods {
		t.Run(name, func(t *testing.T) {
			r := start(t)
			_, c := r.visitor(t, ehr, scopeReaders)
			other := r.dial(t)
			stop := make(chan struct{})
			sent := 0
			go func() {
				defer close(stop)
				end := time.Now().Add(flood)
				for time.Now().Before(end) && c.ws.WriteMessage(websocket.TextMessage, []byte(frame)) == nil {
					sent++
				}
			}()
			p99 := latencies(other, stop, 0.99)
			// The burst, twice the rate (one that is refused, one for the time that it took),
			// and what the system's buffers hold.
			if most := int(webConnection.burst+2*webConnection.rate) + 60; sent > most {
				t.Errorf("%d frames went out in %v", sent, flood)
			}
			c.answer()
			if p99 > flood {
				t.Errorf("another client waited for %v", p99)
			}
		})
	}
}

// However many connections a page opens, the other sites and the programs of this
// machine come in: one of them will revoke it.
func TestS10PageThatTakesAllPlaces(t *testing.T) {
	r := start(t)
	p, _ := r.visitor(t, ehr, scopeReaders)
	for i := 1; i < maxOfOrigin; i++ {
		if c, _ := p.dial("auth"); c == nil {
			t.Fatal(i)
		}
	}
	if code := p.status("/v1", subprotocol); code != http.StatusServiceUnavailable {
		t.Fatalf("one more gets %d", code)
	}
	_, other := r.visitor(t, "https://other.example", scopeReaders)
	other.alive()
	r.dialControl(t).alive()
	r.dial(t).mustCall("origins.revoke", fmt.Sprintf(`{"origin":%q}`, ehr), nil)
	eventually(t, "its places are free", func() bool { return r.server.places.taken() == 3 })
}

// The places of all pages together leave some for the programs of this machine.
func TestPlaces(t *testing.T) {
	p := newPlaces()
	site := func(i int) visitor {
		return visitor{web: true, origin: mustOrigin(t, fmt.Sprintf("https://site%d.example", i))}
	}
	taken := func(v visitor) (n int) {
		for p.take(v) {
			n++
		}
		return n
	}
	got := []int{taken(site(1)), taken(site(2)), taken(site(3)), taken(visitor{local: true}), taken(visitor{})}
	if want := []int{maxOfOrigin, maxOfPages - maxOfOrigin, 0, maxConnections - maxOfPages, 0}; !slices.Equal(got, want) {
		t.Errorf("places: %v, want %v", got, want)
	}
	for range maxOfOrigin {
		p.leave(site(1))
	}
	if n := taken(site(3)); n != maxOfOrigin || len(p.origin) != 2 {
		t.Errorf("%d places after an origin has left, %d origins", n, len(p.origin))
	}
	if maxStrangers >= maxOfOrigin {
		t.Error("strangers alone fill the places of an origin")
	}
}

// Two hundred clients at once, half of them hostile: each of the others is answered
// what it asked, and is told of nothing else.
func TestS17TwoHundredAtOnce(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	r.dial(t).settled(r)
	hostile := []string{"[", `[{"jsonrpc":"2.0","id":1,"method":"system.ping"}]`, `{"jsonrpc":"2.0","id":{},"method":"system.ping"}`,
		`{"jsonrpc":"2.0","id":1,"id":2,"method":"system.ping"}`, `{"jsonrpc":"2.0","method":"fse.signMany","params":{"ids":[]}}`,
		`{"jsonrpc":"2.0","id":1,"method":"jobs.cancel","params":{"id":"x"}}`, "\xff", strings.Repeat("[", 5000)}
	const sites = 200 // one each: the pages of a site share their FSE
	for i := range sites {
		r.let(t, fmt.Sprintf("https://site%d.example", i), scopeReaders, scopeCards, scopeFSE)
	}
	var all sync.WaitGroup
	for i := range 200 { // one after the other: more than maxStrangers together would push each other out
		c, _ := r.page(t, fmt.Sprintf("https://site%d.example", i%sites)).dial("enrol")
		all.Go(func() {
			if i%2 == 1 {
				for j := range 20 {
					if c.ws.WriteMessage(websocket.TextMessage, []byte(hostile[(i+j)%len(hostile)])) != nil {
						t.Errorf("client %d was closed", i)
						return
					}
				}
				return
			}
			var f made
			c.mustCall("fse.create", `{"facture":`+secretDraft+`,"idempotencyKey":"k"}`, &f)
			var list listResult
			c.mustCall("fse.list", "", &list)
			if len(list.FSE) != 1 || list.FSE[0].ID != f.ID {
				t.Errorf("client %d sees %+v", i, list.FSE)
			}
			for e := range c.told() {
				if e.FSE != nil && e.FSE.ID != f.ID {
					t.Errorf("client %d was told of %s", i, e.FSE.ID)
				}
			}
		})
	}
	all.Wait()
}

// told is the events that have come.
func (c *client) told() func(func(state.Event) bool) {
	return func(yield func(state.Event) bool) {
		for {
			select {
			case e := <-c.events:
				if !yield(e) {
					return
				}
			default:
				return
			}
		}
	}
}

// A job that is cancelled a thousand times, by its owner and by others, ends once.
func TestS17CancelStorm(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	admin := r.dial(t)
	admin.settled(r)
	r.consenter(t) // nobody who types a code: the job waits for the card or fails
	_, c := r.visitor(t, ehr, scopeFSE)
	_, other := r.visitor(t, "https://other.example", scopeFSE)
	var f made
	c.mustCall("fse.create", `{"facture":`+secretDraft+`}`, &f)
	var begun struct{ Job state.Job }
	c.mustCall("fse.signMany", fmt.Sprintf(`{"ids":[%q]}`, f.ID), &begun)
	var all sync.WaitGroup
	for _, one := range []*client{c, other} {
		all.Go(func() {
			for range 500 { // notifications: no answer is waited for
				one.send(fmt.Sprintf(`{"jsonrpc":"2.0","method":"jobs.cancel","params":{"id":%q}}`, begun.Job.ID))
			}
		})
	}
	all.Wait()
	eventually(t, "the job has ended", func() bool {
		j, _, err := r.server.jobs.get(r.server.pages.named(t, ehr), begun.Job.ID)
		return err == nil && j.Ended != nil
	})
	c.followJob(begun.Job.ID)
	ends := 1
	admin.alive()
	time.Sleep(50 * time.Millisecond) // for a second end
	for e := range c.told() {
		if e.Job != nil && e.Job.Ended != nil {
			ends++
		}
	}
	for e := range other.told() {
		if text, err := json.Marshal(e); err != nil || e.Job != nil || e.FSE != nil {
			t.Errorf("the other is told %s, %v", text, err)
		}
	}
	if ends != 1 {
		t.Errorf("it ended %d times", ends)
	}
}

// named is the principal of the page of that origin that is connected.
func (p *pages) named(t testing.TB, origin string) string {
	t.Helper()
	for _, c := range p.all() {
		if c.who.origin.String() == origin {
			return c.who.name
		}
	}
	t.Fatal("no such page")
	return ""
}

// The first call with a key is not forgotten while it goes on, whatever the caller
// sends meanwhile: its repetition waits for it.
func TestMemoryKeepsWhatGoesOn(t *testing.T) {
	m := newMemory(time.Now)
	release, begun, times := make(chan struct{}), make(chan struct{}), 0
	slowly := func() (any, error) { times++; close(begun); <-release; return times, nil }
	var first sync.WaitGroup
	first.Go(func() { _, _ = m.do(t.Context(), repeated("first", "d"), slowly) })
	<-begun
	for i := range 2 * rememberMax {
		if _, err := m.do(t.Context(), repeated(fmt.Sprint(i), "d"), func() (any, error) { return i, nil }); err != nil {
			t.Fatal(err)
		}
	}
	go close(release)
	again, err := m.do(t.Context(), repeated("first", "d"), slowly)
	first.Wait()
	if err != nil || again != 1 || times != 1 {
		t.Errorf("the repetition gives %v, %v; it was done %d times", again, err, times)
	}
	if len(m.first) > rememberMax {
		t.Errorf("%d are kept", len(m.first))
	}
}

// Memory does not grow with the connections that there were, however they ended.
func TestS40MemoryIsFlat(t *testing.T) {
	r := start(t, "medecin-secteur1")
	r.dial(t).settled(r)
	next := 0
	heap := func(visits int) uint64 {
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
		for range visits {
			work <- next
			next++
		}
		close(work)
		workers.Wait()
		eventually(t, "places free", func() bool { return r.server.places.taken() == 1 })
		runtime.GC()
		runtime.GC() // what pools keep goes with the second
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(*connections / 4)
	after := heap(*connections)
	t.Logf("%d KiB after %d connections, %d KiB after %d", before>>10, *connections/4, after>>10, next)
	if after > before+1<<20 {
		t.Errorf("%d KiB, then %d KiB", before>>10, after>>10)
	}
}
