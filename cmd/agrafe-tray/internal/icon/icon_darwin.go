package icon

import (
	"embed"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

//go:embed darwin/*.png
var files embed.FS

// Of is the picture of m, as a tray of this system takes it: PNG in black, which the
// system paints as its panel asks for.
func Of(m view.Mood, _ Panel) []byte { return read(files, "darwin/"+m.String()+".png") }
