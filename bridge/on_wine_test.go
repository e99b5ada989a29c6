//go:build wine

package bridge

import (
	"testing"

	wine "github.com/agrafe-fse/agrafe/installer/rig"
)

// The tests of what is of Windows alone, on wine. That a pipe has one maker (FILE_CREATE) and
// that its access list is kept, wine does not see to: that remains to be seen on Windows.
func TestOnWindows(t *testing.T) {
	w := wine.NewWine(t)
	w.Test(t, ".", "Pipe|PortTakenOnWindows")
	w.Test(t, "./local", "PipeName|SID|S27")
	w.Test(t, "../installer/place", "Folder")
}
