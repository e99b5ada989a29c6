package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/bridge/localca"
	"github.com/agrafe-fse/agrafe/daemon"
)

type tlsCmd struct {
	Enable  tlsEnableCmd  `cmd:"" help:"answer wss, and say how browsers come to trust it"`
	Disable tlsDisableCmd `cmd:"" help:"answer wss no more and remove its certificate"`
	Status  tlsStatusCmd  `cmd:"" help:"show whether wss is answered, until when, and how browsers come to trust it"`
}

// tlsOf is the result of tls.status and tls.enable.
type tlsOf struct {
	Address   string        `json:"adresse,omitempty"`
	Phase     localca.Phase `json:"phase,omitempty"`
	Expires   time.Time     `json:"expire,omitzero"`
	Authority string        `json:"autorite,omitempty"`
	File      string        `json:"fichier,omitempty"`
	Fault     string        `json:"defaut,omitempty"`

	Offline bool        `json:"serviceArrete,omitempty"` // found in the files: no service runs
	Steps   []trustStep `json:"confiance,omitempty"`     // how browsers come to trust it
}

// tlsEither asks the service or, where none runs, works on its state folder.
func (e *env) tlsEither(method string, do func(cfg daemon.Config) error) (t tlsOf, err error) {
	if err = e.callOnce(method, nil, &t); !errors.Is(err, local.ErrDown) {
		return t, err
	}
	cfg, err := e.settings()
	if err != nil {
		return t, err
	}
	if owner, ok := ownerOf(cfg.State); !ok {
		return t, &unreadable{fmt.Errorf("cannot find %s: start the service once, or name its configuration with --config", cfg.State)}
	} else if owner != os.Geteuid() {
		return t, fmt.Errorf("cannot work in %s: it belongs to user %d; start the service, or run: sudo -u '#%d' agrafe …", cfg.State, owner, owner)
	}
	if err := do(cfg); err != nil {
		return t, err
	}
	return tlsFiles(cfg.State)
}

// tlsFiles is what the files in dir say.
func tlsFiles(dir string) (tlsOf, error) {
	i, err := localca.Load(dir)
	_, damaged := errors.AsType[*localca.DamagedError](err)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return tlsOf{Offline: true}, nil
	case damaged:
		return tlsOf{Offline: true, Fault: err.Error()}, nil
	case err != nil:
		return tlsOf{}, err
	}
	return tlsOf{Offline: true, Phase: i.Phase(time.Now()), Expires: i.Expires(), Authority: string(i.PEM()), File: localca.CAFile(dir)}, nil
}

// tlsCopy is how the authority's certificate gets out of the state folder.
type tlsCopy struct {
	CA string `name:"ca" help:"write the authority's certificate, which is public, to FILE" type:"path" placeholder:"FILE"`
}

// to writes the authority's certificate where it was asked for, and fills in how it
// comes to be trusted.
func (c tlsCopy) to(t *tlsOf) error {
	if t.Authority == "" {
		return nil
	}
	if c.CA != "" {
		if err := os.WriteFile(c.CA, []byte(t.Authority), 0o644); err != nil {
			return fmt.Errorf("cannot write the authority's certificate: %w", err)
		}
		t.File = c.CA
	}
	name, err := authorityName(t.Authority)
	t.Steps = trustSteps(t.File, name)
	return err
}

type tlsEnableCmd struct {
	Install bool `help:"have the system trust it (Linux, as root); Chromium and Firefox have lists of their own"`
	tlsCopy
}

func (c *tlsEnableCmd) Run(e *env) error {
	if c.Install && !mayInstall() {
		return &usageError{errors.New("cannot install: --install is for root on Linux; elsewhere run the commands that agrafe tls status shows")}
	}
	t, err := e.tlsEither("tls.enable", func(cfg daemon.Config) error {
		_, _, err := localca.Ensure(cfg.State, time.Now())
		return err
	})
	if err == nil {
		err = c.to(&t)
	}
	if err == nil && c.Install {
		err = systemAnchors.install([]byte(t.Authority))
	}
	if err != nil {
		return err
	}
	return e.print(t, func(w io.Writer) { printTLS(w, t) })
}

type tlsStatusCmd struct{ tlsCopy }

func (c *tlsStatusCmd) Run(e *env) error {
	t, err := e.tlsEither("tls.status", func(daemon.Config) error { return nil })
	if err == nil {
		err = c.to(&t)
	}
	if err != nil {
		return err
	}
	return e.print(t, func(w io.Writer) { printTLS(w, t) })
}

type tlsDisableCmd struct{}

// Run removes the certificate, also from what the system trusts where it may. What
// else trusts it is told: it does no harm, for nobody has the authority's key.
func (tlsDisableCmd) Run(e *env) error {
	before, err := e.tlsEither("tls.status", func(daemon.Config) error { return nil })
	if err == nil {
		err = tlsCopy{}.to(&before)
	}
	if err != nil {
		return err
	}
	_, err = e.tlsEither("tls.disable", func(cfg daemon.Config) error {
		if cfg.TLS.Enabled {
			return errors.New("cannot disable wss: the configuration asks for it; set tls.enabled = false there first")
		}
		return localca.Remove(cfg.State)
	})
	if err == nil && mayInstall() {
		err = systemAnchors.remove()
	}
	if err != nil {
		return err
	}
	after := tlsOf{Steps: before.Steps}
	return e.print(after, func(w io.Writer) {
		fmt.Fprintln(w, "wss is off; nothing of it is left in the state folder")
		if len(after.Steps) > 0 {
			fmt.Fprintln(w, "\nwhere the certificate was trusted, it no longer serves; to take it out:")
		}
		for _, s := range after.Steps {
			fmt.Fprintf(w, "  %s\n    %s\n", s.For, s.Distrust)
		}
	})
}

// printTLSLine is what agrafe status says of wss.
func printTLSLine(w io.Writer, t tlsOf) {
	if t.Fault != "" {
		fmt.Fprintln(w, "wss           FAULT:", t.Fault)
		return
	}
	fmt.Fprintf(w, "wss           %s until %s%s\n", t.Address, t.Expires.Local().Format(time.DateOnly), renewal[t.Phase])
}

func printTLS(w io.Writer, t tlsOf) {
	switch {
	case t.Address != "":
		fmt.Fprintln(w, "wss answers at", t.Address)
	case t.Phase != "" && t.Offline:
		fmt.Fprintln(w, "wss is on, and answers once the service runs")
	case t.Fault == "":
		fmt.Fprintln(w, "wss is off; to answer it: agrafe tls enable")
	}
	if t.Fault != "" {
		fmt.Fprintln(w, "FAULT:", t.Fault)
	}
	if t.Phase == "" {
		return
	}
	fmt.Fprintf(w, "certificate until %s%s\n%s\n", t.Expires.Local().Format(time.DateOnly), renewal[t.Phase], t.File)
	fmt.Fprintln(w, "\nbrowsers trust it once this was run:")
	for _, s := range t.Steps {
		fmt.Fprintf(w, "  %s\n    %s\n", s.For, s.Trust)
	}
	if _, err := os.Stat(t.File); errors.Is(err, fs.ErrPermission) {
		fmt.Fprintln(w, "\nyou may not read that file; for a copy: agrafe tls status --ca agrafe.crt")
	}
}

// renewal is what there is to do at the end of a certificate's life.
var renewal = map[localca.Phase]string{
	localca.Due:  "\nSOON OVER: agrafe tls enable makes another, to be trusted anew (the key that signed this one is gone)",
	localca.Dead: "\nNOT GOOD NOW, browsers refuse it: check the clock; agrafe tls enable makes another, to be trusted anew",
}
