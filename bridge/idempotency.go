package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// keyed is among the parameters of each method that changes something.
type keyed struct {
	// The caller's name for this call, at most 128 bytes: the same call with the
	// same key is done once, and its repetition is given the first result.
	Key string `json:"idempotencyKey,omitempty"`
}

func (k keyed) key() string { return k.Key }

// maxKey bounds the caller's idempotency key, in bytes.
const maxKey = 128

// idempotent identifies c by the caller's key, so that its repetition is noticed.
func (c call) idempotent(key string) (lot.Call, error) {
	if len(key) > maxKey {
		return lot.Call{}, &state.Error{Kind: state.Invalid, Code: "CLE_TROP_LONGUE", Path: "idempotencyKey",
			Message: "La clé d'idempotence a au plus 128 octets."}
	}
	return lot.Call{Principal: c.who.name, Method: c.method, Key: key, Digest: digest(c.raw)}, nil
}

// digest is the same for parameters that differ in free space or order only.
func digest(raw jsontext.Value) string {
	plain := raw.Clone()
	if plain.Canonicalize() != nil {
		plain = raw // not JSON: the reading of the parameters will say so
	}
	sum := sha256.Sum256(plain)
	return hex.EncodeToString(sum[:])
}

// onlyOnce does f, unless a call with the same key has done it already.
func onlyOnce[P, R any](c call, p P, f func(call, P) (R, error)) (R, error) {
	k, ok := any(p).(interface{ key() string })
	if !ok || k.key() == "" || c.changes == reads {
		return f(c, p)
	}
	id, err := c.idempotent(k.key())
	if err != nil {
		return *new(R), err
	}
	r, err := c.server.calls.do(c.ctx, id, func() (any, error) { return f(c, p) })
	if err != nil {
		return *new(R), err
	}
	return r.(R), nil
}

// How long a result is kept for the repetition of its call, and how many of one
// principal at most: the oldest goes first.
const (
	rememberFor = 10 * time.Minute
	rememberMax = 128
)

// memory keeps the results of calls for their repetition. It is lost at a restart,
// as are leases, sessions and jobs. What a call leaves in the journal is kept there
// with its key: a journaled method knows its repetition for as long as the journal
// does, and this memory only spares it the work.
type memory struct {
	now func() time.Time

	mu    sync.Mutex // protects the fields below
	first map[callID]*outcome
	order map[string][]callID // of each principal, the oldest first
}

type callID struct{ principal, method, key string }

// outcome is what the first call gave; result and err are set when done is closed.
type outcome struct {
	digest string
	at     time.Time
	done   chan struct{}
	result any
	err    error
}

func newMemory(now func() time.Time) *memory {
	return &memory{now: now, first: make(map[callID]*outcome), order: make(map[string][]callID)}
}

// do does f, or waits for the first call of that id and returns what it gave. A
// call that failed is forgotten: it may be tried again.
func (m *memory) do(ctx context.Context, c lot.Call, f func() (any, error)) (any, error) {
	id := callID{c.Principal, c.Method, c.Key}
	o, isFirst := m.enter(id, c.Digest)
	switch {
	case isFirst:
		o.err = errPanic // unless f returns
		defer func() { m.leave(id, o) }()
		o.result, o.err = f()
		return o.result, o.err
	case o.digest != c.Digest:
		return nil, &state.Error{Kind: state.Duplicate, Code: "CLE_REUTILISEE",
			Message: "Cette clé d'idempotence a déjà servi pour un autre appel."}
	}
	select {
	case <-o.done:
		return o.result, o.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// enter returns the outcome of the first call of that id, and whether this is it.
func (m *memory) enter(id callID, digest string) (o *outcome, isFirst bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep()
	if o := m.first[id]; o != nil {
		return o, false
	}
	list := m.order[id.principal]
	if i := slices.IndexFunc(list, m.over); i >= 0 && len(list) >= rememberMax {
		delete(m.first, list[i])
		list = slices.Delete(list, i, i+1)
	}
	o = &outcome{digest: digest, at: m.now(), done: make(chan struct{})}
	m.first[id], m.order[id.principal] = o, append(list, id)
	return o, true
}

// over says whether the first call of that id has ended, with the mutex held. One
// that goes on is not forgotten: its repetition would do it twice.
func (m *memory) over(id callID) bool {
	o := m.first[id]
	if o == nil {
		return true
	}
	select {
	case <-o.done:
		return true
	default:
		return false
	}
}

// sweep forgets what is too old, with the mutex held.
func (m *memory) sweep() {
	for principal, list := range m.order {
		for len(list) > 0 && (m.first[list[0]] == nil || m.now().Sub(m.first[list[0]].at) > rememberFor) {
			delete(m.first, list[0])
			list = list[1:]
		}
		if m.order[principal] = list; len(list) == 0 {
			delete(m.order, principal)
		}
	}
}

// leave ends the first call.
func (m *memory) leave(id callID, o *outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if o.err != nil && m.first[id] == o {
		delete(m.first, id)
	}
	close(o.done)
}
