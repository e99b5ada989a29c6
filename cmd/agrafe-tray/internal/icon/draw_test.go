package icon

import (
	"bytes"
	"encoding/binary"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

var update = flag.Bool("update", false, "write the icons")

// A shape is how far a point lies outside it (below 0 inside), on a grid of 24.
type shape func(x, y float64) float64

func segment(ax, ay, bx, by, r float64) shape {
	return func(x, y float64) float64 {
		dx, dy := bx-ax, by-ay
		h := math.Max(0, math.Min(1, ((x-ax)*dx+(y-ay)*dy)/(dx*dx+dy*dy)))
		return math.Hypot(x-ax-h*dx, y-ay-h*dy) - r
	}
}

func disc(cx, cy, r float64) shape {
	return func(x, y float64) float64 { return math.Hypot(x-cx, y-cy) - r }
}

func square(cx, cy, half, round float64) shape {
	return func(x, y float64) float64 {
		dx, dy := math.Abs(x-cx)-half+round, math.Abs(y-cy)-half+round
		return math.Hypot(math.Max(dx, 0), math.Max(dy, 0)) + math.Min(math.Max(dx, dy), 0) - round
	}
}

// triangle points up; r rounds its corners.
func triangle(cx, top, bottom, half, r float64) shape {
	slope := math.Hypot(bottom-top, half)
	return func(x, y float64) float64 {
		side := ((math.Abs(x-cx))*(bottom-top) - (y-top)*half) / slope
		return math.Max(side, y-bottom) - r
	}
}

func join(list ...shape) shape {
	return func(x, y float64) float64 {
		d := math.Inf(1)
		for _, s := range list {
			d = math.Min(d, s(x, y))
		}
		return d
	}
}

func without(s, hole shape) shape {
	return func(x, y float64) float64 { return math.Max(s(x, y), -hole(x, y)) }
}

func grown(s shape, by float64) shape {
	return func(x, y float64) float64 { return s(x, y) - by }
}

// staple is the sign of the program; strike goes through it when it is off.
var (
	staple = join(segment(3, 4, 21, 4, 1.6), segment(3, 4, 3, 16, 1.6), segment(21, 4, 21, 16, 1.6),
		segment(3, 16, 8, 16, 1.6), segment(21, 16, 16, 16, 1.6))
	strike = segment(3, 22, 21, 1.5, 1.2)
)

// badge is the sign of a mood: its outline, which clears the staple around it, and
// what is drawn.
type badge struct {
	outline, drawn shape
	paint          color.NRGBA
}

const bx, by = 16.5, 16.5 // middle of the badges

var badges = map[view.Mood]badge{
	view.OK: {disc(bx, by, 7), without(disc(bx, by, 7), join(segment(bx-3.4, by+.2, bx-1, by+2.8, 1.1), segment(bx-1, by+2.8, bx+3.4, by-2.4, 1.1))),
		color.NRGBA{0x1B, 0x8A, 0x3A, 0xFF}},
	view.Working: {disc(bx, by, 7), without(without(disc(bx, by, 7), disc(bx, by, 4)), segment(bx, by, bx+9, by-9, 1.8)),
		color.NRGBA{0x2F, 0x7D, 0xE0, 0xFF}},
	view.Attention: {triangle(bx, by-7.5, by+6, 7, 1), without(triangle(bx, by-7.5, by+6, 7, 1), join(segment(bx, by-2, bx, by+1.4, 1), disc(bx, by+4.3, 1.15))),
		color.NRGBA{0xE0, 0x86, 0x00, 0xFF}},
	view.Error: {square(bx, by, 6.8, 1.4), without(square(bx, by, 6.8, 1.4), join(segment(bx-3, by-3, bx+3, by+3, 1.1), segment(bx-3, by+3, bx+3, by-3, 1.1))),
		color.NRGBA{0xC4, 0x16, 0x1C, 0xFF}},
}

// layer is one colour over what is below.
type layer struct {
	s     shape
	paint color.NRGBA
}

// palette is how the staple is painted on a panel. Its rim has the other tone, so that
// it can be seen on a panel that is not what its theme says.
type palette struct{ ink, rim, struck color.NRGBA }

var palettes = map[Panel]palette{
	Light: {color.NRGBA{0x2B, 0x34, 0x40, 0xFF}, color.NRGBA{0xFF, 0xFF, 0xFF, 0xB0}, color.NRGBA{0x6E, 0x76, 0x80, 0xFF}},
	Dark:  {color.NRGBA{0xF2, 0xF4, 0xF7, 0xFF}, color.NRGBA{0x10, 0x14, 0x1A, 0xB0}, color.NRGBA{0xA8, 0xB0, 0xBA, 0xFF}},
}

func layers(m view.Mood, p palette, flat bool) []layer {
	if m == view.Off {
		struck := join(without(staple, grown(strike, 1.2)), strike)
		if flat {
			return []layer{{struck, p.ink}}
		}
		return []layer{{grown(struck, .8), p.rim}, {struck, p.struck}}
	}
	b := badges[m]
	glyph := without(staple, grown(b.outline, 1.2))
	if flat {
		return []layer{{glyph, p.ink}, {b.drawn, p.ink}}
	}
	white := color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
	return []layer{{grown(glyph, .8), p.rim}, {glyph, p.ink}, {b.outline, white}, {b.drawn, b.paint}}
}

// draw paints the layers on side × side pixels, of 4 × 4 points each.
func draw(list []layer, side int) *image.NRGBA {
	const points = 4
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		var r, g, b, a float64
		for j := range points * points {
			x := (float64(i%side) + (float64(j%points)+.5)/points) * 24 / float64(side)
			y := (float64(i/side) + (float64(j/points)+.5)/points) * 24 / float64(side)
			pr, pg, pb, pa := point(list, x, y)
			r, g, b, a = r+pr*pa, g+pg*pa, b+pb*pa, a+pa
		}
		if a > 0 {
			img.SetNRGBA(i%side, i/side, color.NRGBA{uint8(r/a + .5), uint8(g/a + .5), uint8(b/a + .5), uint8(a*255/(points*points) + .5)})
		}
	}
	return img
}

