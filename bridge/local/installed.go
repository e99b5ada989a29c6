package local

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"github.com/pelletier/go-toml/v2"
)

// InstalledSocket is the control socket of the service that is installed on this
// machine, for programs that are not built of package daemon: what daemon.InstalledConfig
// and Config.ControlSocket say, of which the tests hold it to be the same. Of the
// configuration it reads what it needs, whatever else is wrong with it: the service may
// run by an older one. It fails if the file can't be read.
func InstalledSocket() (string, error) { return socketOf(configFile()) }

const socketName = "control.sock"

func configFile() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(os.Getenv("ProgramData"), "Agrafe-config", "agrafed.toml")
	}
	return "/etc/agrafe/agrafed.toml"
}

func defaultState() string {
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(os.Getenv("ProgramData"), "Agrafe")
	case "darwin":
		return "/Library/Application Support/Agrafe"
	}
	return "/var/lib/agrafe"
}

func socketOf(file string) (string, error) {
	var cfg struct{ Control, State string }
	cfg.State = defaultState()
	text, err := os.ReadFile(file)
	if err == nil {
		err = toml.Unmarshal(text, &cfg)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("cannot tell where the service is by %s: %w", file, err)
	}
	switch {
	case cfg.Control != "":
		return cfg.Control, nil
	case runtime.GOOS == "linux" && cfg.State == defaultState():
		return "/run/agrafe/control.sock", nil
	}
	return filepath.Join(cfg.State, socketName), nil
}
