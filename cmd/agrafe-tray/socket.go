package main

import (
	"fmt"

	"github.com/agrafe-fse/agrafe/bridge/local"
)

// control is where the service's control socket is: a path that was given, or "" for
// that of the service which is installed. It is looked up at each attempt: whoever mends
// the configuration need not start the tray again.
type control string

// place fails with local.ErrDown if the configuration can't be read.
func (c control) place() (string, error) {
	if c != "" {
		return string(c), nil
	}
	path, err := local.InstalledSocket()
	if err != nil {
		return "", fmt.Errorf("%w (%w)", local.ErrDown, err)
	}
	return path, nil
}
