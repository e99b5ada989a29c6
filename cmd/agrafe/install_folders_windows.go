package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/installer/place"
)

// Who may do what in the folders, in SDDL: the system and the administrators everything;
// the service's account everything where the data are, and every user may read the
// configuration. Nothing is inherited: Windows lets every user read, and make files in,
// what is made in ProgramData.
const administrators = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"

// takeFolders makes the folders of the configuration and of the data, or takes those that
// are there. The first one is safe before it is read.
func takeFolders() error {
	service := local.ServiceSID("agrafed")
	if err := place.Take(filepath.Dir(daemon.ConfigFile()), administrators+"(A;OICI;0x1200a9;;;BU)", service); err != nil {
		return err
	}
	cfg, err := daemon.InstalledConfig()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(cfg.State), 0o755); err != nil {
		return fmt.Errorf("cannot make the state folder: %w", err)
	}
	return place.Take(cfg.State, administrators+"(A;OICI;FA;;;"+service+")", service)
}
