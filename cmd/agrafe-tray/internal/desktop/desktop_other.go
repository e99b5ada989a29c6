//go:build !linux

package desktop

import (
	"github.com/ncruces/zenity"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/icon"
)

// Desktop is the user's desktop.
type Desktop struct{}

// Connect has nothing to connect to here: panels are looked at by the system, and the
// service hears itself of a session that is locked.
func Connect(_, _ func()) (*Desktop, error) { return &Desktop{}, nil }

// Close has nothing to leave here.
func (*Desktop) Close() {}

// HasTray says whether this desktop has a place for icons: always here.
func (*Desktop) HasTray() bool { return true }

// Panel is how panels look: dark here, unless the system paints the icon itself.
func (*Desktop) Panel() icon.Panel { return icon.Dark }

// Notify shows text. A click on it does nothing here.
func (*Desktop) Notify(title, text, _ string, _ func()) { _ = zenity.Notify(text, zenity.Title(title)) }
