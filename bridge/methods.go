package bridge

import (
	"context"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// method is one row of the table: all that a caller has to know of a method, and
// the function that does it.
type method struct {
	name    string
	summary string // one English sentence, for the documents
	access  access
	runs    pace
	changes effect
	kinds   []state.Kind // that it may fail with beside everyKinds
	since   int          // API level that it came with
	handler
}

// access is who may call a method.
type access struct {
	scopes []scope // any one of them is enough; none: being let in is
	local  bool    // only the programs of this machine
}

// The accesses.
var (
	open       = access{}
	forReaders = access{scopes: []scope{scopeReaders}}
	forCards   = access{scopes: []scope{scopeCards}}
	forFSE     = access{scopes: []scope{scopeFSE}}
	forLots    = access{scopes: []scope{scopeLots}}
	forLines   = access{scopes: []scope{scopeFSE, scopeLots}} // what is the practice's is cut for those without lots
	forAdmin   = access{scopes: []scope{scopeAdmin}}
	onlyLocal  = access{scopes: []scope{scopeAdmin}, local: true}
)

// admits says whether p may call.
func (a access) admits(p principal) bool {
	return (!a.local || p.local) && (len(a.scopes) == 0 || slices.ContainsFunc(a.scopes, p.has))
}

// pace is how a method runs.
type pace string

const (
	quick pace = "quick" // answered at once, in the order of the calls
	slow  pace = "slow"  // may wait for a card, a user or a disk, and so runs beside the others
	long  pace = "job"   // answered with a job at once, and told of by events
)

// effect is what a method changes, and so how its repetition is noticed.
type effect string

const (
	reads      effect = "none"
	journaled  effect = "journal" // the idempotency key is kept in the journal, with what was made
	remembered effect = "memory"  // the key is kept in memory for rememberFor, and lost at a restart
)

// everyKinds are the kinds of failure that any call may have.
var everyKinds = []state.Kind{state.Invalid, state.Denied, state.Busy, state.Internal}

// Kinds that go together.
var (
	readsCard = []state.Kind{state.NoReader, state.NoCard, state.CardChanged, state.CardRemoved, state.CardSilent, state.Timeout, state.Unsupported}
	usesCode  = append(slices.Clone(readsCard), state.PINRequired, state.PINWrong, state.PINBlocked)
	readsBook = []state.Kind{state.NotFound, state.JournalDamaged, state.Offline}
	keepsFSE  = append(slices.Clone(readsBook), state.Duplicate, state.DiskFull, state.Timeout)
	signs     = append(slices.Clone(keepsFSE), usesCode...)
	prints    = []state.Kind{state.NotFound, state.Offline, state.Timeout}
)

func kinds(lists ...[]state.Kind) []state.Kind { return slices.Concat(lists...) }

// handler does what a method does. The types are those of its parameters and its
// result; outcome is that of its job's result, nil for a method that has no job.
type handler struct {
	params, result, outcome reflect.Type
	run                     func(call, jsontext.Value) (any, *rpcError)
}

// call is what a method is given beside its parameters.
type call struct {
	ctx     context.Context
	daemon  *daemon.Daemon
	server  *Server
	conn    *conn
	who     principal
	method  string
	changes effect
	raw     jsontext.Value // the parameters as they came
}

// viewer is p as the daemon knows it.
func (p principal) viewer() daemon.Viewer {
	return daemon.Viewer{Principal: p.name, Owner: p.owner(), FSE: p.has(scopeFSE), Lots: p.has(scopeLots), Local: p.local, Practice: p.console}
}

// with makes a handler of a function with typed parameters and result.
func with[P, R any](f func(call, P) (R, error)) handler {
	return handler{params: reflect.TypeFor[P](), result: reflect.TypeFor[R](),
		run: func(c call, raw jsontext.Value) (any, *rpcError) {
			p, e := params[P](raw)
			if e != nil {
				return nil, e
			}
			r, err := onlyOnce(c, p, f)
			if err != nil {
				return nil, failed(daemon.Failure(err))
			}
			return r, nil
		}}
}

func methodTable() map[string]method {
	table := make(map[string]method, len(methods))
	for _, m := range methods {
		table[m.name] = m
	}
	return table
}

// none is the parameters of a method that has none, or the result of one that
// only succeeds.
type none struct{}

// idParams names an object.
type idParams struct {
	ID string `json:"id"`
}

// change is idParams of a method that changes the object.
type change struct {
	ID string `json:"id"`
	keyed
}

// pageParams ask for a page of a list.
type pageParams struct {
	After string `json:"after,omitempty"` // cursor of the page before
	Limit int    `json:"limit,omitempty"` // at most 200, which is also the default
}
