package daemon

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// A lot that was asked for, did not leave and was changed since does not leave by itself:
// nobody has asked for what it holds now.
func TestChangedLotIsAskedForAgain(t *testing.T) {
	tests := []struct {
		name   string
		change func(*testing.T, *Daemon, lot.Lot)
	}{
		{"reopened and closed", func(t *testing.T, d *Daemon, l lot.Lot) {
			if _, err := d.ReopenLot(t.Context(), ehr, l.ID, lot.Call{}); err != nil {
				t.Error(err)
			}
			if _, err := d.CloseLot(t.Context(), ehr, l.ID, lot.Call{}); err != nil {
				t.Error(err)
			}
		}},
		{"with an FSE taken out", func(t *testing.T, d *Daemon, l lot.Lot) {
			members, err := d.book.InLot(l.ID)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := d.TakeOut(t.Context(), ehr, l.ID, members[0].ID, lot.Call{}); err != nil {
				t.Error(err)
			}
		}},
	}
	p := newPost()
	s := newShelf(t, p, 2)
	s.deps.Now = time.Now
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			other := s.copied(t, t.TempDir())
			synctest.Test(t, func(t *testing.T) {
				p.script = func(int, mail.Message) sendScript { return sendScript{before: unreachable} }
				d, stop := other.open(t)
				defer stop()
				if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
					t.Fatal(err)
				}
				test.change(t, d, s.lots[0])
				p.script = nil
				if _, err := d.FetchReturns(t.Context(), ehr, still); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * longestDelay)
				if l := lotNow(t, d, s.lots[0].ID); l.Sent != nil || len(p.sent) != 0 {
					t.Errorf("%d messages have left, lot %s", len(p.sent), l.State)
				}
				if way := d.out.waiting(lotNow(t, d, s.lots[0].ID)); way != nil {
					t.Errorf("it is said to wait: %+v", way)
				}
			})
		})
	}
}

// A failure that comes in after the lot was changed says nothing of the lot as it is.
func TestChangedWhileOnItsWay(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	d, stop := s.open(t)
	defer stop()
	id := s.lots[0].ID
	p.script = func(int, mail.Message) sendScript {
		if _, err := d.ReopenLot(t.Context(), ehr, id, lot.Call{}); err != nil {
			t.Error(err)
		}
		if _, err := d.CloseLot(t.Context(), ehr, id, lot.Call{}); err != nil {
			t.Error(err)
		}
		return sendScript{before: unreachable}
	}
	if _, err := d.Transmit(t.Context(), ehr, []string{id}, still); err != nil {
		t.Fatal(err)
	}
	if way := d.out.waiting(lotNow(t, d, id)); way != nil {
		t.Errorf("it is said to wait: %+v", way)
	}
}

// A lot that has left between the call and its turn is no failure of the call.
func TestTransmitAlreadyGone(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1)
	d, stop := s.open(t)
	defer stop()
	listed, err := d.ToTransmit(nil)
	if err != nil || len(listed) != 2 {
		t.Fatalf("%v, %v", listed, err)
	}
	if _, err := d.Transmit(t.Context(), ehr, listed[:1], still); err != nil {
		t.Fatal(err)
	}
	list, err := d.Transmit(t.Context(), ehr, listed, still)
	if err != nil || len(list) != 2 || len(p.sent) != 2 {
		t.Fatalf("%+v, %v, %d messages", list, err, len(p.sent))
	}
	for _, one := range list {
		if one.Error != nil || one.Lot.Sent == nil {
			t.Errorf("%+v", one)
		}
	}
}

// What is asked for and does not exist is told, and not remembered.
func TestTransmitUnknownLots(t *testing.T) {
	s := newShelf(t, newPost(), 1)
	d, stop := s.open(t)
	defer stop()
	ids := make([]string, maxTransmit)
	for i := range ids {
		ids[i] = fmt.Sprint("absent", i)
	}
	list, err := d.Transmit(t.Context(), ehr, ids, still)
	if err != nil || len(list) != len(ids) || list[0].Error == nil {
		t.Errorf("%d, %v", len(list), err)
	}
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	if len(d.out.trouble)+len(d.out.wanted) != 0 {
		t.Errorf("%d and %d are remembered", len(d.out.trouble), len(d.out.wanted))
	}
}

// A lot that was asked for and could not leave leaves after a restart, once, and without
// being asked for again; meanwhile it is said to wait, and since when.
func TestAskedForBeforeARestart(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1)
	s.deps.Now = time.Now
	synctest.Test(t, func(t *testing.T) {
		p.script = func(int, mail.Message) sendScript { return sendScript{before: unreachable} }
		d, stop := s.open(t)
		asked := time.Now()
		if _, err := d.Transmit(t.Context(), "https://ehr.exemple.test#a", []string{s.lots[0].ID}, still); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		stop()
		d, stop = s.open(t)
		synctest.Wait()
		way := d.shownLot(lotNow(t, d, s.lots[0].ID)).Dispatch
		if way == nil || way.State != state.DispatchWaiting || way.Asked == nil || !way.Asked.Equal(asked) || way.AskedBy != lot.AskedBySite || way.Problem == "" {
			t.Errorf("it waits so: %+v", way)
		}
		if other := d.shownLot(lotNow(t, d, s.lots[1].ID)).Dispatch; other != nil {
			t.Errorf("one that nobody has asked for waits: %+v", other)
		}
		p.mu.Lock()
		p.script = nil
		p.mu.Unlock()
		time.Sleep(2 * longestDelay)
		if l := lotNow(t, d, s.lots[0].ID); l.Sent == nil || l.Asked != nil || len(p.sent) != 1 {
			t.Errorf("lot %s, asked for %+v, %d messages", l.State, l.Asked, len(p.sent))
		}
		stop()
		d, stop = s.open(t)
		defer stop()
		time.Sleep(2 * longestDelay)
		if l := lotNow(t, d, s.lots[1].ID); l.Sent != nil || len(p.sent) != 1 {
			t.Errorf("one that nobody has asked for is %s, %d messages", l.State, len(p.sent))
		}
	})
}

