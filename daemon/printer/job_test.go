//go:build !windows

package printer

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestFollow(t *testing.T) {
	const processing = 5
	printing := job{state: processing}
	noPaper := job{state: processing, reasons: []string{"media-empty-warning"}}
	seconds := func(n int, j job) []job { return slices.Repeat([]job{j}, 2*n) }
	sheets := func(n int) (list []job) { // one each 20 s, with another tray empty
		for i := range n {
			list = append(list, seconds(20, job{state: processing, reasons: []string{"media-empty-warning"}, sheets: i + 1})...)
		}
		return list
	}
	asked := errors.New("cannot ask")
	tests := []struct {
		name string
		jobs []job // one for each half second, the last for ever
		want error
		took time.Duration
	}{
		{"at once", []job{{state: jobCompleted}}, nil, 0},
		{"after a while", append(seconds(100, printing), job{state: jobCompleted}), nil, 100 * time.Second},
		{"taken away", []job{printing, {state: jobCanceled}}, &FailedError{"p", "retirée de la file d'attente"}, 500 * time.Millisecond},
		{"taken away while it is sent", []job{{state: jobCanceled, message: "Connected to printer."}}, &FailedError{"p", "retirée de la file d'attente"}, 0},
		{"aborted", []job{{state: 8}}, &FailedError{"p", "abandonnée par le système d'impression"}, 0},
		{"aborted, with a reason", []job{{state: 8, message: "bad\x1bfile"}}, &FailedError{"p", "bad file"}, 0},
		{"a filter failed", []job{{state: jobStopped, message: "damaged"}}, &FailedError{"p", "damaged"}, 0},
		{"no paper", []job{noPaper}, &StoppedError{"p", "plus de papier"}, 30 * time.Second},
		{"paper in time", append(seconds(29, noPaper), printing, job{state: jobCompleted}), nil, 29*time.Second + 500*time.Millisecond},
		{"no paper twice, and each time some", slices.Concat(seconds(29, noPaper), seconds(1, printing), seconds(29, noPaper), []job{{state: jobCompleted}}), nil, 59 * time.Second},
		{"an empty tray that is not needed", append(sheets(6), job{state: jobCompleted}), nil, 2 * time.Minute},
		{"switched off", []job{{state: processing, printerMessage: "The printer is not responding."}}, &StoppedError{"p", off}, 30 * time.Second},
		{"stopped by hand", []job{{state: 3, printerStopped: true, printerMessage: "Paused"}}, &StoppedError{"p", "Paused"}, 30 * time.Second},
		{"for ever", []job{printing}, &StoppedError{"p", "elle n'a pas fini à temps"}, 10 * time.Minute},
		{"no answer", nil, asked, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				err := ordinary.follow(t.Context(), "p", func(context.Context) (job, error) {
					if len(tt.jobs) == 0 {
						return job{}, asked
					}
					return tt.jobs[min(int(time.Since(began)/ordinary.poll), len(tt.jobs)-1)], nil
				})
				if diff := cmp.Diff(tt.want, err, cmp.Comparer(func(a, b error) bool { return a == b || a != nil && b != nil && a.Error() == b.Error() })); diff != "" {
					t.Error(diff)
				}
				if took := time.Since(began); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
			})
		})
	}
}

func TestFollowEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		err := ordinary.follow(ctx, "p", func(context.Context) (job, error) { return job{state: 5}, nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}
