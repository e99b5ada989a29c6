package main

import (
	"fmt"
	"io"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/release"
)

type updateCmd struct {
	Check updateCheckCmd `cmd:"" help:"ask now whether there is a newer version; nothing is downloaded or installed"`
}

type updateCheckCmd struct{}

// updateShown is what is told of an answer.
type updateShown struct {
	Running   string            `json:"version"`
	Known     string            `json:"derniere"`
	Newer     bool              `json:"plusRecente"`
	Published time.Time         `json:"publiee"`
	Notes     string            `json:"notes"`
	Packages  []release.Package `json:"paquets"`
}

// Run asks from this session: the network of the service may be closed. What the
// service has seen, if it runs, is the floor of what is believed.
func (updateCheckCmd) Run(e *env) error {
	cfg, err := e.settings()
	if err != nil {
		return err
	}
	source, err := cfg.Update.Source()
	if err != nil {
		return &usageError{err}
	}
	var floor time.Time
	if c, err := e.connect(nil); err == nil {
		if u := c.Hello.Snapshot.Update; u != nil && u.Published != nil {
			floor = *u.Published
		}
		_ = c.Close() // the answer is read
	}
	m, err := source.Check(e, time.Now(), floor)
	if err != nil {
		return err
	}
	s := updateShown{version, m.Version, release.Newer(m.Version, version), m.Published, m.Notes, m.Packages}
	return e.print(s, func(w io.Writer) { writeUpdate(w, s) })
}

func writeUpdate(w io.Writer, s updateShown) {
	if !s.Newer {
		fmt.Fprintf(w, "version %s is the newest published one; this is %s\n", s.Known, s.Running)
		return
	}
	fmt.Fprintf(w, "version %s is there since %s; this is %s\n%s\n", s.Known, s.Published.Local().Format(time.DateOnly), s.Running, s.Notes)
	for _, p := range s.Packages {
		fmt.Fprintf(w, "  %s  %s\n", p.SHA256, p.Name)
	}
}
