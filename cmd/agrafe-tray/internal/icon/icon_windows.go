package icon

import (
	"embed"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

//go:embed windows/*.ico
var files embed.FS

// Of is the picture of m for a panel, as a tray of this system takes it: ICO, of which
// it takes the size that it wants.
func Of(m view.Mood, on Panel) []byte { return read(files, "windows/"+on.file(m, ".ico")) }
