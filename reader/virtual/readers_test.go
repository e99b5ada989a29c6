package virtual

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/reader"
)

var _ reader.Transport = (*Readers)(nil)

func TestHandsFail(t *testing.T) {
	card := open(t, "patient")
	r := NewReaders("A")
	wantKind(t, r.Insert("B", card), reader.NoReader)
	wantKind(t, r.Remove("B"), reader.NoReader)
	wantKind(t, r.RemoveReader("B"), reader.NoReader)
	wantKind(t, r.Remove("A"), reader.NoCard)
	wantKind(t, r.Swap("A", card), reader.NoCard)
	wantKind(t, r.ForeignReset("A"), reader.NoCard)
	wantKind(t, r.Take("A"), reader.NoCard)
	must(t, r.Insert("A", card))
	wantKind(t, r.Insert("A", card), reader.Busy)
	wantKind(t, r.Swap("A", nil), reader.Internal)
	must(t, r.Remove("A"))
	wantKind(t, r.Insert("A", nil), reader.Internal)
	must(t, r.Insert("A", card))
	must(t, r.Take("A"))
	_, err := r.Connect("A")
	wantKind(t, err, reader.Busy)
	must(t, r.Release("A"))
	_, err = r.Connect("A")
	must(t, err)
}

func TestSwapFailsTwice(t *testing.T) {
	r := NewReaders("A")
	must(t, r.Insert("A", open(t, "patient")))
	l, err := r.Connect("A")
	must(t, err)
	must(t, r.Swap("A", open(t, "patient-ald")))
	for range failuresAfterSwap {
		_, err := l.Transmit(unhex(t, selectRoot))
		wantKind(t, err, reader.CardRemoved)
	}
	transmit(t, l, selectRoot)
	late, err := r.Connect("A") // a link that was opened since
	must(t, err)
	transmit(t, late, selectRoot)
}

// What a link that waits for its turn gets.
func TestWaitingForATransaction(t *testing.T) {
	card := open(t, "patient")
	tests := []struct {
		name string
		end  func(r *Readers, first reader.Link) error
		want reader.Kind // NoCard stands for success
	}{
		{"end", func(_ *Readers, first reader.Link) error { return first.End(false) }, reader.NoCard},
		{"close", func(_ *Readers, first reader.Link) error { return first.Close() }, reader.NoCard},
		{"end with a reset", func(_ *Readers, first reader.Link) error { return first.End(true) }, reader.CardReset},
		{"foreign reset", func(r *Readers, _ reader.Link) error { return r.ForeignReset("A") }, reader.CardReset},
		{"yank", func(r *Readers, _ reader.Link) error { return r.Remove("A") }, reader.CardRemoved},
		{"unplugged", func(r *Readers, _ reader.Link) error { return r.RemoveReader("A") }, reader.NoReader},
		{"service stopped", func(r *Readers, _ reader.Link) error { r.StopService(); return nil }, reader.ServiceDown},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := NewReaders("A")
				must(t, r.Insert("A", card))
				first, err := r.Connect("A")
				must(t, err)
				must(t, first.Begin())
				var ended atomic.Bool
				for _, wait := range []func(reader.Link) error{
					reader.Link.Begin,
					func(l reader.Link) error { _, err := l.Transmit(unhex(t, selectRoot)); return err },
				} {
					l, err := r.Connect("A")
					must(t, err)
					go func() {
						err := wait(l)
						switch {
						case !ended.Load():
							t.Error("did not wait for its turn")
						case tt.want == reader.NoCard && err != nil, tt.want != reader.NoCard && reader.KindOf(err) != tt.want:
							t.Errorf("got %v", err)
						}
						_ = l.Close() // ends the transaction, if there is one
					}()
				}
				synctest.Wait()
				ended.Store(true)
				must(t, tt.end(r, first))
				synctest.Wait()
			})
		})
	}
}

func TestMisuseOfALink(t *testing.T) {
	r := NewReaders("A")
	must(t, r.Insert("A", open(t, "patient")))
	l, err := r.Connect("A")
	must(t, err)
	wantKind(t, l.End(false), reader.Internal)
	must(t, l.Begin())
	wantKind(t, l.Begin(), reader.Internal)
	must(t, l.Close())
	must(t, l.Close())
	wantKind(t, l.Begin(), reader.Internal)
	_, err = l.Transmit(nil)
	wantKind(t, err, reader.Internal)
	other, err := r.Connect("A")
	must(t, err)
	must(t, other.Begin()) // closing ended the transaction
}

func TestForeignResetInATransaction(t *testing.T) {
	r := NewReaders("A")
	must(t, r.Insert("A", open(t, "medecin-secteur1")))
	l, err := r.Connect("A")
	must(t, err)
	must(t, l.Begin())
	transmit(t, l, verifyRight)
	must(t, r.ForeignReset("A"))
	_, err = l.Transmit(unhex(t, codeStatus))
	wantKind(t, err, reader.CardReset)
	wantKind(t, l.End(true), reader.CardReset)
	must(t, l.Reconnect())
	must(t, l.Begin())
	if got := transmit(t, l, codeStatus); got != "63C3" {
		t.Errorf("status %s", got)
	}
}

func TestReadersComeAndGo(t *testing.T) {
	r := NewReaders()
	if slots := slotsOf(t, r); len(slots) != 0 {
		t.Fatalf("slots %+v", slots)
	}
	r.AddReader("A")
	r.AddReader("B")
	r.AddReader("A") // nothing new
	must(t, r.Insert("A", open(t, "patient")))
	l, err := r.Connect("A")
	must(t, err)
	must(t, l.Begin())
	must(t, r.RemoveReader("A"))
	_, err = l.Transmit(unhex(t, selectRoot))
	wantKind(t, err, reader.NoReader)
	wantKind(t, l.End(false), reader.NoReader)
	want := []reader.Slot{{Reader: "B"}}
	if diff := cmp.Diff(want, slotsOf(t, r)); diff != "" {
		t.Error(diff)
	}
}

