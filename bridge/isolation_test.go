package bridge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// page is a principal as a page of a site that was given scopes is one.
func page(name string, scopes ...scope) principal {
	return principal{name: "https://" + name + ".example#AAAAAAAA", scopes: scopes}
}

// as makes a call of p's, with parameters in JSON, and returns the result in JSON.
func (r *rig) as(t testing.TB, p principal, method, params string) (string, *state.Error) {
	t.Helper()
	m, e := r.server.methodFor(p, method)
	var result any
	if e == nil {
		result, e = r.server.run(t.Context(), nil, p, m, request{Method: method, Params: jsontext.Value(params)})
	}
	if e != nil {
		return "", e.Data
	}
	text, err := json.Marshal(result)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), nil
}

// must is as for a call that has to work.
func (r *rig) must(t testing.TB, p principal, method, params string, result any) {
	t.Helper()
	text, e := r.as(t, p, method, params)
	if e != nil {
		t.Fatalf("%s %s: %v", method, params, e)
	}
	if result != nil {
		if err := json.Unmarshal([]byte(text), result); err != nil {
			t.Fatal(err)
		}
	}
}

type made struct {
	ID  string `json:"id"`
	Lot string `json:"lot"`
}

// belongings are what principal A has: identifiers that nobody else was told.
type belongings struct {
	draft, signed made
	lot           string
	job           string
	lease         string
}

// secrets are the texts that show A's things to whoever sees them.
func (b belongings) secrets() []string {
	return []string{b.draft.ID, b.signed.ID, b.job, b.lease, "https://a.example", "DUPONTSECRET"}
}

const secretDraft = `{"mode":"degrade","beneficiaire":{"nom":"DUPONTSECRET"}}`

// settle gives A an FSE, one that is signed, a job that has ended, and a lease.
func (r *rig) settle(t *testing.T, a principal) (b belongings) {
	t.Helper()
	r.must(t, a, "fse.create", `{"facture":`+secretDraft+`}`, &b.draft)
	b.signed, b.lot = r.signedFSE(t, a)
	var begun struct{ Job state.Job }
	r.must(t, a, "fse.signMany", fmt.Sprintf(`{"ids":[%q]}`, b.draft.ID), &begun)
	b.job = begun.Job.ID
	eventually(t, "the job has ended", func() bool {
		r.must(t, a, "jobs.get", fmt.Sprintf(`{"id":%q}`, b.job), &begun)
		return begun.Job.Ended != nil
	})
	var lease struct{ ID string }
	r.must(t, a, "lease.acquire", `{"reader":"b","seconds":300,"idempotencyKey":"A"}`, &lease)
	b.lease = lease.ID
	return b
}

// reading is all that A may ask about its own things.
func (r *rig) reading(t testing.TB, a principal, b belongings) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, c := range [][2]string{
		{"fse.get", fmt.Sprintf(`{"id":%q}`, b.draft.ID)}, {"fse.get", fmt.Sprintf(`{"id":%q}`, b.signed.ID)},
		{"fse.list", `{}`}, {"fse.seal", fmt.Sprintf(`{"id":%q}`, b.signed.ID)},
		{"fse.list", `{"beneficiaires":true}`}, {"print.list", `{}`}, {"takings.days", `{"du":"` + time.Now().Format(time.DateOnly) + `"}`},
		{"lots.get", fmt.Sprintf(`{"id":%q}`, b.lot)}, {"jobs.list", `{}`}, {"jobs.get", fmt.Sprintf(`{"id":%q}`, b.job)},
	} {
		text, e := r.as(t, a, c[0], c[1])
		if e != nil {
			t.Fatalf("%s: %v", c[0], e)
		}
		out[c[0]+c[1]] = text
	}
	return out
}

