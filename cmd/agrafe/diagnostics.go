package main

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/diagnostics"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
)

type diagnosticsCmd struct {
	Out string `short:"o" help:"new file for the archive; default: agrafe-diagnostic-DATE.zip here" placeholder:"FILE"`
}

// Run makes the archive for the support: the service's, with what this session sees.
// Without a service it holds what there is to see: that is when it is needed most.
func (c *diagnosticsCmd) Run(e *env) error {
	now := time.Now()
	found, patient, down := e.examine()
	archive, err := e.serviceArchive(found, patient, now, down)
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
			fmt.Fprintln(w, "the service did not answer: its log and its counters are not in it")
		}
	})
}

func (e *env) serviceArchive(found []doctor.Finding, p *doctor.Patient, now time.Time, down error) ([]byte, error) {
	if down != nil {
		var out bytes.Buffer
		err := diagnostics.Write(&out, diagnostics.Source{Program: "agrafe", Version: version, At: now, Config: p.Config, Findings: found})
		return out.Bytes(), err
	}
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
