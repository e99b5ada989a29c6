//go:build unix

package main

import (
	"fmt"
	"os"

	"github.com/agrafe-fse/agrafe/daemon"
)

// passwordOwner is the user to whom the file has to be given: that of the service. Root
// gives it away only in a folder of root's own; elsewhere the service's user would
// decide where root writes.
func passwordOwner(cfg daemon.Config) (int, error) {
	owner, known := ownerOf(cfg.State)
	me := os.Geteuid()
	switch {
	case known && owner == me, !known && me != 0:
		return anyOwner, nil
	case !known:
		return 0, fmt.Errorf("cannot tell whose the service is: %s is not there; start the service once, then try again", cfg.State)
	case me != 0:
		return 0, fmt.Errorf("cannot write the password: the service belongs to user %d; run: sudo -u '#%d' agrafe mail password", owner, owner)
	}
	if err := ownPlace(cfg.MailPasswordFile()); err != nil {
		return 0, fmt.Errorf("cannot write the password: it lies in a folder of user %d; run: sudo -u '#%d' agrafe mail password", owner, owner)
	}
	return owner, nil
}