// parametersFor draws parameters from the type of a method's, with A's identifiers
// among the values.
func parametersFor(m method, b belongings) *rapid.Generator[map[string]any] {
	values := rapid.OneOf(
		rapid.Map(rapid.SampledFrom([]string{b.draft.ID, b.signed.ID, b.lot, b.job, b.lease, "a", "b", "A", "", "0"}), func(s string) any { return s }),
		rapid.Map(rapid.IntRange(-1, 300), func(n int) any { return n }),
		rapid.Map(rapid.SampledFrom([]string{b.draft.ID, b.signed.ID}), func(s string) any { return []string{s} }),
		rapid.Just[any](map[string]any{"mode": "degrade", "actes": []any{}}),
		rapid.Map(rapid.SampledFrom([]string{"imprime", "poste", "feuille", "papier", "carte", time.Now().Format(time.DateOnly)}), func(s string) any { return s }),
		rapid.Map(rapid.Bool(), func(b bool) any { return b }),
	)
	names := memberNames(m.params)
	if len(names) == 0 {
		names = []string{"id"}
	}
	return rapid.MapOfN(rapid.SampledFrom(names), values, 0, len(names))
}

// What A makes does not exist for B: no method, with no parameters, gives B
// anything of it or changes it. lease.steal is meant to take a card from whoever
// holds it; what it tells is looked at, what it takes is not.
func TestS17NothingOfAnother(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	r.dial(t).settled(r)
	r.typing(t)
	a, b := page("a", scopeReaders, scopeCards, scopeFSE), page("b", scopeReaders, scopeCards, scopeFSE)
	has := r.settle(t, a)
	before := r.reading(t, a, has)
	_, events := r.daemon.HelloTo(b.viewer())
	defer events.Close()
	for _, m := range methods {
		if !m.access.admits(b) {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				params, err := json.Marshal(parametersFor(m, has).Draw(rt, "params"))
				if err != nil {
					rt.Fatal(err)
				}
				text, e := r.as(t, b, m.name, string(params))
				if e != nil {
					all, err := json.Marshal(e)
					if err != nil {
						rt.Fatal(err)
					}
					text = string(all)
				}
				for _, s := range has.secrets() {
					if strings.Contains(text, s) && !strings.Contains(string(params), s) { // B may be given back what it said
						rt.Fatalf("%s shows %q: %s", params, s, text)
					}
				}
			})
			if diff := cmp.Diff(before, r.reading(t, a, has)); diff != "" {
				t.Errorf("another's things have changed: %s", diff)
			}
		})
	}
	for {
		select {
		case e, ok := <-events.Events():
			if !ok {
				return // more came than it has room for; those before were looked at
			}
			r.wantOwn(t, b, events.Show, e, has)
			continue
		default:
		}
		break
	}
}

// wantOwn checks that an event tells b nothing of another's.
func (r *rig) wantOwn(t *testing.T, b principal, show func(state.Event) (state.Event, bool), e state.Event, has belongings) {
	t.Helper()
	e, ok := show(e)
	if !ok || e.Audience == b.name { // of what b did itself, with names that it was given
		return
	}
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range has.secrets() {
		if strings.Contains(string(text), s) {
			t.Errorf("an event shows %q: %s", s, text)
		}
	}
	if e.Lease != nil && e.Lease.Holder != "" && e.Lease.Holder != b.name {
		t.Errorf("an event shows who holds a card: %s", text)
	}
}

