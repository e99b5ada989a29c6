package daemon

import (
	"errors"
	"path/filepath"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/release"
)

// UpdateConfig says who is asked for newer versions.
type UpdateConfig struct {
	Enabled bool   `toml:"enabled" comment:"Ask once a day, never at a start. Under systemd the service's network is closed: IPAddressAllow= has to be\nset in a drop-in, see agrafed.service. agrafe update check asks from your own session."`
	URL     string `toml:"url" comment:"https address of the manifest; its signature is there with .sig behind the name."`
	Key     string `toml:"key" comment:"Public key of who signs it: Ed25519, in base64."`
}

func (c UpdateConfig) check(that func(ok bool, format string, args ...any)) {
	_, err := release.ParseKey(c.Key)
	that(c.Key == "" || err == nil, "update.key: %v", err)
	that(c.URL == "" || strings.HasPrefix(c.URL, "https://"), "update.url: %q is not an https address", c.URL)
	that(!c.Enabled || c.URL != "", "update.url: there has to be one when update.enabled is set")
	that(!c.Enabled || c.Key != "", "update.key: there has to be one when update.enabled is set")
}

// ErrNoUpdates says that nobody can be asked for newer versions.
var ErrNoUpdates = errors.New("cannot ask for newer versions: set update.url and update.key in the configuration")

// Source is who is asked, whether or not that is done by itself. It fails with
// ErrNoUpdates.
func (c UpdateConfig) Source() (release.Source, error) {
	key, err := release.ParseKey(c.Key)
	if c.URL == "" || err != nil {
		return release.Source{}, ErrNoUpdates
	}
	return release.Source{URL: c.URL, Key: key}, nil
}

// updateFile is where what was seen of newer versions is kept.
func (c Config) updateFile() string { return filepath.Join(c.State, "update.json") }