func point(list []layer, x, y float64) (r, g, b, a float64) {
	for _, l := range list {
		if l.s(x, y) > 0 {
			continue
		}
		pa := float64(l.paint.A) / 255
		mix := func(below float64, above uint8) float64 {
			return (float64(above)*pa + below*a*(1-pa)) / (pa + a*(1-pa))
		}
		r, g, b = mix(r, l.paint.R), mix(g, l.paint.G), mix(b, l.paint.B)
		a = pa + a*(1-pa)
	}
	return r, g, b, a
}

func encode(t *testing.T, img image.Image) []byte {
	var out bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestCompression}
	if err := e.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// ico puts PNG files of several sizes together, as Windows takes them since Vista.
func ico(sides []int, files [][]byte) []byte {
	out := binary.LittleEndian.AppendUint16(nil, 0)
	out = binary.LittleEndian.AppendUint16(out, 1)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(files)))
	at := 6 + 16*len(files)
	for i, f := range files {
		out = append(out, byte(sides[i]), byte(sides[i]), 0, 0, 1, 0, 32, 0)
		out = binary.LittleEndian.AppendUint32(out, uint32(len(f)))
		out = binary.LittleEndian.AppendUint32(out, uint32(at))
		at += len(f)
	}
	for _, f := range files {
		out = append(out, f...)
	}
	return out
}

// drawn are all files by their name.
func drawn(t *testing.T) map[string][]byte {
	list := make(map[string][]byte)
	for _, m := range view.Moods {
		for on, p := range palettes {
			for _, side := range []int{22, 24, 48} {
				list["linux/"+on.file(m, "-"+strconv.Itoa(side)+".png")] = encode(t, draw(layers(m, p, false), side))
			}
			sides := []int{16, 24, 32, 48}
			var files [][]byte
			for _, side := range sides {
				files = append(files, encode(t, draw(layers(m, p, false), side)))
			}
			list["windows/"+on.file(m, ".ico")] = ico(sides, files)
		}
		black := palette{ink: color.NRGBA{A: 0xFF}}
		list["darwin/"+m.String()+".png"] = encode(t, draw(layers(m, black, true), 44))
	}
	return list
}

func TestFilesAreWhatIsDrawn(t *testing.T) {
	for name, want := range drawn(t) {
		if *update {
			if err := os.WriteFile(filepath.FromSlash(name), want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(filepath.FromSlash(name))
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what is drawn (%v): go test -update", name, err)
		}
	}
}

// Without colours, each two moods differ in at least an eighth of the badge's pixels,
// on each panel and at each size.
func TestMoodsDifferInShape(t *testing.T) {
	for on, p := range palettes {
		for _, side := range []int{16, 22, 24, 48} {
			var grey [][]float64
			for _, m := range view.Moods {
				grey = append(grey, shades(draw(layers(m, p, false), side), on))
			}
			for i := range grey {
				for j := range i {
					differ := 0
					for k := range grey[i] {
						if math.Abs(grey[i][k]-grey[j][k]) > 48 {
							differ++
						}
					}
					if least := side * side / 32; differ < least {
						t.Errorf("%s panel, %d px: %s and %s differ in %d pixels, want %d", on, side, view.Moods[i], view.Moods[j], differ, least)
					}
				}
			}
		}
	}
}

// shades are the pixels on the panel, from 0 to 255. All badges have the same shade:
// only shapes are left.
func shades(img *image.NRGBA, on Panel) (list []float64) {
	back := map[Panel]float64{Light: 240, Dark: 30}[on]
	for i := 0; i < len(img.Pix); i += 4 {
		c := img.Pix[i : i+4]
		shade := float64(c[0])*.3 + float64(c[1])*.59 + float64(c[2])*.11
		if max(c[0], c[1], c[2])-min(c[0], c[1], c[2]) > 40 {
			shade = 90
		}
		a := float64(c[3]) / 255
		list = append(list, shade*a+back*(1-a))
	}
	return list
}
