//go:build !windows

package printer

import (
	"context"
	"time"
)

// jobState is the job-state of IPP (RFC 8011 5.3.7).
type jobState int

const (
	jobStopped   jobState = 6
	jobCanceled  jobState = 7
	jobCompleted jobState = 9
)

// job is a document in the queue as it is now, with what its printer says.
type job struct {
	state   jobState
	message string // of the system about the document
	sheets  int    // that are out, where the printer counts them

	printerStopped bool
	reasons        []string
	printerMessage string
}

// patience bounds the wait for a document.
type patience struct {
	poll    time.Duration // between two questions
	stopped time.Duration // without headway of a printer that says what it waits for
	whole   time.Duration // for a document
	tool    time.Duration // for a run of lp or cancel
}

// People put paper in while they wait; the rest is for sheets that a slow printer
// prints on both sides.
var ordinary = patience{poll: 500 * time.Millisecond, stopped: 30 * time.Second, whole: 10 * time.Minute, tool: time.Minute}

// follow asks for the job until it has ended and returns nil when it was printed. It
// fails with *StoppedError, *FailedError, ctx.Err() or what ask fails with.
func (p patience) follow(ctx context.Context, printer string, ask func(context.Context) (job, error)) error {
	began := time.Now()
	headway, sheets := began, 0
	for {
		j, err := ask(ctx)
		if err != nil {
			return err
		}
		switch {
		case j.state == jobCompleted:
			return nil
		case j.state > jobStopped, j.state == jobStopped && !j.printerStopped: // the latter when a filter fails
			return &FailedError{printer, given(j)}
		}
		why := waiting(j.reasons, j.printerMessage)
		if j.printerStopped {
			why = stopped(j.reasons, j.printerMessage)
		}
		if why == "" || j.sheets != sheets {
			headway, sheets = time.Now(), j.sheets
		}
		switch {
		case time.Since(headway) >= p.stopped:
			return &StoppedError{printer, why}
		case time.Since(began) >= p.whole:
			return &StoppedError{printer, "elle n'a pas fini à temps"}
		}
		select {
		case <-time.After(p.poll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// given says why the system gave a document up. Of one that was taken away the message
// tells what was being done with it then.
func given(j job) string {
	switch {
	case j.state == jobCanceled:
		return "retirée de la file d'attente"
	case j.message != "":
		return visible(j.message)
	}
	return "abandonnée par le système d'impression"
}
