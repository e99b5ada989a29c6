package bridge

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
)

// followJob takes events of the job id until its end.
func (c *client) followJob(id string) (all []state.Job) {
	c.t.Helper()
	for {
		e := c.event()
		if e.Type != state.EventJob || e.Job.ID != id {
			continue
		}
		if all = append(all, *e.Job); e.Job.Ended != nil {
			return all
		}
	}
}

type begunJob struct{ Job state.Job }

// A bulk signature answers at once, tells how far it is, and outlives its socket.
func TestBulkSignatureIsAJob(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c := r.dial(t)
	c.settled(r)
	r.typing(t)
	local := principal{name: "local", scopes: allScopes, local: true}
	ids := r.created(t, local, 12)
	call := fmt.Sprintf(`{"ids":%s,"idempotencyKey":"k"}`, idList(append(ids, "nobody's")))
	var begun, again begunJob
	c.mustCall("fse.signMany", call, &begun)
	if j := begun.Job; j.State != state.JobRunning || j.Total != 13 || j.Method != "fse.signMany" || j.Ended != nil {
		t.Fatalf("the answer is %+v", j)
	}
	c.mustCall("fse.signMany", call, &again)
	if again.Job.ID != begun.Job.ID {
		t.Errorf("the repetition began another job")
	}
	_ = c.ws.Close() // the page is loaded anew
	c = r.dial(t)
	for j := begun.Job; j.Ended == nil; {
		var now begunJob
		c.mustCall("jobs.get", fmt.Sprintf(`{"id":%q}`, j.ID), &now)
		if j = now.Job; j.Ended != nil {
			wantOutcomes(t, j, 12)
			break
		}
		c.event()
	}
	var listed struct{ Jobs []state.Job }
	c.mustCall("jobs.list", "", &listed)
	if len(listed.Jobs) != 1 || listed.Jobs[0].ID != begun.Job.ID || listed.Jobs[0].Result != nil {
		t.Errorf("the list is %+v", listed.Jobs)
	}
}

// wantOutcomes checks the result of a bulk signature of which n succeed and the
// last is refused.
func wantOutcomes(t *testing.T, j state.Job, n int) {
	t.Helper()
	result, _ := j.Result.(map[string]any)
	outcomes, _ := result["resultats"].([]any)
	if j.State != state.JobDone || j.Done != n+1 || len(outcomes) != n+1 {
		t.Fatalf("the job ends as %+v", j)
	}
	for i, o := range outcomes {
		one := o.(map[string]any)
		if _, signed := one["fse"]; signed != (i < n) {
			t.Errorf("FSE %d: %v", i, one)
		}
	}
	refused := outcomes[n].(map[string]any)["erreur"].(map[string]any)
	if refused["kind"] != string(state.NotFound) || !strings.HasPrefix(refused["doc"].(string), errorPages) {
		t.Errorf("the last is refused with %v", refused)
	}
}

// Events of a job come in order, the last with its result.
func TestJobEvents(t *testing.T) {
	r := start(t, "medecin-secteur1")
	c := r.dial(t)
	c.settled(r)
	r.typing(t)
	ids := r.created(t, principal{name: "local", scopes: allScopes, local: true}, 11)
	var begun begunJob
	c.mustCall("fse.signMany", fmt.Sprintf(`{"ids":%s}`, idList(ids)), &begun)
	all := c.followJob(begun.Job.ID)
	var steps []int
	for _, j := range all {
		steps = append(steps, j.Done)
	}
	if !slices.Equal(steps, []int{0, 5, 10, 11, 11}) || all[len(all)-1].State != state.JobDone || all[len(all)-1].Result == nil {
		t.Errorf("steps %v, the end is %+v", steps, all[len(all)-1])
	}
}

// A bulk signature that is cancelled stops before its next FSE: those that are
// signed stay signed, the others can be signed later.
func TestBulkSignatureIsCancelled(t *testing.T) {
	r := start(t)
	c := r.dial(t)
	r.typing(t)
	var ids []string
	var begun begunJob
	stopped := make(chan struct{})
	card := &pausing{Card: virtualCard(t, "medecin-secteur1"), ins: 0x2A, at: 15, reached: make(chan struct{}), goOn: stopped}
	if err := r.readers.Insert("A", card); err != nil {
		t.Fatal(err)
	}
	c.settled(r)
	local := principal{name: "local", scopes: allScopes, local: true}
	ids = r.created(t, local, 20)
	c.mustCall("fse.signMany", fmt.Sprintf(`{"ids":%s}`, idList(ids)), &begun)
	<-card.reached // in the second slice
	var cancelled begunJob
	c.mustCall("jobs.cancel", fmt.Sprintf(`{"id":%q}`, begun.Job.ID), &cancelled)
	close(stopped)
	all := c.followJob(begun.Job.ID)
	end := all[len(all)-1]
	if end.State != state.JobCancelled || end.Done != 5 || end.Error != nil {
		t.Errorf("the job ends as %+v", end)
	}
	signed := 0
	for _, id := range ids {
		var f struct{ Etat string }
		r.must(t, local, "fse.get", fmt.Sprintf(`{"id":%q}`, id), &f)
		if f.Etat == "en-lot" {
			signed++
		}
	}
	if signed != 5 {
		t.Errorf("%d FSE are signed", signed)
	}
	c.mustCall("fse.signMany", fmt.Sprintf(`{"ids":%s}`, idList(ids[5:])), &begun)
	all = c.followJob(begun.Job.ID)
	if end := all[len(all)-1]; end.State != state.JobDone || end.Done != 15 {
		t.Errorf("the rest ends as %+v", end)
	}
}

