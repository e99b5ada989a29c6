package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// call is what a method is given beside its parameters.
type call struct {
	ctx    context.Context
	daemon *daemon.Daemon
	server *Server
	who    principal
	method string
	raw    jsontext.Value // the parameters as they came
}

// maxKey bounds the caller's idempotency key, in bytes.
const maxKey = 128

// idempotent identifies c by the caller's key, so that its repetition is noticed.
func (c call) idempotent(key string) (lot.Call, error) {
	if len(key) > maxKey {
		return lot.Call{}, &state.Error{Kind: state.Invalid, Code: "CLE_TROP_LONGUE", Path: "idempotencyKey",
			Message: "La clé d'idempotence a au plus 128 octets."}
	}
	digest := sha256.Sum256(c.raw)
	return lot.Call{Principal: c.who.name, Method: c.method, Key: key, Digest: hex.EncodeToString(digest[:])}, nil
}

// method is one row of the table.
type method struct {
	name  string
	scope scope // the right that it needs
	slow  bool  // it may wait for a card, a user or a disk, and so runs beside the others
	run   func(call, jsontext.Value) (any, *rpcError)
}

func (m method) call(c call, raw jsontext.Value) (any, *rpcError) {
	c.method, c.raw = m.name, raw
	return m.run(c, raw)
}

// with makes a method of a function with typed parameters and result.
func with[P, R any](f func(call, P) (R, error)) func(call, jsontext.Value) (any, *rpcError) {
	return func(c call, raw jsontext.Value) (any, *rpcError) {
		p, e := params[P](raw)
		if e != nil {
			return nil, e
		}
		r, err := f(c, p)
		if err != nil {
			return nil, failed(daemon.Failure(err))
		}
		return r, nil
	}
}

// methods is the API. What a method may do stands beside its name.
var methods = []method{
	{"system.ping", scopeNone, false, with(ping)},
	{"system.status", scopeNone, false, with(status)},
	{"system.snapshot", scopeReaders, false, with(snapshot)},
	{"events.resync", scopeReaders, false, with(resync)},
	{"readers.list", scopeReaders, false, with(listReaders)},
	{"cards.readVitale", scopeCards, true, with(readVitale)},
	{"cards.readCPS", scopeCards, true, with(readCPS)},
	{"cards.openPinSession", scopeFSE, true, with(openPINSession)},
	{"cards.closePinSession", scopeFSE, true, with(closePINSession)},
	{"lease.acquire", scopeCards, false, with(acquireLease)},
	{"lease.release", scopeCards, false, with(releaseLease)},
	{"lease.steal", scopeCards, false, with(stealLease)},
	{"fse.price", scopeFSE, false, priceFSE},
	{"fse.check", scopeFSE, false, checkFSE},
	{"fse.create", scopeFSE, true, with(createFSE)},
	{"fse.update", scopeFSE, true, with(updateFSE)},
	{"fse.confirmNature", scopeFSE, true, with(confirmNature)},
	{"fse.leaveNature", scopeFSE, true, with(leaveNature)},
	{"fse.split", scopeFSE, true, with(splitFSE)},
	{"fse.degrade", scopeFSE, true, with(degradeFSE)},
	{"fse.get", scopeFSE, false, with(getFSE)},
	{"fse.list", scopeFSE, false, with(listFSE)},
	{"fse.sign", scopeFSE, true, with(signFSE)},
	{"fse.signMany", scopeFSE, true, with(signMany)},
	{"fse.seal", scopeFSE, false, with(sealOfFSE)},
	{"fse.cancel", scopeFSE, true, with(cancelFSE)},
	{"lots.list", scopeLots, false, with(listLots)},
	{"lots.get", scopeLots, false, with(getLot)},
	{"lots.close", scopeLots, true, with(closeLot)},
	{"lots.b2", scopeLots, false, with(lotFile)},
}

func methodTable() map[string]method {
	table := make(map[string]method, len(methods))
	for _, m := range methods {
		table[m.name] = m
	}
	return table
}

// none is the parameters of a method that has none.
type none struct{}

// pingParams carries anything; it comes back.
type pingParams struct {
	Echo jsontext.Value `json:"echo,omitempty"`
}

func ping(_ call, p pingParams) (pingParams, error) { return p, nil }

// apiLevels are the levels of the API that are understood.
var apiLevels = []int{1}

// hello is the first message of a connection.
type hello struct {
	APILevels    []int          `json:"apiLevels"`
	Version      string         `json:"version"`
	Instance     string         `json:"instance"` // of this run: event numbers begin again with another
	Environment  string         `json:"environnement"`
	Snapshot     state.Snapshot `json:"snapshot"`
	Capabilities []string       `json:"capabilities"` // names of the methods
}

