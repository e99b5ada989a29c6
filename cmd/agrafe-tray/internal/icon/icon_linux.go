package icon

import (
	"embed"
	"image"
	"image/png"
	"io"
	"strconv"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

//go:embed linux/*.png
var files embed.FS

// straight stands before a PNG that has to be read with its colours as they are.
//
// The bus takes colours that are not multiplied by their opacity. systray (1.12.2)
// takes the low bytes of what color.RGBA gives, which are noise where a pixel is partly
// transparent. Read as an image of another kind, with the same bytes, they are right.
const straight = "agrafe straight colours\n"

func init() { image.RegisterFormat("agrafe", straight, decode, config) }

func decode(r io.Reader) (image.Image, error) {
	if _, err := io.CopyN(io.Discard, r, int64(len(straight))); err != nil {
		return nil, err
	}
	img, err := png.Decode(r)
	if err != nil {
		return nil, err
	}
	n, ok := img.(*image.NRGBA)
	if !ok {
		return nil, png.FormatError("cannot draw an icon without transparency")
	}
	return &image.RGBA{Pix: n.Pix, Stride: n.Stride, Rect: n.Rect}, nil
}

func config(r io.Reader) (image.Config, error) {
	img, err := decode(r)
	if err != nil {
		return image.Config{}, err
	}
	return image.Config{ColorModel: img.ColorModel(), Width: img.Bounds().Dx(), Height: img.Bounds().Dy()}, nil
}

// Of is the picture of m for a panel, as systray takes it on this system.
func Of(m view.Mood, on Panel) []byte {
	return append([]byte(straight), read(files, "linux/"+on.file(m, "-"+strconv.Itoa(size())+".png"))...)
}
