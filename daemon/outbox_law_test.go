package daemon

import (
	"context"
	"errors"
	"maps"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/mail"
)

// A service that is stopped while a message is on its way lets it arrive; one that takes
// too long leaves it undecided, as a crash does.
func TestStoppedWhileSending(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1)
	id := s.lots[0].ID
	t.Run("it arrives", func(t *testing.T) {
		d, stop := s.copied(t, t.TempDir()).open(t)
		begun, stopped := make(chan struct{}), make(chan struct{})
		p.script = func(int, mail.Message) sendScript {
			return sendScript{during: func(context.Context) { close(begun); <-stopped }}
		}
		result := make(chan error, 1)
		go func() { _, err := d.Transmit(context.Background(), ehr, nil, still); result <- err }()
		<-begun
		time.AfterFunc(10*time.Millisecond, func() { close(stopped) })
		stop()
		if err := <-result; err != nil {
			t.Error(err)
		}
	})
	t.Run("it takes too long", func(t *testing.T) {
		c := s.copied(t, t.TempDir())
		synctest.Test(t, func(t *testing.T) {
			p.script = func(int, mail.Message) sendScript {
				return sendScript{after: undecided, during: func(ctx context.Context) { <-ctx.Done() }}
			}
			d, stop := c.open(t)
			go func() { time.Sleep(time.Second); stop() }()
			begun := time.Now()
			list, err := d.Transmit(context.Background(), ehr, nil, still)
			if took := time.Since(begun); err != nil || len(list) != 1 || list[0].Error == nil || list[0].Error.Code != "ENVOI_INDECIS" || took != time.Second+stopGrace {
				t.Errorf("%+v, %v, after %v", list, err, took)
			}
			synctest.Wait()
		})
	})
	t.Run("it is crashed", func(t *testing.T) {
		c := s.copied(t, t.TempDir())
		d, stop := c.open(t)
		after := c.copied
		var crashed *shelf
		p.script = func(int, mail.Message) sendScript {
			return sendScript{during: func(context.Context) { crashed = after(t, t.TempDir()) }} // as the disk is now
		}
		if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
			t.Fatal(err)
		}
		stop()
		p.script = nil
		d, stop = crashed.open(t)
		defer stop()
		list, err := d.Transmit(t.Context(), ehr, []string{id}, still)
		if err != nil || list[0].Error == nil || list[0].Error.Code != "ENVOI_EN_COURS" || list[0].Lot.Dispatch.State != string(lot.DispatchUndecided) {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// With send = "auto", lots leave by themselves, later each time while there is no
// network; ten minutes without any are told.
func TestByItself(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 1)
	s.cfg.Mail.Send = SendByItself
	s.deps.Now = time.Now
	synctest.Test(t, func(t *testing.T) {
		online := time.Now().Add(time.Hour)
		var tries []time.Duration
		began := time.Now()
		p.script = func(int, mail.Message) sendScript {
			tries = append(tries, time.Since(began))
			if time.Now().Before(online) {
				return sendScript{before: unreachable}
			}
			return sendScript{}
		}
		d, stop := s.copied(t, t.TempDir()).open(t)
		defer stop()
		time.Sleep(9 * time.Minute)
		if m := d.MailState(); m.Offline || m.NextTry == nil || m.Waiting != 2 || m.Problem == nil {
			t.Errorf("after 9 minutes %+v", m)
		}
		time.Sleep(2 * time.Minute)
		if m := d.MailState(); !m.Offline {
			t.Errorf("after 11 minutes %+v", m)
		}
		time.Sleep(2 * time.Hour)
		if m := d.MailState(); m.Offline || m.NextTry != nil || m.Waiting != 0 || m.Problem != nil || len(p.sent) != 2 {
			t.Errorf("with a network %+v, %d messages", m, len(p.sent))
		}
		if len(tries) < 6 || len(tries) > 12 {
			t.Errorf("tried at %v", tries)
		}
		for i := 1; i < len(tries)-1; i++ {
			if wait := tries[i] - tries[i-1]; wait < firstDelay || wait > longestDelay*5/4+lookAgain {
				t.Errorf("waited %v at try %d", wait, i)
			}
		}
	})
}

// Offline the journal is told once that a lot was asked for, and nothing of the tries.
func TestOfflineWritesOnce(t *testing.T) {
	p := newPost()
	p.script = func(int, mail.Message) sendScript { return sendScript{before: unreachable} }
	s := newShelf(t, p, 1)
	d, stop := s.copied(t, t.TempDir()).open(t)
	defer stop()
	before, err := d.book.Stats()
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := d.Transmit(t.Context(), ehr, nil, still); err != nil {
			t.Fatal(err)
		}
	}
	if after, err := d.book.Stats(); err != nil || after.Last != before.Last+1 || p.dials() != 3 {
		t.Errorf("record %d, then %d, %v", before.Last, after.Last, err)
	}
}

