package backup

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// diary runs Keep's loop over a journal and a folder that are only numbers, and notes when it ran.
type diary struct {
	mu     sync.Mutex // protects what events change
	now    extent     // of the journal
	copied extent
	err    error
	runs   []string
	start  time.Time
}

func (d *diary) loop() *keeping {
	d.start = time.Now()
	return &keeping{
		every: Every,
		extent: func() (extent, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.now, nil
		},
		run: func(ctx context.Context, whole bool) (Report, error) {
			d.mu.Lock()
			defer d.mu.Unlock()
			what := " run"
			if whole {
				what = " mend"
			}
			d.runs = append(d.runs, time.Since(d.start).String()+what)
			if d.err == nil {
				d.copied = d.now
			}
			return Report{First: d.copied.first, Last: d.copied.last}, d.err
		},
		tell: func(_ Report, err error) {
			if err != nil {
				d.runs[len(d.runs)-1] += " failed"
			}
		},
	}
}

func TestKeep(t *testing.T) {
	tests := []struct {
		name  string
		event map[time.Duration]func(d *diary)
		for_  time.Duration
		want  []string
	}{
		{"nothing happens", nil, 3 * time.Hour, []string{"0s mend"}},
		{"one record", map[time.Duration]func(*diary){
			20 * time.Minute: func(d *diary) { d.now.last++ },
		}, 3 * time.Hour, []string{"0s mend", "30m0s run"}},
		{"a purge", map[time.Duration]func(*diary){
			20 * time.Minute: func(d *diary) { d.now.first = 4 },
		}, 3 * time.Hour, []string{"0s mend", "30m0s run"}},
		{"a record at the end", map[time.Duration]func(*diary){
			20 * time.Minute: func(d *diary) { d.now.last++ },
		}, 21 * time.Minute, []string{"0s mend", "21m0s run"}},
		{"a day", nil, 25 * time.Hour, []string{"0s mend", "24h0m0s mend"}},
		{"a share that is away for a while", map[time.Duration]func(*diary){
			10 * time.Minute: func(d *diary) { d.now.last++; d.err = errors.New("away") },
			40 * time.Minute: func(d *diary) { d.err = nil },
		}, 2 * time.Hour, []string{
			"0s mend", "15m0s run failed", "16m0s run failed", "18m0s run failed", "22m0s run failed", "30m0s run failed", "45m0s run",
		}},
		{"away from the beginning to the end", map[time.Duration]func(*diary){
			0: func(d *diary) { d.now.last++; d.err = errors.New("away") },
		}, 5 * time.Minute, []string{"0s mend failed", "1m0s mend failed", "3m0s mend failed", "5m0s run failed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &diary{now: extent{1, 7}}
				k := d.loop()
				ctx, cancel := context.WithTimeout(t.Context(), tt.for_)
				defer cancel()
				if f := tt.event[0]; f != nil {
					f(d)
				}
				for at, f := range tt.event {
					if at > 0 {
						time.AfterFunc(at, func() {
							d.mu.Lock()
							defer d.mu.Unlock()
							f(d)
						})
					}
				}
				k.keep(ctx)
				if diff := cmp.Diff(tt.want, d.runs); diff != "" {
					t.Errorf("runs (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestKeepWithAJournal(t *testing.T) {
	j, dir := openJournal(t, journalOptions(t)), t.TempDir()
	grow(t, j, 5, 10)
	ctx, cancel := context.WithCancel(context.Background())
	told := make(chan error, 2)
	done := make(chan struct{})
	go func() {
		defer close(done)
		Keep(ctx, j, dir, testSecret(t), time.Hour, func(_ Report, err error) { told <- err })
	}()
	if err := <-told; err != nil {
		t.Fatal(err)
	}
	grow(t, j, 5, 10)
	cancel()
	<-done
	if err := <-told; err != nil {
		t.Fatal(err)
	}
	wantWhole(t, j, dir)
}
