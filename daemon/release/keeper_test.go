package release

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// asked is a Keeper that notes when it asks, by the clock of a bubble.
type asked struct {
	*Keeper
	times  []time.Duration // since the first run began
	floors []time.Time
	told   []Status
	answer func() (Manifest, error)
}

func newAsked(file string, later time.Duration) *asked {
	a := &asked{answer: func() (Manifest, error) {
		m := good()
		m.Published = time.Now()
		return m, nil
	}}
	start := time.Now()
	a.Keeper = NewKeeper(Source{}, "1.2.2", file, slog.New(slog.DiscardHandler), func(s Status) { a.told = append(a.told, s) })
	a.random = func(time.Duration) time.Duration { return later }
	a.check = func(_ context.Context, _, floor time.Time) (Manifest, error) {
		a.times = append(a.times, time.Since(start))
		a.floors = append(a.floors, floor)
		return a.answer()
	}
	return a
}

// run runs the Keeper for a time.
func (a *asked) run(t *testing.T, d time.Duration) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { a.Run(ctx); close(done) }()
	time.Sleep(d)
	cancel()
	<-done
}

// S31: nothing is asked in the first ten minutes of a run, nor twice in a day, be the
// service started as often as it likes.
func TestS31WhenIsAsked(t *testing.T) {
	for _, later := range []time.Duration{0, jitter} {
		synctest.Test(t, func(t *testing.T) {
			a := newAsked(filepath.Join(t.TempDir(), "update.json"), later)
			a.run(t, afterStart+later-time.Second)
			if len(a.times) != 0 {
				t.Errorf("asked %v after the start", a.times)
			}
			a.run(t, 3*24*time.Hour)
			for range 50 {
				a.run(t, time.Hour)
			}
			for i := 1; i < len(a.times); i++ {
				if between := a.times[i] - a.times[i-1]; between < 24*time.Hour {
					t.Errorf("asked again after %v", between)
				}
			}
			if len(a.times) < 3 {
				t.Errorf("asked %d times in five days", len(a.times))
			}
		})
	}
}

// What was seen stays over a restart, and is the floor of what is believed next; a
// failure forgets nothing of it.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "update.json")
		a := newAsked(file, 0)
		a.run(t, time.Hour)
		published := a.told[len(a.told)-1].Published
		if last := a.told[len(a.told)-1]; last.Version != "1.2.3" || last.Err != nil || published.IsZero() || last.Asked.IsZero() {
			t.Errorf("%+v", last)
		}
		b := newAsked(file, 0)
		b.answer = func() (Manifest, error) { return Manifest{}, &Error{Kind: Older} }
		b.run(t, 25*time.Hour)
		if len(b.floors) != 1 || !b.floors[0].Equal(published) {
			t.Errorf("floors %v, want %v", b.floors, published)
		}
		if first, last := b.told[0], b.told[len(b.told)-1]; first.Version != "1.2.3" || last.Version != "1.2.3" || KindOf(last.Err) != Older {
			t.Errorf("%+v, then %+v", first, last)
		}
	})
}

// A memory that is damaged or can't be written is done without, and a clock that was
// set back does not stop the questions for longer than a day.
func TestMemoryLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		file := filepath.Join(dir, "update.json")
		for _, content := range []string{"{", `{"asked":"2099-01-01T00:00:00Z"}`} {
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			a := newAsked(file, 0)
			a.run(t, time.Hour)
			if len(a.times) != 1 {
				t.Errorf("%s: asked %d times", content, len(a.times))
			}
		}
		a := newAsked(filepath.Join(dir, "none", "update.json"), 0)
		a.answer = func() (Manifest, error) { return Manifest{}, &Error{Unreachable, errors.New("no route")} }
		a.run(t, 49*time.Hour)
		if len(a.times) != 3 {
			t.Errorf("asked %v", a.times)
		}
	})
}
