package backup

import (
	"context"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/journal/key"
)

const (
	// Every is the usual time between two runs.
	Every = 15 * time.Minute
	// firstRetry is how long Keep waits after a first failure; it doubles with each more, up to the usual time between two runs.
	firstRetry = time.Minute
	// wholeEvery is how often all of every segment is read and mended.
	wholeEvery = 24 * time.Hour
	// lastRun is how long the run at the end may take: a daemon that stops waits for it.
	lastRun = 30 * time.Second
)

// Keep runs the backup now, and then every time that every has passed and the journal has grown or was purged, until ctx ends;
// then once more if it has. Once a day, and at the beginning, it reads all of every segment and mends.
// After a failure it tries again sooner than every, and less and less soon.
//
// tell gets the outcome of each run, in this goroutine. Keep must have returned before the journal is closed.
func Keep(ctx context.Context, j *journal.Journal, dir string, s key.Secret, every time.Duration, tell func(Report, error)) {
	k := &keeping{
		every: every, tell: tell,
		extent: func() (e extent, err error) {
			err = j.View(func(s journal.State) error {
				e = extent{s.First(), s.Last()}
				return nil
			})
			return e, err
		},
		run: func(ctx context.Context, whole bool) (Report, error) {
			if whole {
				return Mend(ctx, j, dir, s)
			}
			return Run(ctx, j, dir, s)
		},
	}
	k.keep(ctx)
}

// extent is the first and the last record of the journal's chain: the last moves when it grows, the first when it is purged.
type extent struct{ first, last uint64 }

// keeping is the loop of Keep, apart from what it runs.
type keeping struct {
	every  time.Duration
	tell   func(Report, error)
	extent func() (extent, error)
	run    func(ctx context.Context, whole bool) (Report, error)

	done   extent    // after the last good run
	whole  time.Time // of the last good run over everything
	failed int       // failures since the last good run
}

func (k *keeping) keep(ctx context.Context) {
	k.step(ctx)
	for ctx.Err() == nil {
		timer := time.NewTimer(k.wait())
		select {
		case <-timer.C:
			k.step(ctx)
		case <-ctx.Done():
			timer.Stop()
		}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastRun)
	defer cancel()
	if k.moved() {
		k.do(end, false)
	}
}

// wait is how long to wait before the next look.
func (k *keeping) wait() time.Duration {
	if k.failed == 0 {
		return k.every
	}
	return min(k.every, firstRetry<<min(k.failed-1, 16))
}

// step runs if there is something to do.
func (k *keeping) step(ctx context.Context) {
	whole := k.whole.IsZero() || time.Since(k.whole) >= wholeEvery
	if whole || k.moved() {
		k.do(ctx, whole)
	}
}

// moved tells whether the journal is not as the last good run has seen it. If it can't tell, the run will say why.
func (k *keeping) moved() bool {
	e, err := k.extent()
	return err != nil || e != k.done
}

func (k *keeping) do(ctx context.Context, whole bool) {
	r, err := k.run(ctx, whole)
	if err != nil {
		if ctx.Err() == nil {
			k.failed++
		}
	} else {
		k.failed, k.done = 0, extent{r.First, r.Last}
		if whole {
			k.whole = time.Now()
		}
	}
	k.tell(r, err)
}
