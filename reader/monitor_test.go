package reader_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
)

// follow runs a Monitor over r within a synctest bubble and returns what it has
// published so far, by way of a function.
func follow(t *testing.T, r reader.Transport) (seen func() []reader.Snapshot, last func() reader.Snapshot) {
	t.Helper()
	var list []reader.Snapshot
	m := reader.NewMonitor(r, func(s reader.Snapshot) { list = append(list, s) })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); m.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	seen = func() []reader.Snapshot { synctest.Wait(); return list }
	last = func() reader.Snapshot {
		l := seen()
		if len(l) == 0 {
			t.Fatal("nothing was published")
		}
		return l[len(l)-1]
	}
	return seen, last
}

func names(s reader.Snapshot) (list []string) {
	for _, slot := range s.Slots {
		list = append(list, slot.Reader)
	}
	return list
}

func TestMonitorReportsAnEmptyMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, last := follow(t, virtual.NewReaders())
		if s := last(); !s.Up() || len(s.Slots) != 0 {
			t.Errorf("snapshot: %+v", s)
		}
	})
}

func TestMonitorFollowsReadersAndCards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := virtual.NewReaders("A")
		seen, last := follow(t, r)
		if s := last().Slots[0]; s.Presence != reader.Empty {
			t.Errorf("empty reader: %+v", s)
		}
		_ = r.Insert("A", cardtest.Open(t, "patient"))
		in := last().Slots[0]
		if in.Presence != reader.Present || reader.Identify(in.ATR) != reader.FamilyVitale2 {
			t.Errorf("card in: %+v", in)
		}
		_ = r.Remove("A")
		if s := last().Slots[0]; s.Presence != reader.Empty || s.Events == in.Events || s.ATR != nil {
			t.Errorf("card out: %+v", s)
		}
		_ = r.Insert("A", cardtest.Open(t, "carte-muette"))
		if s := last().Slots[0]; s.Presence != reader.Mute {
			t.Errorf("mute card: %+v", s)
		}
		r.AddReader("B")
		if got := names(last()); !slices.Equal(got, []string{"A", "B"}) {
			t.Errorf("second reader: %v", got)
		}
		if err := r.RemoveReader("A"); err != nil {
			t.Fatal(err)
		}
		if got := names(last()); !slices.Equal(got, []string{"B"}) {
			t.Errorf("first reader gone: %v", got)
		}
		before := len(seen())
		time.Sleep(time.Hour)
		if after := len(seen()); after != before {
			t.Errorf("%d snapshots in an hour without news", after-before)
		}
	})
}

func TestMonitorNeverGivesUp(t *testing.T) {
	for _, outage := range []time.Duration{time.Millisecond, time.Second, 2 * time.Minute, 24 * time.Hour} {
		t.Run(outage.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := virtual.NewReaders("A")
				_, last := follow(t, r)
				for range 100 {
					r.StopService()
					if s := last(); s.Up() || len(s.Slots) != 0 || reader.KindOf(s.Err) != reader.ServiceDown {
						t.Fatalf("service stopped: %+v", s)
					}
					time.Sleep(outage)
					r.StartService() // its hint ends any back-off
					if s := last(); !s.Up() || len(s.Slots) != 1 {
						t.Fatalf("service back: %+v", s)
					}
				}
			})
		})
	}
}

// unhinted hides the hints of a transport, as on a system that gives none.
type unhinted struct{ reader.Transport }

func (unhinted) Hints() <-chan struct{} { return nil }

func TestMonitorBacksOff(t *testing.T) {
	tests := []struct {
		outage, within time.Duration
	}{
		{50 * time.Millisecond, 100 * time.Millisecond},
		{5 * time.Second, time.Second},
		{time.Hour, 5 * time.Second},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			r := virtual.NewReaders("A")
			_, last := follow(t, unhinted{r})
			r.StopService()
			last()
			time.Sleep(tt.outage)
			r.StartService()
			time.Sleep(tt.within)
			if s := last(); !s.Up() {
				t.Errorf("after an outage of %v: still down %v later", tt.outage, tt.within)
			}
		})
	}
}

func TestMonitorStartsWithoutTheService(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := virtual.NewReaders("A")
		r.StopService()
		seen, last := follow(t, r)
		if s := last(); s.Up() {
			t.Errorf("service absent: %+v", s)
		}
		time.Sleep(time.Hour)
		if n := len(seen()); n != 1 {
			t.Errorf("%d snapshots during one outage, want 1", n)
		}
		r.StartService()
		if s := last(); !s.Up() {
			t.Errorf("service started: %+v", s)
		}
	})
}
