package bridge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon/diagnostics"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// doctorResult is what the service has found out about itself and what it stands on.
type doctorResult struct {
	Findings []doctor.Finding `json:"controles"`
}

func examine(c call, _ none) (doctorResult, error) {
	return doctorResult{doctor.Examine(c.ctx, doctor.Service, c.patient())}, nil
}

// patient is this workstation, as the service sees it.
func (c call) patient() *doctor.Patient {
	return &doctor.Patient{Config: c.daemon.Config(), Ask: c.ask, Version: c.server.version, Running: c.server.version,
		LastRecorded: c.daemon.LastRecorded, Machine: doctor.ThisMachine()}
}

// ask calls a method as the caller would, without parameters: checks ask here what the
// command line asks over the control socket.
func (c call) ask(ctx context.Context, name string, result any) error {
	m, e := c.server.methodFor(c.who, name)
	if e != nil {
		return e.Data
	}
	answer, e := c.server.run(ctx, c.conn, c.who, m, request{Method: name, Params: jsontext.Value("{}")})
	if e != nil {
		return e.Data
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return fmt.Errorf("cannot read the answer of %s: %w", name, err)
	}
	return json.Unmarshal(text, result)
}

// diagnose makes the archive for the support. It is always in the answer: it is for
// programs of this machine, which have no browser at hand.
func diagnose(c call, _ none) (documentResult, error) {
	now := time.Now()
	var s state.Snapshot
	if err := c.ask(c.ctx, "system.snapshot", &s); err != nil {
		return documentResult{}, err
	}
	source := diagnostics.Source{Program: "agrafed", Version: c.server.version, At: now, Config: c.daemon.Config(), Snapshot: &s,
		Log: c.daemon.Logged(), Findings: doctor.Examine(c.ctx, doctor.Service, c.patient())}
	if st, err := c.daemon.JournalStats(); err == nil { // of a damaged one the findings tell
		source.Stats = &st
	}
	var out bytes.Buffer
	if err := diagnostics.Write(&out, source); err != nil {
		return documentResult{}, err
	}
	return documentResult{Name: diagnostics.Name(now), Type: "application/zip", Data: out.Bytes()}, nil
}
