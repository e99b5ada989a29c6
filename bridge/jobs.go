package bridge

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Bounds of the jobs of one principal, and how long one that has ended is kept.
const (
	jobsAtOnce = 4
	jobsKept   = 64
	jobKeptFor = 10 * time.Minute
)

// work is what a job does. It stops between two steps when ctx ends, and tells
// how many steps are over.
type work[R any] func(ctx context.Context, progress func(done int)) (R, error)

// jobResult is a job as it is now: events of type job tell the rest.
type jobResult struct {
	Job state.Job `json:"job"`
}

// job makes a handler of a function that gives the number of steps and the work.
func job[P, R any](f func(call, P) (total int, w work[R], err error)) handler {
	h := with(func(c call, p P) (jobResult, error) {
		total, w, err := f(c, p)
		if err != nil {
			return jobResult{}, err
		}
		j, err := c.server.begin(c, total, func(ctx context.Context, progress func(int)) (any, error) { return w(ctx, progress) })
		return jobResult{j}, err
	})
	h.outcome = reflect.TypeFor[R]()
	return h
}

// jobs are the jobs of all principals. A job belongs to its principal and not to
// a connection: a page that is loaded anew finds it again.
type jobs struct {
	now     func() time.Time
	publish func(principal string, j state.Job)

	mu  sync.Mutex // protects all and what it holds; taken before the daemon's
	all map[string]*running
}

// running is a job, also once it has ended.
type running struct {
	state.Job
	principal string
	stop      context.CancelFunc
}

func newJobs(now func() time.Time, publish func(string, state.Job)) *jobs {
	return &jobs{now: now, publish: publish, all: make(map[string]*running)}
}

// begin starts a job of the caller's and returns it.
func (s *Server) begin(c call, total int, w work[any]) (state.Job, error) {
	if !s.enter() {
		return state.Job{}, &state.Error{Kind: state.Offline, Code: "ARRET", Message: "Le service s'arrête.", Retryable: true}
	}
	ctx, stop := context.WithCancel(s.ctx)
	j, err := s.jobs.add(c, total, stop)
	if err != nil {
		stop()
		s.leave()
		return state.Job{}, err
	}
	begun := j.Job
	go func() {
		defer s.leave()
		defer stop()
		result, err := s.work(ctx, j, w)
		s.jobs.end(j, ctx.Err() != nil, result, err)
	}()
	return begun, nil
}

// work does a job's work. A panic in it fails the job, not the service.
func (s *Server) work(ctx context.Context, j *running, w work[any]) (result any, err error) {
	defer func() {
		if p := recover(); p != nil {
			s.log.Error("panic in a job", "principal", j.principal, "method", j.Method, "panic", p, "stack", string(debug.Stack()))
			result, err = nil, errPanic
		}
	}()
	return w(ctx, func(done int) { s.jobs.progress(j, done) })
}

func (l *jobs) add(c call, total int, stop context.CancelFunc) (*running, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep()
	under := 0
	for _, j := range l.all {
		if j.principal == c.who.name && j.State == state.JobRunning {
			under++
		}
	}
	if under >= jobsAtOnce {
		return nil, &state.Error{Kind: state.Busy, Code: "TROP_DE_TRAVAUX", Retryable: true,
			Message: fmt.Sprintf("%d travaux sont déjà en cours : attendez la fin de l'un d'eux ou annulez-le.", jobsAtOnce)}
	}
	j := &running{principal: c.who.name, stop: stop,
		Job: state.Job{ID: strings.ToLower(rand.Text()), Method: c.method, State: state.JobRunning, Total: total, Started: l.now().UTC()}}
	l.all[j.ID] = j
	l.publish(j.principal, j.Job)
	return j, nil
}

func (l *jobs) progress(j *running, done int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if done != j.Done {
		j.Done = done
		l.publish(j.principal, j.Job)
	}
}

// end records how j ended. One that was stopped too late is done all the same.
func (l *jobs) end(j *running, stopped bool, result any, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now().UTC()
	j.Ended = &now
	switch {
	case stopped && (j.Done < j.Total || j.Total == 0 && err != nil):
		j.State, j.Result = state.JobCancelled, result
	case err != nil:
		j.State, j.Error = state.JobFailed, documented(daemon.Failure(err))
	default:
		j.State, j.Result = state.JobDone, result
	}
	l.publish(j.principal, j.Job)
	l.sweep()
}

// sweep forgets the jobs that ended too long ago and, of each principal, the
// oldest beyond those that are kept. It is called with the mutex held.
func (l *jobs) sweep() {
	kept := make(map[string]int)
	for _, j := range l.sorted() {
		if j.Ended == nil {
			continue
		}
		if kept[j.principal]++; kept[j.principal] > jobsKept || l.now().Sub(*j.Ended) > jobKeptFor {
			delete(l.all, j.ID)
		}
	}
}

// sorted lists the jobs, the newest first, with the mutex held.
func (l *jobs) sorted() []*running {
	list := make([]*running, 0, len(l.all))
	for _, j := range l.all {
		list = append(list, j)
	}
	slices.SortFunc(list, func(a, b *running) int {
		return cmp.Or(b.Started.Compare(a.Started), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// get returns the job id of principal, as it is now.
func (l *jobs) get(principal, id string) (state.Job, context.CancelFunc, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep()
	j := l.all[id]
	if j == nil || j.principal != principal {
		return state.Job{}, nil, &state.Error{Kind: state.NotFound, Code: "TRAVAIL_INTROUVABLE", Path: "id",
			Message: "Ce travail n'existe pas, ou il a pris fin il y a plus de dix minutes."}
	}
	return j.Job, j.stop, nil
}

// dismiss takes back what principal has at hand, because it may no longer call:
// its jobs stop before their next step, its leases and codes are gone.
func (s *Server) dismiss(principal string) {
	s.jobs.stopAll(principal)
	s.daemon.Dismiss(principal)
}

func (l *jobs) stopAll(principal string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, j := range l.all {
		if j.principal == principal {
			j.stop()
		}
	}
}

func getJob(c call, p idParams) (jobResult, error) {
	j, _, err := c.server.jobs.get(c.who.name, p.ID)
	return jobResult{j}, err
}

type jobsResult struct {
	Jobs []state.Job `json:"jobs"`
}

func listJobs(c call, _ none) (jobsResult, error) {
	c.server.jobs.mu.Lock()
	defer c.server.jobs.mu.Unlock()
	c.server.jobs.sweep()
	out := jobsResult{Jobs: []state.Job{}}
	for _, j := range c.server.jobs.sorted() {
		if j.principal == c.who.name {
			shown := j.Job
			shown.Result = nil
			out.Jobs = append(out.Jobs, shown)
		}
	}
	return out, nil
}

func cancelJob(c call, p change) (jobResult, error) {
	j, stop, err := c.server.jobs.get(c.who.name, p.ID)
	if err == nil {
		stop()
	}
	return jobResult{j}, err
}