// pausing waits before it answers the command ins for the at-th time.
type pausing struct {
	virtual.Card
	ins     byte
	at, n   int
	reached chan struct{}
	goOn    <-chan struct{}
}

func (p *pausing) Transmit(command []byte) []byte {
	if len(command) > 1 && command[1] == p.ins {
		if p.n++; p.n == p.at {
			close(p.reached)
			<-p.goOn
		}
	}
	return p.Card.Transmit(command)
}

// published is a fake clock and a record of what was published.
type published struct {
	now  time.Time
	jobs []state.Job
}

func (p *published) server(t *testing.T) *Server {
	t.Helper()
	r := start(t)
	r.dial(t) // it serves
	s := r.server
	s.jobs = newJobs(func() time.Time { return p.now }, func(_ string, j state.Job) { p.jobs = append(p.jobs, j) })
	return s
}

// Ends are kept for ten minutes, and 64 of each principal; few run at once.
func TestJobsAreBounded(t *testing.T) {
	p := &published{now: time.Unix(1e9, 0)}
	s := p.server(t)
	c := call{ctx: t.Context(), daemon: s.daemon, server: s, who: page("a"), method: "test"}
	release := make(chan struct{})
	wait := func(context.Context, func(int)) (any, error) { <-release; return nil, nil }
	var ids []string
	for range jobsAtOnce {
		j, err := s.begin(c, 1, wait)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, j.ID)
	}
	if _, err := s.begin(c, 1, wait); state.KindOf(err) != state.Busy {
		t.Errorf("one more at once: %v", err)
	}
	other := c
	other.who = page("b")
	if _, err := s.begin(other, 1, wait); err != nil {
		t.Errorf("another principal's: %v", err)
	}
	close(release)
	ended := func(id string) bool {
		j, _, err := s.jobs.get(c.who.name, id)
		return err != nil || j.Ended != nil
	}
	eventually(t, "ended", func() bool { return !slices.ContainsFunc(ids, func(id string) bool { return !ended(id) }) })
	for range 3 * jobsKept {
		j, err := s.begin(c, 1, func(context.Context, func(int)) (any, error) { return nil, nil })
		if err != nil {
			t.Fatal(err)
		}
		eventually(t, "ended", func() bool { return ended(j.ID) })
	}
	if l, _ := listJobs(c, none{}); len(l.Jobs) != jobsKept {
		t.Errorf("%d jobs are kept", len(l.Jobs))
	}
	s.jobs.mu.Lock()
	p.now = p.now.Add(jobKeptFor + time.Second)
	s.jobs.mu.Unlock()
	if l, _ := listJobs(c, none{}); len(l.Jobs) != 0 {
		t.Errorf("%d jobs are kept for too long", len(l.Jobs))
	}
}

// A job that panics or fails says so, and one that is stopped in time is cancelled.
func TestJobEnds(t *testing.T) {
	r := start(t)
	r.dial(t) // it serves
	s := r.server
	c := call{ctx: t.Context(), daemon: s.daemon, server: s, who: page("a"), method: "test"}
	tests := []struct {
		name string
		work work[any]
		stop bool
		want state.JobState
		kind state.Kind
	}{
		{"done", func(context.Context, func(int)) (any, error) { return 1, nil }, false, state.JobDone, ""},
		{"failed", func(context.Context, func(int)) (any, error) { return nil, daemon.CheckBulk(nil) }, false, state.JobFailed, state.Invalid},
		{"defect", func(context.Context, func(int)) (any, error) { panic("defect") }, false, state.JobFailed, state.Internal},
		{"stopped", func(ctx context.Context, _ func(int)) (any, error) { <-ctx.Done(); return 1, errors.New("x") }, true, state.JobCancelled, ""},
		{"stopped too late", func(ctx context.Context, done func(int)) (any, error) { <-ctx.Done(); done(1); return 1, nil }, true, state.JobDone, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			begun, err := s.begin(c, 1, tt.work)
			if err != nil {
				t.Fatal(err)
			}
			_, stop, err := s.jobs.get(c.who.name, begun.ID)
			if err != nil {
				t.Fatal(err)
			}
			if tt.stop {
				stop()
			}
			var j state.Job
			eventually(t, "ended", func() bool {
				j, _, err = s.jobs.get(c.who.name, begun.ID)
				return j.Ended != nil
			})
			kind := state.Kind("")
			if j.Error != nil {
				kind = j.Error.Kind
			}
			if j.State != tt.want || kind != tt.kind {
				t.Errorf("it ends as %+v", j)
			}
		})
	}
}

// Who may no longer call has nothing going on any more.
func TestDismissStopsJobs(t *testing.T) {
	r := start(t, "medecin-secteur1")
	r.dial(t).settled(r)
	p := page("a", scopeCards)
	s := r.server
	c := call{ctx: t.Context(), daemon: s.daemon, server: s, who: p, method: "test"}
	begun, err := s.begin(c, 2, func(ctx context.Context, _ func(int)) (any, error) { <-ctx.Done(); return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	r.must(t, p, "lease.acquire", `{"reader":"a"}`, nil)
	s.dismiss(p.name)
	eventually(t, "the job has ended", func() bool {
		j, _, err := s.jobs.get(p.name, begun.ID)
		return err == nil && j.State == state.JobCancelled
	})
	if leases := r.daemon.Snapshot().Leases; len(leases) != 0 {
		t.Errorf("the card is still reserved: %v", leases)
	}
}
