package bridge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

func TestHello(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	r.dial(t).settled(r)
	c := r.dial(t)
	h := c.hello
	if h.Version != "test" || h.Environment == "" || h.Instance != r.server.instance || !slices.Equal(h.APILevels, apiLevels) {
		t.Errorf("the hello is %+v", h)
	}
	for _, m := range methods {
		if !slices.Contains(h.Capabilities, m.name) {
			t.Errorf("%s is not among the capabilities", m.name)
		}
	}
	var later state.Snapshot
	c.mustCall("system.snapshot", "", &later)
	if diff := gocmp.Diff(h.Snapshot, later); diff != "" {
		t.Error(diff)
	}
	if len(later.Readers) != 2 || len(later.Cards) != 2 || later.Cards[0].State != state.CardCPS || later.Cards[1].State != state.CardVitale {
		t.Errorf("the snapshot is %+v", later)
	}
	if again := r.dial(t); again.hello.Instance != h.Instance {
		t.Error("two connections see two instances")
	}
}

func TestInstanceIsOfOneRun(t *testing.T) {
	r := start(t)
	first := r.dial(t).hello.Instance
	r.stop()
	if second := startWith(t, r.cfg).dial(t).hello.Instance; first == second || first == "" {
		t.Errorf("instances %q and %q", first, second)
	}
}

// view is what a front end makes of a snapshot and the events after it.
type view struct {
	Seq     uint64
	Service state.Service
	Readers map[string]state.Reader
	Cards   map[string]state.Card
	Queue   state.Queue
}

func newView(s state.Snapshot) *view {
	v := &view{Seq: s.Seq, Service: s.Service, Queue: s.Queue, Readers: map[string]state.Reader{}, Cards: map[string]state.Card{}}
	for _, r := range s.Readers {
		v.Readers[r.ID] = r
	}
	for _, c := range s.Cards {
		v.Cards[c.Reader] = c
	}
	return v
}

// apply takes e in. It fails unless e is the next.
func (v *view) apply(e state.Event) error {
	if e.Seq != v.Seq+1 {
		return fmt.Errorf("event %d after %d", e.Seq, v.Seq)
	}
	v.Seq = e.Seq
	switch {
	case e.Service != nil:
		v.Service = *e.Service
	case e.Reader != nil && e.Reader.State == "removed":
		delete(v.Readers, e.Reader.ID)
		delete(v.Cards, e.Reader.ID)
	case e.Reader != nil:
		v.Readers[e.Reader.ID] = *e.Reader
	case e.Card != nil:
		v.Cards[e.Card.Reader] = *e.Card
	case e.Queue != nil:
		v.Queue = *e.Queue
	}
	return nil
}

// follow applies events up to seq.
func (v *view) follow(t *rapid.T, c *client, seq uint64) {
	for v.Seq < seq {
		if err := v.apply(c.event()); err != nil {
			t.Fatal(err)
		}
	}
}

// act does one thing that front ends are told of.
func (r *rig) act(t *testing.T, c *client, what int) {
	switch what {
	case 0:
		_ = r.readers.Insert("A", virtualCard(t, "carte-inconnue"))
	case 1:
		_ = r.readers.Remove("A")
	case 2:
		_ = r.readers.Insert("B", virtualCard(t, "patient"))
	case 3:
		_ = r.readers.Remove("B")
	case 4:
		r.readers.AddReader("C")
	case 5:
		_ = r.readers.RemoveReader("C")
	case 6:
		c.mustCall("fse.create", `{"facture":{"mode":"degrade"}}`, nil)
	case 7:
		c.call("lease.steal", `{"reader":"a","seconds":10}`)
	case 8:
		r.readers.StopService()
	case 9:
		r.readers.StartService()
	}
}

// What a front end shows does not depend on when it came: one that stayed, one
// that just came, and one that slept and asks for what it missed agree.
func TestViewsAgree(t *testing.T) {
	r := start(t)
	stayed := r.dial(t)
	stayed.settled(r)
	stayed = r.dial(t)
	mine := newView(stayed.hello.Snapshot)
	rapid.Check(t, func(t2 *rapid.T) {
		first := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 6).Draw(t2, "before")
		second := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 6).Draw(t2, "after")
		slept := *newView(r.daemon.Snapshot())
		for _, a := range first {
			r.act(t, stayed, a)
		}
		late := r.dial(t)
		defer late.ws.Close()
		his := newView(late.hello.Snapshot)
		for _, a := range second {
			r.act(t, stayed, a)
		}
		r.readers.StartService()
		now := late.quiet(r, his)
		mine.follow(t2, stayed, now.Seq)
		var missed resyncResult
		late.mustCall("events.resync", fmt.Sprintf(`{"since":%d}`, slept.Seq), &missed)
		for _, e := range missed.Events {
			if e.Seq > now.Seq {
				break
			}
			if err := slept.apply(e); err != nil {
				t2.Fatal(err)
			}
		}
		want := newView(now)
		for name, v := range map[string]*view{"stayed": mine, "came late": his, "slept": &slept} {
			if diff := gocmp.Diff(want, v); diff != "" {
				t2.Fatalf("%s: %s", name, diff)
			}
		}
	})
}