// Events, live and asked for again, go to whom they concern: FSE and jobs to their
// owner, lots to those with lines in them, cut to these lines; that a reader is
// held to all, by whom to local programs.
func TestS17Events(t *testing.T) {
	r := start(t, "medecin-secteur1", "patient")
	r.dial(t).settled(r)
	r.typing(t)
	a, b, lots := page("a", scopeCards, scopeFSE), page("b", scopeCards, scopeFSE), page("lots", scopeCards, scopeFSE, scopeLots)
	local := principal{name: "local", scopes: allScopes, local: true}
	begun := r.daemon.Snapshot().Seq
	has := r.settle(t, a)
	second, _ := r.signedFSE(t, a)
	_, _ = r.signedFSE(t, b) // the third line of the lot
	seen := make(map[string]map[state.EventType]int)
	for _, p := range []principal{a, b, lots, local} {
		list, ok := r.daemon.ResyncTo(p.viewer(), begun)
		if !ok {
			t.Fatal("the events are no longer kept")
		}
		seen[p.name] = make(map[state.EventType]int)
		for _, e := range list {
			seen[p.name][e.Type]++
			if p.name == b.name {
				r.wantOwn(t, b, func(e state.Event) (state.Event, bool) { return e, true }, e, has)
			}
			if l := e.Lease; l != nil && !l.Expires.IsZero() && (l.Holder != "") != (p.local || p.name == l.Holder) {
				t.Errorf("%s sees the holder %q", p.name, l.Holder)
			}
			if l := e.Lot; l != nil {
				want := map[string]int{a.name: 2, b.name: 1}[p.name] // as the lot is now
				if want != 0 && (l.FSE != want || !l.Opened.IsZero() || l.Numero == "" || l.State == "") {
					t.Errorf("%s sees the lot as %+v", p.name, *l)
				}
			}
		}
	}
	if n := seen[a.name][state.EventFSE]; n < 5 || seen[lots.name][state.EventFSE] != 0 || seen[local.name][state.EventFSE] != 0 {
		t.Errorf("events of FSE: %v", seen)
	}
	if seen[b.name][state.EventJob] != 0 || seen[a.name][state.EventJob] < 2 {
		t.Errorf("events of jobs: %v", seen)
	}
	if seen[lots.name][state.EventLot] != 3 || seen[local.name][state.EventLot] != 3 || seen[a.name][state.EventLot] != 1 {
		t.Errorf("events of lots: %v", seen)
	}
	if second.Lot != has.lot {
		t.Errorf("two lots, %s and %s", second.Lot, has.lot)
	}
	r.wantLines(t, has, a, b, lots)
}

// wantLines checks what each sees of a lot with two lines of a's and one of b's.
func (r *rig) wantLines(t *testing.T, has belongings, a, b, lots principal) {
	t.Helper()
	for p, want := range map[string]int{a.name: 2, b.name: 1, lots.name: 3} {
		who := map[string]principal{a.name: a, b.name: b, lots.name: lots}[p]
		var got struct {
			Lot state.Lot
			FSE []state.FSE
		}
		r.must(t, who, "lots.get", fmt.Sprintf(`{"id":%q}`, has.lot), &got)
		if len(got.FSE) != want || got.Lot.FSE != want {
			t.Errorf("%s sees %d lines of %d", p, len(got.FSE), got.Lot.FSE)
		}
	}
	stranger := page("stranger", scopeFSE)
	if _, e := r.as(t, stranger, "lots.get", fmt.Sprintf(`{"id":%q}`, has.lot)); e == nil || e.Kind != state.NotFound {
		t.Errorf("who has no line sees the lot: %v", e)
	}
	for _, m := range []string{"lots.list", "lots.close", "lots.b2"} {
		if _, e := r.as(t, a, m, fmt.Sprintf(`{"id":%q}`, has.lot)); e == nil || e.Kind != state.Denied {
			t.Errorf("%s without the scope lots: %v", m, e)
		}
	}
}

// The events of one principal take no room in another's queue.
func TestS17NoRoomIsTaken(t *testing.T) {
	r := start(t)
	r.dial(t).settled(r)
	a, b := page("a", scopeFSE), page("b", scopeFSE)
	_, events := r.daemon.HelloTo(b.viewer())
	defer events.Close()
	for range 300 {
		r.daemon.PublishJob(a.name, state.Job{ID: "x"})
	}
	r.daemon.PublishJob(b.name, state.Job{ID: "mine"})
	if e, ok := <-events.Events(); !ok || e.Job == nil || e.Job.ID != "mine" {
		t.Errorf("the first event is %+v, open %v", e, ok)
	}
}

// An error tells nothing that was given to the call: nothing of it can reach a log
// or a page through it.
func TestErrorsDoNotReflect(t *testing.T) {
	r := start(t)
	p := principal{name: "local", scopes: allScopes, local: true}
	const canary = "<script>CANARY"
	for _, m := range methods {
		names := memberNames(m.params)
		for _, name := range append(slices.Clone(names), canary) {
			params, err := json.Marshal(map[string]any{name: canary})
			if err != nil {
				t.Fatal(err)
			}
			if _, e := r.as(t, p, m.name, string(params)); e != nil {
				shown := *e
				shown.Path = "" // names a member, which is the caller's own
				if text, _ := json.Marshal(shown); strings.Contains(string(text), "CANARY") {
					t.Errorf("%s %s: %s", m.name, params, text)
				}
			}
		}
	}
}
