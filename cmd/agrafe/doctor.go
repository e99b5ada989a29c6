package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"golang.org/x/term"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
)

type doctorCmd struct{}

// errUnwell ends a doctor that has found something red, which is on the page.
type errUnwell struct{ reds int }

func (e *errUnwell) Error() string {
	return fmt.Sprintf("cannot say that all is well: %d red", e.reds)
}

// What the service is given, so that the page is there within two seconds whatever
// hangs: the checks of both sides take a second at most.
const (
	greetTime   = 600 * time.Millisecond  // to take the connection
	examineTime = 1300 * time.Millisecond // for its side
)

// Run looks at what this session sees and has the service look at what it sees. It
// fails with local.ErrDown when there is no service to ask, behind the page.
func (doctorCmd) Run(e *env) error {
	found, _, down := e.examine()
	reds := doctor.Count(found, doctor.Red)
	shown := map[string]any{"controles": found, "rouges": reds, "oranges": doctor.Count(found, doctor.Amber)}
	err := e.print(shown, func(w io.Writer) { fmt.Fprint(w, doctor.Page(found, coloured(w))) })
	switch {
	case err != nil:
		return err
	case down != nil:
		return down
	case reds > 0:
		return &errUnwell{reds}
	}
	return nil
}

// examine is what both sides find. down is why the service's is missing.
func (e *env) examine() (found []doctor.Finding, p *doctor.Patient, down error) {
	p = &doctor.Patient{Version: version, Built: built(), Machine: doctor.ThisMachine()}
	p.Config, p.ConfigErr = e.settings()
	if p.ConfigErr != nil {
		p.Config = daemon.DefaultConfig()
	}
	greet, greeted := context.WithTimeout(e, greetTime)
	defer greeted()
	c, err := local.DialSocket(greet, p.Config.ControlSocket(), nil)
	if err != nil {
		p.Down = err
		return doctor.Examine(e, doctor.Session, p), p, err
	}
	defer c.Close()
	ctx, cancel := context.WithTimeout(e, examineTime)
	defer cancel()
	p.Running = c.Hello.Version
	p.Ask = func(ctx context.Context, method string, result any) error { return c.Call(ctx, method, nil, result) }
	theirs := make(chan []doctor.Finding, 1)
	go func() {
		var r struct {
			Findings []doctor.Finding `json:"controles"`
		}
		if err := c.Call(ctx, "system.doctor", nil, &r); err != nil {
			r.Findings = []doctor.Finding{{Check: "service", Grade: doctor.Red, Text: fmt.Sprintf("the service did not look: %v", err), Mend: "agrafe restart"}}
		}
		theirs <- r.Findings
	}()
	own := doctor.Examine(ctx, doctor.Session, p)
	return doctor.Merge(own, <-theirs), p, nil
}

// built is when the sources of this program were kept (of a build from a repository).
func built() time.Time {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range b.Settings {
		if s.Key == "vcs.time" {
			at, err := time.Parse(time.RFC3339, s.Value)
			if err == nil {
				return at
			}
		}
	}
	return time.Time{}
}

// coloured says whether w is a terminal whose user has not asked for no colours
// (no-color.org).
func coloured(w io.Writer) bool {
	f, is := w.(*os.File)
	return is && os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(f.Fd()))
}
