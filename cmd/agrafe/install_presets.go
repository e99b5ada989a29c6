package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
)

// presets are what the setup program was told, and leaves to us to look at before
// anything is changed: it can't tell a port from a line of the configuration.
type presets struct {
	Port    string `hidden:"" help:"for the setup program of Windows: the port to write into the configuration" placeholder:"N"`
	Origins string `hidden:"" help:"for the setup program of Windows: refuse to install unless these can be listed" placeholder:"LIST"`
}

// check fails with *usageError unless all of them can be used.
func (p presets) check() error {
	if p.Port != "" {
		if n, err := strconv.Atoi(p.Port); err != nil || n < 1 || n > 65535 {
			return &usageError{fmt.Errorf("cannot use the port %q: it is not between 1 and 65535", p.Port)}
		}
	}
	if p.Origins == "" {
		return nil
	}
	for text := range strings.SplitSeq(p.Origins, ",") {
		o, err := trust.ParseOrigin(text)
		if err == nil && (o.Loopback() || o.String() != text) { // the registry takes it as it is written
			err = fmt.Errorf("cannot list %q: write it as https://site.example", text)
		}
		if err != nil {
			return &usageError{err}
		}
	}
	return nil
}

// setPort has a configuration say port, and leaves the rest as it is. A configuration
// that can't be read afterwards is not put in the place of the one that is there.
func setPort(file string, port int) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("cannot set the port: %w", err)
	}
	next := file + ".new"
	if err := os.Remove(next); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot set the port: %w", err)
	}
	err = os.WriteFile(next, []byte(withPort(string(text), port)), 0o644)
	if err == nil {
		_, err = daemon.LoadConfig(next)
	}
	if err == nil {
		err = os.Rename(next, file)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot set the port in %s: %w", filepath.Base(file), err), os.Remove(next))
	}
	return nil
}

// withPort is a configuration with the port in it: in the place of one that is there,
// else before the other keys, and so before the first table.
func withPort(text string, port int) string {
	line := fmt.Sprintf("port = %d", port)
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		if strings.HasPrefix(strings.TrimSpace(l), "[") {
			break
		}
		if key, _, ok := strings.Cut(l, "="); ok && strings.TrimSpace(key) == "port" {
			if strings.HasSuffix(l, "\r") {
				line += "\r"
			}
			lines[i] = line
			return strings.Join(lines, "\n")
		}
	}
	return line + "\n" + text
}
