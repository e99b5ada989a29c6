package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/diagnostics"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
	"github.com/agrafe-fse/agrafe/daemon/logbook"
)

type diagnosticsCmd struct {
	Out string `short:"o" help:"new file for the archive; default: agrafe-diagnostic-DATE.zip here" placeholder:"FILE"`
}

// Run makes the archive for the support: the service's, with what this session sees.
// Without a service it holds what there is to see: that is when it is needed most.
func (c *diagnosticsCmd) Run(e *env) error {
	now := time.Now()
	found, patient, down := e.examine()
	var archive []byte
	var err, unread error
	if down == nil {
		archive, err = e.serviceArchive(found, now)
	} else {
		archive, unread, err = archiveWithout(found, patient, now)
	}
	if err != nil {
		return err
	}
	out := c.Out
	if out == "" {
		out = diagnostics.Name(now)
	}
	if err := writeNew(out, archive); err != nil {
		return err
	}
	return e.print(map[string]any{"fichier": out, "octets": len(archive), "serviceArrete": down != nil}, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %d bytes, nothing of patients or FSE, no code and no token; LISEZMOI.txt in it says what it holds\n", out, len(archive))
		if down != nil {
			fmt.Fprintln(w, "the service did not answer: its counters are not in it")
		}
		if unread != nil {
			fmt.Fprintf(w, "its log is not in it either: %v\n", unread)
		}
	})
}

// serviceArchive is the archive of a service that runs.
func (e *env) serviceArchive(found []doctor.Finding, now time.Time) ([]byte, error) {
	client, err := e.connect(nil)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	var d documentOf
	if err := client.Call(e, "system.diagnostics", nil, &d); err != nil {
		return nil, err
	}
	return diagnostics.AddDoctor(d.Data, found, now)
}

// errNoLog is a service without a log file.
var errNoLog = errors.New("no file of it is set (log.file); under systemd: journalctl -u agrafed")

// archiveWithout is the archive where no service answers: it holds the end of its log, or
// unread says why not.
func archiveWithout(found []doctor.Finding, p *doctor.Patient, now time.Time) (archive []byte, unread, err error) {
	s := diagnostics.Source{Program: "agrafe", Version: version, At: now, Config: p.Config, Findings: found}
	if unread = errNoLog; p.Config.Log.File != "" {
		s.Log, unread = logbook.Tail(p.Config.Log.File)
	}
	var out bytes.Buffer
	err = diagnostics.Write(&out, s)
	return out.Bytes(), unread, err
}
