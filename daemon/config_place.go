package daemon

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// ConfigFile is where the configuration of an installed service is. It holds no
// secret: programs of every user read it to find the service.
func ConfigFile() string {
	if runtime.GOOS == "windows" { // beside the state folder, which lets nobody else in
		return filepath.Join(os.Getenv("ProgramData"), "Agrafe-config", "agrafed.toml")
	}
	return "/etc/agrafe/agrafed.toml"
}

// InstalledConfig is the configuration of the service that is installed on this
// machine: that of ConfigFile, or the default one where there is no such file.
func InstalledConfig() (Config, error) { return configOr(ConfigFile()) }

func configOr(file string) (Config, error) {
	if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
		return DefaultConfig(), nil
	}
	return LoadConfig(file)
}
