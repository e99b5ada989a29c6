package daemon

import (
	"path/filepath"
	"runtime"
	"slices"
)

// OriginsConfig says which web pages may be let in.
type OriginsConfig struct {
	Pairing string `toml:"pairing" comment:"When a page that is not listed may ask the user to let it in. on-request: at any time. window: for two minutes\nafter the tray or agrafe pair has said so. policy-only: never; only the policy and agrafe origins let pages in."`
	Policy  string `toml:"policy" comment:"Folder of the administrator's files *.toml, which list origins with their scopes and may lock the list. Empty:\nno folder."`
	Dev     bool   `toml:"dev" comment:"For developers: pages of http://localhost and http://127.0.0.1, on any port, may be let in too. Front ends are told."`
}

// Values of OriginsConfig.Pairing.
const (
	PairingOnRequest  = "on-request"
	PairingWindow     = "window"
	PairingPolicyOnly = "policy-only"
)

func (c OriginsConfig) pairingIsKnown() bool {
	return slices.Contains([]string{PairingOnRequest, PairingWindow, PairingPolicyOnly}, c.Pairing)
}

// defaultPolicy is where administrators put their files.
func defaultPolicy() string {
	if runtime.GOOS == "windows" {
		return filepath.Join(defaultState(), "origins.d") // group policy goes by the registry
	}
	return "/etc/agrafe/origins.d"
}