func (s *Server) hello(now state.Snapshot) hello {
	h := hello{APILevels: apiLevels, Version: s.version, Instance: s.instance, Environment: lot.Demonstration, Snapshot: now}
	for _, m := range methods {
		h.Capabilities = append(h.Capabilities, m.name)
	}
	return h
}

// statusResult says how the daemon is.
type statusResult struct {
	Version     string        `json:"version"`
	Environment string        `json:"environnement"`
	Address     string        `json:"adresse"`
	Service     state.Service `json:"service"`
	Queue       state.Queue   `json:"queue"`
	Tables      string        `json:"tables"`
}

func status(c call, _ none) (statusResult, error) {
	s := c.daemon.Snapshot()
	return statusResult{Version: c.server.version, Environment: lot.Demonstration, Address: c.server.Addr(),
		Service: s.Service, Queue: s.Queue, Tables: c.daemon.TablesVersion()}, nil
}

func snapshot(c call, _ none) (state.Snapshot, error) { return c.daemon.Snapshot(), nil }

type resyncParams struct {
	Since uint64 `json:"since"` // seq of the last event seen
}

// resyncResult holds the events missed or, when they are no longer all kept, a
// snapshot to start again from.
type resyncResult struct {
	Events   []state.Event   `json:"events"`
	Snapshot *state.Snapshot `json:"snapshot,omitempty"`
}

func resync(c call, p resyncParams) (resyncResult, error) {
	events, ok := c.daemon.Resync(p.Since)
	if ok {
		return resyncResult{Events: events}, nil
	}
	s := c.daemon.Snapshot()
	return resyncResult{Events: []state.Event{}, Snapshot: &s}, nil
}

type readersResult struct {
	Service state.Service  `json:"service"`
	Readers []state.Reader `json:"readers"`
	Cards   []state.Card   `json:"cards"`
}

func listReaders(c call, _ none) (readersResult, error) {
	s := c.daemon.Snapshot()
	return readersResult{s.Service, s.Readers, s.Cards}, nil
}

// readerParams names a reader; absent, the only one with the right kind of card.
type readerParams struct {
	Reader string `json:"reader,omitempty"`
}

func readVitale(c call, p readerParams) (daemon.Vitale, error) {
	return c.daemon.ReadVitale(c.ctx, p.Reader)
}

func readCPS(c call, p readerParams) (daemon.CPS, error) { return c.daemon.ReadCPS(c.ctx, p.Reader) }

type sessionResult struct {
	Situations []daemon.Situation `json:"situations"`
}

func openPINSession(c call, p readerParams) (sessionResult, error) {
	list, err := c.daemon.OpenPINSession(c.ctx, c.who.name, p.Reader)
	return sessionResult{list}, err
}

type closedResult struct {
	Closed bool `json:"closed"` // whether there was a session
}

func closePINSession(c call, p readerParams) (closedResult, error) {
	closed, err := c.daemon.ClosePINSession(c.ctx, c.who.name, p.Reader)
	return closedResult{closed}, err
}

type leaseParams struct {
	Reader   string `json:"reader"`
	Previous string `json:"previous,omitempty"` // lease believed to be held
	Seconds  int    `json:"seconds,omitempty"`  // life, at most 300
	ID       string `json:"id,omitempty"`       // lease to give back
}

// Life of a lease, in seconds, when none is asked for and at most.
const (
	leaseSeconds    = 60
	maxLeaseSeconds = 300
)

func (p leaseParams) life() (time.Duration, error) {
	switch {
	case p.Seconds < 0:
		return 0, &state.Error{Kind: state.Invalid, Code: "DUREE", Path: "seconds", Message: "Une réservation dure de 1 à 300 secondes."}
	case p.Seconds == 0:
		return leaseSeconds * time.Second, nil
	}
	return time.Duration(min(p.Seconds, maxLeaseSeconds)) * time.Second, nil
}

type leaseResult struct {
	ID      string    `json:"id"`
	Expires time.Time `json:"expires"`
}

func acquireLease(c call, p leaseParams) (leaseResult, error) {
	life, err := p.life()
	if err != nil {
		return leaseResult{}, err
	}
	l, err := c.daemon.AcquireLease(c.who.name, p.Reader, p.Previous, life)
	return leaseResult{string(l.ID), l.Expires}, err
}

func stealLease(c call, p leaseParams) (leaseResult, error) {
	life, err := p.life()
	if err != nil {
		return leaseResult{}, err
	}
	l, err := c.daemon.StealLease(c.who.name, p.Reader, life)
	return leaseResult{string(l.ID), l.Expires}, err
}

func releaseLease(c call, p leaseParams) (none, error) {
	return none{}, c.daemon.ReleaseLease(c.who.name, p.Reader, p.ID)
}
