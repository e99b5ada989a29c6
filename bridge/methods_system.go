package bridge

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

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
	Journal     state.Journal `json:"journal"`
	Developer   bool          `json:"developer,omitzero"`     // pages of this machine's own http servers may be let in
	Fault       string        `json:"sitesRefuses,omitempty"` // why no web page, or no other one, is let in; told to local programs
	CodeFaults  []string      `json:"codeExpose,omitempty"`   // French: what keeps a code in memory from being as safe as it should; told to local programs
}

func status(c call, _ none) (statusResult, error) {
	s := c.daemon.Snapshot()
	r := statusResult{Version: c.server.version, Environment: lot.Demonstration, Address: c.server.Addr(),
		Service: s.Service, Queue: s.Queue, Tables: c.daemon.TablesVersion(), Journal: s.Journal, Developer: s.Developer}
	if err := c.server.book.Fault(); err != nil && c.who.local {
		r.Fault = err.Error()
	}
	if c.who.local {
		r.CodeFaults = c.daemon.CodeFaults()
	}
	return r, nil
}

func snapshot(c call, _ none) (state.Snapshot, error) {
	return c.daemon.SnapshotTo(c.who.viewer()), nil
}

type resyncParams struct {
	Since    uint64 `json:"since"`              // seq of the last event seen
	Instance string `json:"instance,omitempty"` // of the run that it was seen in, as the hello said
}

// resyncResult holds the events missed or, when they are no longer all kept, a
// snapshot to start again from.
type resyncResult struct {
	Events   []state.Event   `json:"events"`
	Snapshot *state.Snapshot `json:"snapshot,omitempty"`
}

func resync(c call, p resyncParams) (resyncResult, error) {
	if p.Instance == "" || p.Instance == c.server.instance {
		if events, ok := c.daemon.ResyncTo(c.who.viewer(), p.Since); ok {
			return resyncResult{Events: events}, nil
		}
	}
	s := c.daemon.SnapshotTo(c.who.viewer())
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