// What ends a wish ends it for the next start too: that the caller wants no more, that the
// lot is changed, that somebody has to decide. That the service stops does not.
func TestWishesEnd(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1)
	second := s.lots[1].ID
	for _, test := range []struct {
		name  string
		after func(d *Daemon, shut, cancel func()) // when the first of both lots was tried
		first sendScript
		asked bool // the second one is still asked for
	}{
		{"the caller wants no more", func(_ *Daemon, _, cancel func()) { cancel() }, sendScript{}, false},
		{"the service stops, and the caller with it", func(_ *Daemon, shut, cancel func()) { shut(); cancel() }, sendScript{}, true},
		{"changed", func(d *Daemon, _, _ func()) {
			_, _ = d.ReopenLot(t.Context(), ehr, second, lot.Call{})
			_, _ = d.CloseLot(t.Context(), ehr, second, lot.Call{})
		}, sendScript{before: unreachable}, false},
		{"nothing is said", func(*Daemon, func(), func()) {}, sendScript{before: unreachable}, true},
		{"the server refuses it", func(*Daemon, func(), func()) {}, sendScript{before: refusal}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			other := s.copied(t, t.TempDir())
			p.script = func(int, mail.Message) sendScript { return test.first }
			d, err := New(other.cfg, other.deps)
			if err != nil {
				t.Fatal(err)
			}
			running, shut := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); d.followMail(running) }()
			ctx, cancel := context.WithCancel(running)
			defer cancel()
			if _, err := d.Transmit(ctx, ehr, []string{s.lots[0].ID, second}, func(done int) {
				if done == 1 {
					test.after(d, shut, cancel)
				}
			}); err != nil {
				t.Fatal(err)
			}
			shut()
			<-ended
			if err := d.book.Close(); err != nil {
				t.Fatal(err)
			}
			p.script = func(int, mail.Message) sendScript { return sendScript{before: unreachable} }
			d, stop := other.open(t)
			defer stop()
			if l := lotNow(t, d, second); (l.Asked != nil) != test.asked {
				t.Errorf("it is asked for: %+v", l.Asked)
			}
		})
	}
}

// Who withdraws a call withdraws what nobody else has asked for.
func TestWishesOfOthersStay(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1, 1)
	p.script = func(int, mail.Message) sendScript { return sendScript{before: unreachable} }
	d, stop := s.open(t)
	defer stop()
	if _, err := d.Transmit(t.Context(), ehr, []string{s.lots[2].ID}, still); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := d.Transmit(ctx, "https://ehr.exemple.test#a", nil, func(int) { cancel() }); err != nil {
		t.Fatal(err)
	}
	for i, asked := range []bool{true, false, true} { // tried; withdrawn; the other's
		l := lotNow(t, d, s.lots[i].ID)
		if way := d.out.waiting(l); (l.Asked != nil) != asked || (way != nil) != asked {
			t.Errorf("lot %d is asked for: %+v, waits: %+v", i+1, l.Asked, way)
		}
	}
}

// A wish that is old is not taken up by itself: the journal may be an image of long ago.
func TestOldWishes(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	s.deps.Now = time.Now
	synctest.Test(t, func(t *testing.T) {
		p.script = func(int, mail.Message) sendScript { return sendScript{before: unreachable} }
		d, stop := s.open(t)
		if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
			t.Fatal(err)
		}
		stop()
		time.Sleep(wishLife + time.Hour)
		p.script = nil
		d, stop = s.open(t)
		defer stop()
		time.Sleep(2 * longestDelay)
		if l := lotNow(t, d, s.lots[0].ID); l.Sent != nil || l.Asked != nil || len(p.sent) != 0 {
			t.Errorf("lot %s, asked for %+v, %d messages", l.State, l.Asked, len(p.sent))
		}
	})
}

// A lot that a server has refused leaves once somebody has decided so.
func TestRefusedIsDecidedFirst(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	id := s.lots[0].ID
	p.script = func(int, mail.Message) sendScript { return sendScript{before: refusal} }
	d, stop := s.open(t)
	defer stop()
	if _, err := d.Transmit(t.Context(), ehr, []string{id}, still); err != nil {
		t.Fatal(err)
	}
	p.script = nil
	list, err := d.Transmit(t.Context(), ehr, []string{id}, still)
	if err != nil || list[0].Error == nil || list[0].Error.Retryable || len(p.sent) != 0 {
		t.Fatalf("%+v, %v, %d messages", list, err, len(p.sent))
	}
	if _, err := d.Decide(t.Context(), ehr, id, false, lot.Call{}); err != nil {
		t.Fatal(err)
	}
	if list, err = d.Transmit(t.Context(), ehr, []string{id}, still); err != nil || list[0].Error != nil || len(p.sent) != 1 {
		t.Errorf("%+v, %v, %d messages", list, err, len(p.sent))
	}
}
