// Package icon has the tray's icon for each mood.
//
// Its contract: the moods are told apart by shape, so that colour and a colour-blind
// eye are not needed: a disc with a tick, an open ring, a triangle, a square with a
// cross, and a staple that is struck out. The pictures are drawn by the tests of this
// package, which fail when a file is not what they draw (go test -update writes them).
package icon

import (
	"embed"
	"os"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

// Panel is what the icon stands on.
type Panel string

// The panels.
const (
	Light Panel = "light"
	Dark  Panel = "dark"
)

// read returns the embedded file name: a test reads each.
func read(files embed.FS, name string) []byte {
	data, err := files.ReadFile(name)
	if err != nil {
		panic(err)
	}
	return data
}

// size is the height of the icons of this desktop, in pixels: KDE's panels have 22,
// others 24, and all of them twice that on a screen of high density.
func size() int {
	for _, name := range []string{"GDK_SCALE", "QT_SCALE_FACTOR"} {
		if scale, err := strconv.ParseFloat(os.Getenv(name), 64); err == nil && scale >= 1.5 {
			return 48
		}
	}
	if strings.Contains(os.Getenv("XDG_CURRENT_DESKTOP"), "KDE") {
		return 22
	}
	return 24
}

func (p Panel) file(m view.Mood, end string) string { return m.String() + "-" + string(p) + end }
