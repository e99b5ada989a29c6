package main

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"runtime"
)

// side is the width and height of the icon, in pixels.
const side = 32

// badges gives each mood the colour and the shape of its badge. The shapes tell
// the moods apart without the colours.
var badges = map[mood]struct {
	paint color.RGBA
	in    func(x, y int) bool // x and y from -7 to 7
}{
	moodOff:       {color.RGBA{0x80, 0x80, 0x80, 0xFF}, func(x, y int) bool { return y >= -1 && y <= 1 }},                      // a bar
	moodOK:        {color.RGBA{0x1B, 0x8A, 0x3A, 0xFF}, func(x, y int) bool { return x*x+y*y <= 36 }},                          // a disc
	moodWorking:   {color.RGBA{0x1F, 0x5F, 0xBF, 0xFF}, func(x, y int) bool { r := x*x + y*y; return r <= 42 && r >= 16 }},     // a ring
	moodAttention: {color.RGBA{0xD9, 0x7B, 0x00, 0xFF}, func(x, y int) bool { return y <= 6 && 2*max(x, -x) <= y+7 }},          // a triangle
	moodError:     {color.RGBA{0xB7, 0x1C, 0x1C, 0xFF}, func(x, y int) bool { d, s := x-y, x+y; return d*d <= 4 || s*s <= 4 }}, // a cross
}

// icon draws a staple with the badge of m.
func icon(m mood) []byte {
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	steel := image.NewUniform(color.RGBA{0x5A, 0x63, 0x6E, 0xFF})
	for _, r := range []image.Rectangle{image.Rect(3, 4, 29, 9), image.Rect(3, 4, 8, 22), image.Rect(24, 4, 29, 15)} {
		draw.Draw(img, r, steel, image.Point{}, draw.Src)
	}
	badge := badges[m]
	for y := -7; y <= 7; y++ {
		for x := -7; x <= 7; x++ {
			if badge.in(x, y) {
				img.SetRGBA(24+x, 24+y, badge.paint)
			}
		}
	}
	var out bytes.Buffer
	_ = png.Encode(&out, img) // a Buffer does not fail
	if runtime.GOOS == "windows" {
		return ico(out.Bytes())
	}
	return out.Bytes()
}

// ico wraps a PNG as Windows wants it: a directory of one image.
func ico(data []byte) []byte {
	n := len(data)
	header := []byte{0, 0, 1, 0, 1, 0, side, side, 0, 0, 1, 0, 32, 0, byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), 22, 0, 0, 0}
	return append(header, data...)
}
