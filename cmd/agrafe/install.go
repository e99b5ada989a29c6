package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/agrafe-fse/agrafe/bridge/localca"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/installer/place"
)

// changes are what an installation has changed on the machine.
type changes struct {
	Written []string `json:"ecrits,omitempty"`
	Removed []string `json:"retires,omitempty"`
	Kept    []string `json:"gardes,omitempty"`
	Notes   []string `json:"remarques,omitempty"`
}

type installCmd struct {
	NoStart  bool `help:"have the service start with the machine, but not now"`
	UserTray bool `help:"only start the tray at this user's login; needs no right of the administrator's"`
	presets
}

// Run installs the programs that lie in the folder of this one.
func (c *installCmd) Run(e *env) error {
	folder, err := ownFolder()
	if err != nil {
		return err
	}
	if c.UserTray {
		if c.NoStart {
			return &usageError{errors.New("cannot combine --user-tray and --no-start: the tray starts at the next login")}
		}
		path, err := addUserTray(folder)
		if err != nil {
			return err
		}
		return e.printChanges(changes{Written: []string{path}})
	}
	if err := c.check(); err != nil {
		return err
	}
	r, err := installService(e, folder, c.NoStart, c.presets)
	return errors.Join(e.printChanges(r), err) // what was changed, whatever failed then
}

// ownFolder is where this program and the others are.
func ownFolder() (string, error) {
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return "", fmt.Errorf("cannot tell where the programs are: %w", err)
	}
	return filepath.Dir(self), nil
}

type uninstallCmd struct {
	Purge    bool `help:"remove the practice's data too: FSE, lots, journal, its key and the configuration"`
	UserTray bool `help:"only start the tray no more at this user's login"`
}

// Run takes away what install made, and wss with its certificate, as agrafe tls disable
// does: nothing answers any more, and nothing of ours is trusted. A configuration that
// can't be read keeps nothing from it: the default places are looked at then.
func (c *uninstallCmd) Run(e *env) error {
	if c.UserTray {
		if c.Purge {
			return &usageError{errors.New("cannot combine --user-tray and --purge")}
		}
		path, err := removeUserTray()
		if err != nil {
			return err
		}
		return e.printChanges(changes{Removed: path})
	}
	cfg, configErr := e.settings() // before it is gone
	if configErr != nil {
		cfg = daemon.DefaultConfig()
	}
	steps, stepsErr := wssSteps(cfg.State)
	r, err := uninstallService(e, c.Purge, dataOf(cfg))
	if configErr != nil && len(r.Removed) > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("only the default places were looked at: %v", configErr))
	}
	if len(r.Removed) == 0 && err != nil || packaged() { // nothing was uninstalled, or a package's service goes on
		return errors.Join(e.printChanges(r), err)
	}
	if dropErr := errors.Join(stepsErr, dropTLS(cfg.State)); dropErr != nil {
		err = errors.Join(err, fmt.Errorf("cannot remove the certificate of wss: %w", dropErr))
	}
	for _, s := range steps {
		r.Notes = append(r.Notes, "where the certificate of wss was trusted it no longer serves; "+s.For+": "+s.Distrust)
	}
	return errors.Join(e.printChanges(r), err)
}

// dataOf are the places of the data that a configuration names.
func dataOf(cfg daemon.Config) place.Data {
	p := cfg.Places()
	return place.Data{State: p.State, Key: p.Key, Anchor: p.Anchor, Log: cfg.Log.File, Backup: p.Backup}
}

// wssSteps are how browsers forget the certificate of wss, if there is one; without
// those that dropTLS takes itself.
func wssSteps(state string) ([]trustStep, error) {
	i, err := localca.Load(state)
	if err != nil {
		return nil, nil // wss is off
	}
	name, err := authorityName(string(i.PEM()))
	if err != nil {
		return nil, err
	}
	steps := trustSteps(localca.CAFile(state), name)
	if !mayInstall() {
		return steps, nil
	}
	return slices.DeleteFunc(steps, func(s trustStep) bool { return strings.Contains(s.Distrust, systemAnchors.file) }), nil
}

// dropTLS removes the certificate of wss from the state folder and from what the system
// trusts. The service does not run any more.
func dropTLS(state string) error {
	var err error
	if _, there := os.Stat(state); there == nil {
		err = localca.Remove(state)
	}
	if !mayInstall() {
		return err
	}
	return errors.Join(err, systemAnchors.remove())
}

func (e *env) printChanges(r changes) error {
	if len(r.Written)+len(r.Removed)+len(r.Kept)+len(r.Notes) == 0 {
		return nil
	}
	return e.print(r, func(w io.Writer) {
		for _, part := range []struct {
			word  string
			paths []string
		}{{"written", r.Written}, {"removed", r.Removed}, {"kept", r.Kept}, {"note", r.Notes}} {
			for _, p := range part.paths {
				fmt.Fprintf(w, "%-8s %s\n", part.word, p)
			}
		}
	})
}
