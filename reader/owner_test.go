package reader_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
)

var readRoot = []byte{0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00}

// owned returns readers with one reader A that holds the named card, and its Owner.
func owned(t *testing.T, name string) (*virtual.Readers, *reader.Owner) {
	t.Helper()
	r := virtual.NewReaders("A")
	if name != "" {
		if err := r.Insert("A", cardtest.Open(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	o := reader.NewOwner(r, "A")
	t.Cleanup(o.Close)
	return r, o
}

func transmit(tx *reader.Tx) error {
	_, err := tx.Transmit(readRoot)
	return err
}

func TestOwnerErrors(t *testing.T) {
	tests := []struct {
		name    string
		card    string
		prepare func(*virtual.Readers)
		run     func(*virtual.Readers, *reader.Tx) error
		want    reader.Kind
	}{
		{"no card", "", nil, nil, reader.NoCard},
		{"mute card", "carte-muette", nil, nil, reader.CardMute},
		{"no service", "patient", func(r *virtual.Readers) { r.StopService() }, nil, reader.ServiceDown},
		{"no reader", "patient", func(r *virtual.Readers) { _ = r.RemoveReader("A") }, nil, reader.NoReader},
		{"held by another program", "patient", func(r *virtual.Readers) { _ = r.Take("A") }, nil, reader.Busy},
		{"yanked", "patient", nil, func(r *virtual.Readers, tx *reader.Tx) error { _ = r.Remove("A"); return transmit(tx) }, reader.CardRemoved},
		{"reset by another program", "patient", nil, func(r *virtual.Readers, tx *reader.Tx) error { _ = r.ForeignReset("A"); return transmit(tx) }, reader.CardReset},
		{"service killed", "patient", nil, func(r *virtual.Readers, tx *reader.Tx) error { r.StopService(); return transmit(tx) }, reader.ServiceDown},
		{"empty command", "patient", nil, func(_ *virtual.Readers, tx *reader.Tx) error { _, err := tx.Transmit(nil); return err }, reader.Internal},
		{"panic", "patient", nil, func(*virtual.Readers, *reader.Tx) error { panic("defect") }, reader.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, o := owned(t, tt.card)
			if tt.prepare != nil {
				tt.prepare(r)
			}
			_, err := o.Do(context.Background(), reader.Job{Op: "test", Run: func(tx *reader.Tx) error {
				if tt.run == nil {
					t.Error("the job ran")
					return nil
				}
				return tt.run(r, tx)
			}})
			if err == nil || reader.KindOf(err) != tt.want {
				t.Errorf("Do: %v, want %v", err, tt.want)
			}
		})
	}
}

func TestOwnerWorksAgainAfterEachFailure(t *testing.T) {
	r, o := owned(t, "patient")
	for name, fail := range map[string]func(){
		"restart": func() { r.StopService(); r.StartService() },
		"yank":    func() { _ = r.Remove("A"); _ = r.Insert("A", cardtest.Open(t, "patient")) },
		"reset":   func() { _ = r.ForeignReset("A") },
	} {
		_, err := o.Do(context.Background(), reader.Job{Op: "test", Run: func(tx *reader.Tx) error {
			fail()
			return transmit(tx)
		}})
		if err == nil {
			t.Errorf("%s: went unnoticed", name)
		}
		if _, err := o.Do(context.Background(), reader.Job{Op: "test", Run: transmit}); err != nil {
			t.Errorf("after %s: %v", name, err)
		}
	}
}

func TestOwnerRetriesOnlyWhatMayBe(t *testing.T) {
	for _, retry := range []bool{false, true} {
		r, o := owned(t, "patient")
		runs := 0
		_, err := o.Do(context.Background(), reader.Job{Op: "test", Retry: retry, Run: func(tx *reader.Tx) error {
			if runs++; runs == 1 {
				_ = r.ForeignReset("A")
			}
			return transmit(tx)
		}})
		if retry && (runs != 2 || err != nil) || !retry && (runs != 1 || reader.KindOf(err) != reader.CardReset) {
			t.Errorf("retry %v: %d runs, %v", retry, runs, err)
		}
	}
}

func TestOwnerSerialises(t *testing.T) {
	_, o := owned(t, "patient")
	var running, most atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := o.Do(context.Background(), reader.Job{Op: "test", Run: func(tx *reader.Tx) error {
				most.Store(max(most.Load(), running.Add(1)))
				defer running.Add(-1)
				return transmit(tx)
			}})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() != 1 {
		t.Errorf("%d jobs at once", most.Load())
	}
}

func TestOwnerBindsToTheCard(t *testing.T) {
	_, o := owned(t, "patient")
	o.See(reader.Slot{Reader: "A", Presence: reader.Present, Events: 7})
	for events, want := range map[uint32]bool{7: true, 6: false} {
		_, err := o.Do(context.Background(), reader.Job{Op: "test", Events: &events, Run: transmit})
		if (err == nil) != want || err != nil && reader.KindOf(err) != reader.CardChanged {
			t.Errorf("job for the card of event %d, event 7 seen: %v", events, err)
		}
	}
}

// A caller that gives up is answered at once; the card is sent nothing more for it.
func TestOwnerStopsForACallerThatGaveUp(t *testing.T) {
	_, o := owned(t, "patient")
	ctx, cancel := context.WithCancel(context.Background())
	resume, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		<-ctx.Done()
		close(resume)
	}()
	_, err := o.Do(ctx, reader.Job{Op: "test", Run: func(tx *reader.Tx) error {
		cancel()
		<-resume
		err := transmit(tx)
		ended <- err
		return err
	}})
	if reader.KindOf(err) != reader.Canceled || !errors.Is(err, context.Canceled) {
		t.Errorf("Do: %v, want Canceled", err)
	}
	if err := <-ended; reader.KindOf(err) != reader.Canceled {
		t.Errorf("Transmit after the caller gave up: %v, want Canceled", err)
	}
}

func TestOwnerClosed(t *testing.T) {
	_, o := owned(t, "patient")
	o.Close()
	if _, err := o.Do(context.Background(), reader.Job{Op: "test", Run: transmit}); reader.KindOf(err) != reader.NoReader {
		t.Errorf("Do after Close: %v, want NoReader", err)
	}
}

func TestLease(t *testing.T) {
	_, o := owned(t, "patient")
	use := func(id reader.LeaseID) reader.Kind {
		_, err := o.Do(context.Background(), reader.Job{Op: "test", Lease: id, Run: transmit})
		return reader.KindOf(err)
	}
	a, err := o.Acquire("", "a", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Acquire("", "b", time.Minute); reader.KindOf(err) != reader.Busy {
		t.Errorf("second Acquire: %v, want Busy", err)
	}
	if k := use(""); k != reader.Busy {
		t.Errorf("job without the lease: %v, want Busy", k)
	}
	if _, err := o.Do(context.Background(), reader.Job{Op: "test", System: true, Run: transmit}); err != nil {
		t.Errorf("system job: %v", err)
	}
	if _, err := o.Do(context.Background(), reader.Job{Op: "test", Lease: a.ID, Run: transmit}); err != nil {
		t.Errorf("job with the lease: %v", err)
	}
	b, ended := o.Steal("b", time.Minute)
	if ended.ID != a.ID {
		t.Errorf("Steal ended %q", ended.Holder)
	}
	if k := use(a.ID); k != reader.LeaseLost {
		t.Errorf("job with the stolen lease: %v, want LeaseLost", k)
	}
	if err := o.Release(a.ID); reader.KindOf(err) != reader.LeaseLost {
		t.Errorf("Release of the stolen lease: %v, want LeaseLost", err)
	}
	if err := o.Release(b.ID); err != nil {
		t.Errorf("Release: %v", err)
	}
	if _, ok := o.Held(); ok {
		t.Error("held after Release")
	}
}

func TestLeaseIsWonOnce(t *testing.T) {
	_, o := owned(t, "patient")
	var won atomic.Int32
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := o.Acquire("", "x", time.Minute); err == nil {
				won.Add(1)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d callers won", won.Load())
	}
}

func TestLeaseEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, o := owned(t, "patient")
		l, _ := o.Acquire("", "a", 10*time.Second)
		time.Sleep(9 * time.Second)
		if renewed, err := o.Acquire(l.ID, "a", time.Hour); err != nil || time.Until(renewed.Expires) > reader.MaxLease {
			t.Errorf("renewed for %v, %v", time.Until(renewed.Expires), err)
		}
		time.Sleep(reader.MaxLease)
		if _, ok := o.Held(); ok {
			t.Error("held after its time")
		}
		_, _ = o.Acquire("", "a", time.Minute)
		o.See(reader.Slot{Reader: "A", Events: 1})
		if _, ok := o.Held(); ok {
			t.Error("held after its card left")
		}
	})
}