func TestService(t *testing.T) {
	r := NewReaders("A")
	must(t, r.Insert("A", open(t, "medecin-secteur1")))
	must(t, r.Remove("A"))
	must(t, r.Insert("A", open(t, "medecin-secteur1")))
	watch, err := r.Watch()
	must(t, err)
	l, err := r.Connect("A")
	must(t, err)
	must(t, l.Begin())
	transmit(t, l, verifyRight)

	r.StopService()
	_, err = watch.Wait(nil, time.Hour)
	wantKind(t, err, reader.ServiceDown)
	_, err = r.Watch()
	wantKind(t, err, reader.ServiceDown)
	_, err = r.Connect("A")
	wantKind(t, err, reader.ServiceDown)
	_, err = l.Transmit(unhex(t, codeStatus))
	wantKind(t, err, reader.ServiceDown)

	r.StartService()
	r.StartService() // it runs already: no second hint
	<-r.Hints()
	select {
	case <-r.Hints():
		t.Error("two hints")
	default:
	}
	_, err = watch.Wait(nil, time.Hour) // a view on the old service
	wantKind(t, err, reader.ServiceDown)
	wantKind(t, l.End(true), reader.ServiceDown)
	wantKind(t, l.Reconnect(), reader.ServiceDown)
	if got := slotsOf(t, r)[0]; got.Events != 1 || got.Presence != reader.Present {
		t.Errorf("slot %+v", got)
	}
	l, err = r.Connect("A")
	must(t, err)
	if got := transmit(t, l, codeStatus); got != "63C3" {
		t.Errorf("the new service found the code verified: %s", got)
	}
}

func TestWait(t *testing.T) {
	card := open(t, "patient")
	synctest.Test(t, func(t *testing.T) {
		r := NewReaders("A")
		watch, err := r.Watch()
		must(t, err)
		known, err := watch.Wait(nil, time.Hour)
		must(t, err)
		if len(known) != 1 {
			t.Fatalf("slots %+v", known)
		}
		start := time.Now()
		same, err := watch.Wait(known, 3*time.Second)
		must(t, err)
		if diff := cmp.Diff(known, same); diff != "" || time.Since(start) != 3*time.Second {
			t.Errorf("after %s: %s", time.Since(start), diff)
		}
		watch.Wake() // no Wait is under way
		var wg sync.WaitGroup
		wg.Go(func() {
			slots, err := watch.Wait(known, time.Hour)
			if err != nil || slots[0].Presence != reader.Present {
				t.Errorf("%+v, %v", slots, err)
			}
		})
		synctest.Wait()
		must(t, r.Insert("A", card))
		wg.Wait()
		must(t, watch.Close())
		_, err = watch.Wait(known, time.Hour)
		wantKind(t, err, reader.ServiceDown)
		if time.Since(start) != 3*time.Second {
			t.Errorf("a change was seen after %s", time.Since(start)-3*time.Second)
		}
	})
}

// Whatever is done to the readers, a Watch sees as many events as were counted,
// and the last state.
func TestLawEvents(t *testing.T) {
	cards := []Card{open(t, "patient"), open(t, "medecin-secteur1"), open(t, "carte-muette")}
	rapid.Check(t, func(rt *rapid.T) {
		r := NewReaders("A")
		var in Card
		var events uint32
		for _, op := range rapid.SliceOf(rapid.SampledFrom([]string{"insert", "remove", "swap", "reset", "connect"})).Draw(rt, "ops") {
			card := rapid.SampledFrom(cards).Draw(rt, "card")
			switch op {
			case "insert":
				if r.Insert("A", card) == nil {
					in = card
					events++
				}
			case "remove":
				if r.Remove("A") == nil {
					in = nil
					events++
				}
			case "swap":
				_ = r.Swap("A", card) // never an event; NoCard when empty
			case "reset":
				_ = r.ForeignReset("A")
			case "connect":
				if l, err := r.Connect("A"); err == nil {
					_ = l.Begin()
					_ = l.Close()
				}
			}
		}
		slot := slotsOf(t, r)[0]
		if slot.Events != events || (slot.Presence == reader.Empty) != (in == nil) {
			rt.Fatalf("slot %+v after %d events", slot, events)
		}
		if in != nil && !slices.Equal(slot.ATR, in.ATR()) {
			rt.Fatalf("answer to reset % X, want that of the card that was inserted", slot.ATR)
		}
	})
}

// Many programs at once: each transaction has the card for itself.
func TestManyLinks(t *testing.T) {
	card, log := Record(open(t, "medecin-secteur1"))
	r := NewReaders("A")
	must(t, r.Insert("A", card))
	var inside int // protected by the transaction
	var wg sync.WaitGroup
	for range 8 {
		l, err := r.Connect("A")
		must(t, err)
		wg.Go(func() {
			defer l.Close()
			for range 50 {
				if err := l.Begin(); err != nil {
					t.Error(err)
					return
				}
				inside++
				if _, err := l.Transmit([]byte{0x00, insVerify, 0x00, 0x01}); err != nil || inside != 1 {
					t.Errorf("%d inside, %v", inside, err)
				}
				inside--
				if err := l.End(false); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if log.Count() != 400 {
		t.Errorf("%d commands, want 400", log.Count())
	}
}
