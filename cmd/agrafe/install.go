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
	r, err := installService(e, folder, c.NoStart)
	if err != nil {
		return err
	}
	return e.printChanges(r)
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
// does: nothing answers any more, and nothing of ours is trusted.
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
	r, err := uninstallService(e, c.Purge)
	if err != nil {
		return err
	}
	if configErr != nil {
		return fmt.Errorf("cannot tell where the certificate of wss is, the rest is uninstalled: %w", configErr)
	}
	steps, err := dropTLS(cfg.State)
	if err != nil {
		return fmt.Errorf("cannot remove the certificate of wss, the rest is uninstalled: %w", err)
	}
	for _, s := range steps {
		r.Notes = append(r.Notes, "where the certificate of wss was trusted it no longer serves; "+s.For+": "+s.Distrust)
	}
	return e.printChanges(r)
}

// dropTLS removes the certificate of wss from the state folder and from what the system
// trusts, and returns how browsers forget it. The service does not run any more.
func dropTLS(state string) ([]trustStep, error) {
	var steps []trustStep
	if i, err := localca.Load(state); err == nil {
		name, err := authorityName(string(i.PEM()))
		if err != nil {
			return nil, err
		}
		steps = trustSteps(localca.CAFile(state), name)
	}
	if _, err := os.Stat(state); err == nil {
		if err := localca.Remove(state); err != nil {
			return nil, err
		}
	}
	if !mayInstall() {
		return steps, nil
	}
	done := func(s trustStep) bool { return strings.Contains(s.Distrust, systemAnchors.file) }
	return slices.DeleteFunc(steps, done), systemAnchors.remove()
}

func (e *env) printChanges(r changes) error {
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