// quiet applies events to v until nothing is left to come, and returns what is
// shown then. A reader that comes and goes tells that the daemon has seen all
// that happened to readers before.
func (c *client) quiet(r *rig, v *view) state.Snapshot {
	c.t.Helper()
	next := func(done func() bool) {
		for !done() {
			if err := v.apply(c.event()); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	r.readers.AddReader("Z")
	next(func() bool { _, there := v.Readers["z"]; return there })
	_ = r.readers.RemoveReader("Z")
	next(func() bool { _, there := v.Readers["z"]; return !there })
	next(func() bool {
		return !slices.ContainsFunc(slices.Collect(maps.Values(v.Cards)), func(c state.Card) bool { return !c.Read })
	})
	s := r.daemon.Snapshot()
	next(func() bool { return v.Seq >= s.Seq })
	return s
}

// events.resync gives exactly the events missed, or a snapshot.
func TestResyncLaw(t *testing.T) {
	r := start(t)
	c := r.dial(t)
	c.settled(r)
	var all []state.Event
	begun := r.daemon.Snapshot().Seq
	for range 1200 { // more than are kept
		c.mustCall("lease.steal", `{"reader":"a","seconds":300}`, nil)
		if e := c.event(); e.Seq > begun { // as they come: a client that lets them wait is closed
			all = append(all, e)
		}
	}
	end := r.daemon.Snapshot().Seq
	for len(all) == 0 || all[len(all)-1].Seq < end {
		if e := c.event(); e.Seq > begun {
			all = append(all, e)
		}
	}
	if len(all) != int(end-begun) || !slices.IsSortedFunc(all, func(a, b state.Event) int { return cmp.Compare(a.Seq, b.Seq) }) {
		t.Fatalf("%d events for %d", len(all), end-begun)
	}
	rapid.Check(t, func(t *rapid.T) {
		since := rapid.OneOf(rapid.Uint64Range(0, end), rapid.Uint64Range(end-1100, end+3), rapid.Uint64()).Draw(t, "since")
		var got resyncResult
		c.mustCall("events.resync", fmt.Sprintf(`{"since":%d}`, since), &got)
		switch kept := end - 1024; {
		case since > end || since < kept:
			if got.Snapshot == nil || len(got.Events) != 0 || got.Snapshot.Seq != end {
				t.Fatalf("%d gives %d events, snapshot %v", since, len(got.Events), got.Snapshot)
			}
		default:
			if diff := gocmp.Diff(all[since-begun:], got.Events); diff != "" || got.Snapshot != nil {
				t.Fatalf("since %d: %s", since, diff)
			}
		}
	})
}

// Each event has one object, the one that its type names, and its wire form reads
// back as itself.
func TestEventsCarryWhatTheyName(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c := r.dial(t)
	seen := map[state.EventType]bool{}
	go func() { _ = r.readers.Insert("B", virtualCard(t, "patient")) }()
	c.mustCall("fse.create", `{"facture":{"mode":"degrade"}}`, nil)
	r.readers.AddReader("C")
	for !seen[state.EventReader] || !seen[state.EventCard] || !seen[state.EventFSE] || !seen[state.EventQueue] {
		e := c.event()
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		if _, ok := fields[string(e.Type)]; !ok || len(fields) != 4 || e.At.IsZero() {
			t.Errorf("the event is %s", text)
		}
		seen[e.Type] = true
	}
}

// The last counters that front ends are told are the true ones, whoever worked at
// the same time.
func TestLastQueueEventIsTrue(t *testing.T) {
	r := start(t)
	r.dial(t).settled(r)
	for range 3 {
		c := r.dial(t)
		v := newView(c.hello.Snapshot)
		var all sync.WaitGroup
		for range 8 {
			other := r.dial(t)
			all.Go(func() {
				for i := range 4 {
					other.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"fse.create","params":{"facture":{"mode":"degrade"}}}`, i))
				}
				for range 4 {
					<-other.answers
				}
			})
		}
		all.Wait()
		for now := r.daemon.Snapshot(); v.Seq < now.Seq; {
			if err := v.apply(c.event()); err != nil {
				t.Fatal(err)
			}
		}
		if now := r.daemon.Snapshot(); v.Queue != now.Queue {
			t.Fatalf("front ends were told %+v, there is %+v", v.Queue, now.Queue)
		}
	}
}
