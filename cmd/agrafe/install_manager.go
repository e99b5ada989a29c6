//go:build windows || darwin

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	manager "github.com/kardianos/service"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/installer/place"
)

// configText is the configuration that is installed where there is none. It names the
// folders: by default they come of the environment, which is another one in a service.
// It names a log, too: nobody keeps the standard error of a service here.
func configText() string {
	cfg := daemon.DefaultConfig()
	return fmt.Sprintf("# Configuration of Agrafe's service. Every key, explained: agrafed -print-config\n# After a change: agrafe restart\n"+
		"state = '%s'\n\n[origins]\npolicy = '%s'\n\n[log]\nfile = '%s'\n",
		cfg.State, cfg.Origins.Policy, filepath.Join(cfg.State, "agrafed.log"))
}

// none is the program of a service that is only managed here, not run.
type none struct{}

func (none) Start(manager.Service) error { return nil }
func (none) Stop(manager.Service) error  { return nil }

// managed is the service as the system's manager knows it.
func managed(folder string) (manager.Service, error) {
	s, err := manager.New(none{}, &manager.Config{
		Name:        "agrafed",
		DisplayName: "Agrafe",
		Description: "Feuilles de soins électroniques (FSE)",
		UserName:    serviceUser,
		Executable:  filepath.Join(folder, "agrafed"+suffix),
		Arguments:   append([]string{"-config", daemon.ConfigFile()}, serviceWords...),
		Option: manager.KeyValue{
			"OnFailure": "restart", "OnFailureDelayDuration": "1s", "OnFailureResetPeriod": 10, // Windows
			"KeepAlive": true, "RunAtLoad": true, // launchd
		},
	})
	if err != nil {
		return nil, fmt.Errorf("cannot reach the service manager: %w", err)
	}
	return s, nil
}

func installService(_ *env, folder string, later bool, set presets) (changes, error) {
	folder, err := place.Check(folder, "agrafe"+suffix, "agrafed"+suffix)
	if err != nil {
		return changes{}, err
	}
	s, err := managed(folder)
	if err != nil {
		return changes{}, err
	}
	c := changes{Written: []string{"service agrafed"}}
	if err := takeFolders(); err != nil { // before anything in them is believed
		return changes{}, err
	}
	if err := writeConfig(&c); err != nil {
		return c, err
	}
	if err := set.apply(); err != nil {
		return c, err
	}
	if _, err := withdraw(s); err != nil { // an older one
		return c, err
	}
	if err := s.Install(); err != nil {
		return c, fmt.Errorf("cannot install the service: %w", err)
	}
	path, err := addTray(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.Notes = append(c.Notes, "agrafe-tray is not in "+folder+": no icon, no dialogs; agrafe pin and agrafe pair ask in a terminal")
	case err != nil:
		return c, err
	default:
		c.Written = append(c.Written, path)
	}
	if later {
		return c, nil
	}
	return c, controlOf(s, "start")
}

// apply writes the port into the installed configuration.
func (p presets) apply() error {
	if p.Port == "" {
		return nil
	}
	n, err := strconv.Atoi(p.Port)
	if err != nil {
		return err
	}
	return setPort(daemon.ConfigFile(), n)
}

// writeConfig leaves a configuration that is there as it is.
func writeConfig(c *changes) error {
	file := daemon.ConfigFile()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("cannot write the configuration: %w", err)
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if errors.Is(err, fs.ErrExist) {
		c.Kept = append(c.Kept, file)
		return nil
	}
	if err == nil {
		_, err = f.WriteString(configText())
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fmt.Errorf("cannot write the configuration: %w", err)
	}
	c.Written = append(c.Written, file)
	return nil
}

// packaged says whether a package has the service: there are none here.
func packaged() bool { return false }

func uninstallService(_ *env, purge bool, set place.Data) (changes, error) {
	var c changes
	s, err := managed("")
	if err != nil {
		return c, err
	}
	there, err := withdraw(s)
	if err != nil {
		return c, err
	}
	if there {
		c.Removed = append(c.Removed, "service agrafed")
	}
	removed, err := removeTray()
	c.Removed = append(c.Removed, removed...)
	if err != nil {
		return c, err
	}
	return c, dropData(purge, set, &c)
}

// withdraw stops the service and takes it out of the manager's list, false if it is
// not on it.
func withdraw(s manager.Service) (bool, error) {
	switch _, err := s.Status(); {
	case errors.Is(err, manager.ErrNotInstalled):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("cannot reach the service: %w", err)
	}
	_ = s.Stop() // it may have stopped
	if err := s.Uninstall(); err != nil {
		return false, fmt.Errorf("cannot uninstall the service: %w", err)
	}
	return true, nil
}

// dropData removes the practice's data and the configuration, if purge, or says where
// they are. What is in the default places is ours; of others only what is known to be.
func dropData(purge bool, set place.Data, c *changes) (failed error) {
	def := daemon.DefaultConfig()
	own := []string{filepath.Dir(daemon.ConfigFile()), def.State, def.KeyFile()}
	if !purge {
		for _, path := range append(own, set.State, set.Key) {
			if _, err := os.Lstat(path); err == nil && !slices.Contains(c.Kept, path) {
				c.Kept = append(c.Kept, path)
			}
		}
		return nil
	}
	for _, path := range own {
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := place.RemoveAll(path); err != nil {
			failed = errors.Join(failed, fmt.Errorf("cannot remove the data: %w", err))
			continue
		}
		c.Removed = append(c.Removed, path)
	}
	removed, kept, err := set.Remove()
	c.Removed, c.Kept = append(c.Removed, removed...), append(c.Kept, kept...)
	return errors.Join(failed, err)
}

func controlService(_ *env, verb string) error {
	s, err := managed("")
	if err != nil {
		return err
	}
	return controlOf(s, verb)
}

// controlOf starts, stops or restarts the service. That it is so already is no error.
func controlOf(s manager.Service, verb string) (err error) {
	if verb != "start" {
		if err = s.Stop(); already("stop", err) {
			err = nil
		}
	}
	if err == nil && verb != "stop" {
		if err = s.Start(); already("start", err) {
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("cannot %s the service: %w", verb, err)
	}
	return nil
}

func addUserTray(folder string) (string, error) {
	path, err := addTrayFor(thisUser, folder)
	if err != nil {
		return "", fmt.Errorf("cannot start the tray at login: %w", err)
	}
	return path, nil
}

func removeUserTray() ([]string, error) { return removeTrayFor(thisUser) }

func addTray(folder string) (string, error) { return addTrayFor(allUsers, folder) }

func removeTray() ([]string, error) { return removeTrayFor(allUsers) }
