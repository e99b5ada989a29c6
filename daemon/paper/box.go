package paper

// field is a line of a box. One without value is left out unless it says a dash.
type field struct {
	label, value string
}

// box is a frame with a title and fields.
type box struct {
	title  string
	fields []field
}

// missing marks a field that is left out when nothing is known.
const missing = "\x00"

// optional returns a value for a field that is left out when s is empty; any other
// field shows a dash.
func optional(s string) string {
	if s = clean(s); s == "" {
		return missing
	}
	return s
}

const (
	boxTitle   = 5.0 // height
	boxPadding = 1.5
	valueLines = 3 // that a value may take
)

// boxes draws boxes side by side, as wide and as high as each other.
func (c *canvas) boxes(list ...box) {
	w := (innerWidth - gapBetween*float64(len(list)-1)) / float64(len(list))
	h := 0.0
	for _, b := range list {
		h = max(h, c.boxHeight(b, w))
	}
	c.room(h)
	for i, b := range list {
		c.box(b, left+float64(i)*(w+gapBetween), w, h)
	}
	c.y += h + gapBetween
}

// labelWidth returns the room of the labels of a box.
func labelWidth(w float64) float64 { return min(36, w*0.36) }

func (c *canvas) boxHeight(b box, w float64) float64 {
	h := boxTitle + 2*boxPadding
	c.font(false, textSize)
	for _, f := range b.fields {
		if f.value != missing {
			h += float64(len(c.value(f, w))) * lineHeight(textSize)
		}
	}
	return h
}

// value returns the lines of a field.
func (c *canvas) value(f field, w float64) []string {
	if f.label == "" {
		return c.wrap(f.value, w-2*boxPadding, valueLines)
	}
	return c.wrap(orDash(f.value), w-labelWidth(w)-2*boxPadding, valueLines)
}

func (c *canvas) box(b box, x, w, h float64) {
	c.frame(b.title, x, c.y, w, h)
	y := c.y + boxTitle + boxPadding
	step := lineHeight(textSize)
	for _, f := range b.fields {
		if f.value == missing {
			continue
		}
		c.font(false, textSize)
		lines := c.value(f, w)
		at := x + boxPadding
		if f.label != "" {
			c.ink(90)
			c.font(false, labelSize+0.5)
			c.fit(at, y+step*0.75, labelWidth(w)-1, labelSize+0.5, f.label)
			c.ink(0)
			at += labelWidth(w)
		}
		c.font(false, textSize)
		for _, line := range lines {
			c.text(at, y+step*0.75, line)
			y += step
		}
	}
}

// frame draws a frame with its title on grey.
func (c *canvas) frame(title string, x, y, w, h float64) {
	c.ink(120)
	c.pdf.SetFillColor(236, 236, 236)
	c.pdf.Rect(x, y, w, boxTitle, "F")
	c.pdf.Rect(x, y, w, h, "D")
	c.ink(0)
	c.font(true, textSize-0.5)
	c.fit(x+boxPadding, y+3.6, w-2*boxPadding, textSize-0.5, title)
}

// signatures draws empty frames to sign in.
func (c *canvas) signatures(titles ...string) {
	const h = 26.0
	c.room(h)
	w := (innerWidth - gapBetween*float64(len(titles)-1)) / float64(len(titles))
	for i, t := range titles {
		c.frame(t, left+float64(i)*(w+gapBetween), c.y, w, h)
	}
	c.y += h + gapBetween
}
