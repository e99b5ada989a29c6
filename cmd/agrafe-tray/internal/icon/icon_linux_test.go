package icon

import (
	"bytes"
	"image"
	"testing"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

// Each icon is there in the size that the desktop has, and what systray reads of its
// pixels, the low bytes, are the colours that were drawn.
func TestIcons(t *testing.T) {
	desktops := []struct {
		name, desktop, scale string
		side                 int
	}{{"XFCE", "XFCE", "", 24}, {"KDE", "KDE", "", 22}, {"high density", "GNOME", "2", 48}}
	for _, d := range desktops {
		t.Run(d.name, func(t *testing.T) {
			t.Setenv("XDG_CURRENT_DESKTOP", d.desktop)
			t.Setenv("GDK_SCALE", d.scale)
			t.Setenv("QT_SCALE_FACTOR", "")
			for _, m := range view.Moods {
				for _, on := range []Panel{Light, Dark} {
					img, _, err := image.Decode(bytes.NewReader(Of(m, on)))
					if err != nil || img.Bounds().Dx() != d.side {
						t.Fatalf("%s on %s: %v", m, on, err)
					}
					want := draw(layers(m, palettes[on], false), d.side)
					for i := range d.side * d.side {
						r, g, b, a := img.At(i%d.side, i/d.side).RGBA()
						if c := want.NRGBAAt(i%d.side, i/d.side); uint8(r) != c.R || uint8(g) != c.G || uint8(b) != c.B || uint8(a) != c.A {
							t.Fatalf("%s on %s: pixel %d is %x %x %x %x, drawn as %v", m, on, i, r, g, b, a, c)
						}
					}
				}
			}
		})
	}
}

func TestIconsThatAreNone(t *testing.T) {
	for name, data := range map[string]string{"cut": straight[:9], "empty": straight, "no picture": straight + "x"} {
		if _, _, err := image.Decode(bytes.NewReader([]byte(data))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
