package daemon

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
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