// No law of the outbox is broken by any order of failures, crashes, stops, copies, changes
// of mind and decisions: the server takes the message of a lot once at most, unless
// somebody has said that it had not left, and there is never more than one message on its
// way. A start takes up what was asked for, and only that: nobody has asked for a lot that
// waits for a decision, has left or is open.
func TestAtMostOnce(t *testing.T) {
	p := newPost()
	s := newShelf(t, p, 1, 2)
	rapid.Check(t, func(rt *rapid.T) {
		p.mu.Lock()
		p.taken, p.sent, p.box, p.most = map[string]int{}, nil, map[string][]byte{}, 0
		p.mu.Unlock()
		now := s.copied(t, t.TempDir())
		d, stop := now.open(t)
		defer func() { stop() }()
		var crash atomic.Pointer[shelf]
		// Drawn before: the outbox also sends while the next step is drawn.
		answers := rapid.SliceOfN(rapid.SampledFrom([]sendScript{{}, {}, {}, {}, {before: unreachable}, {before: refusal}, {after: busy}, {after: refusal}, {after: cutOff},
			{after: undecided}, {after: undecided, taken: true}, {after: &mail.Error{Kind: mail.KindProtocol, Err: errors.New("?")}}}), 24, 24).Draw(rt, "server")
		crashes := rapid.SliceOfN(rapid.IntRange(0, 2), len(answers), len(answers)).Draw(rt, "crash at 0")
		next := 0
		p.script = func(int, mail.Message) sendScript { // under p.mu
			if crash.Load() != nil {
				return sendScript{before: unreachable} // of a past that is no more
			}
			i := next % len(answers)
			next++
			script := answers[i]
			if crashes[i] == 0 {
				script.during = func(context.Context) { crash.Store(now.copied(t, t.TempDir())) }
			}
			return script
		}
		excused := map[string]int{} // messages that somebody has said had not left
		for range rapid.IntRange(1, 8).Draw(rt, "steps") {
			switch rapid.SampledFrom([]string{"transmit", "transmit", "one", "cancelled", "fetch", "restart", "restart", "reopen", "decide"}).Draw(rt, "what") {
			case "transmit":
				_, _ = d.Transmit(context.Background(), ehr, nil, still)
			case "one":
				_, _ = d.Transmit(context.Background(), ehr, []string{rapid.SampledFrom(s.lots).Draw(rt, "lot").ID}, still)
			case "cancelled":
				ctx, cancel := context.WithCancel(context.Background())
				_, _ = d.Transmit(ctx, ehr, nil, func(int) { cancel() })
				cancel()
			case "reopen":
				id := rapid.SampledFrom(s.lots).Draw(rt, "lot").ID
				_, _ = d.ReopenLot(context.Background(), ehr, id, lot.Call{})
				_, _ = d.CloseLot(context.Background(), ehr, id, lot.Call{})
			case "fetch":
				if _, err := d.FetchReturns(context.Background(), ehr, still); err != nil {
					rt.Fatal(err)
				}
			case "restart":
				stop()
				d, stop = now.open(t)
			case "decide":
				l := lotNow(t, d, rapid.SampledFrom(s.lots).Draw(rt, "lot").ID)
				left := rapid.Bool().Draw(rt, "left")
				refused := l.Dispatch != nil && l.Dispatch.State == lot.DispatchRefused
				if _, err := d.Decide(context.Background(), ehr, l.ID, left, lot.Call{}); err == nil && !left && !refused { // it may have become undecided just before
					excused[lotNow(t, d, l.ID).Dispatch.MessageID]++
				}
			}
			if crash.Load() != nil { // while a message was on its way
				stop()
				now = crash.Swap(nil)
				d, stop = now.open(t)
			}
			for _, one := range s.lots {
				if l := lotNow(t, d, one.ID); l.Asked != nil && (l.State != fse.LotClos || l.Dispatch != nil && l.Dispatch.State != lot.DispatchNone && l.Dispatch.State != lot.DispatchBegun) {
					rt.Fatalf("a lot is asked for that is %s, %+v", l.State, l.Dispatch)
				}
			}
			p.mu.Lock()
			taken, most := maps.Clone(p.taken), p.most
			p.mu.Unlock()
			for id, n := range taken {
				if n > 1+excused[id] {
					rt.Fatalf("the server has taken a message %d times, %d decisions", n, excused[id])
				}
			}
			if most > 1 {
				rt.Fatalf("%d messages on their way at once", most)
			}
		}
	})
}
