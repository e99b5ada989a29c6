package paper

import (
	"strings"
	"unicode/utf8"
)

// font chooses the font of what follows, its size in points.
func (c *canvas) font(bold bool, size float64) {
	style := ""
	if bold {
		style = "B"
	}
	c.pdf.SetFont(fontName, style, size)
}

// ink chooses a grey for text and lines, 0 is black.
func (c *canvas) ink(grey int) {
	c.pdf.SetTextColor(grey, grey, grey)
	c.pdf.SetDrawColor(grey, grey, grey)
}

func (c *canvas) width(s string) float64 { return c.pdf.GetStringWidth(s) }

// text writes s with its baseline at y.
func (c *canvas) text(x, y float64, s string) {
	if s != "" {
		c.pdf.Text(x, y, typography.Replace(s))
	}
}

func (c *canvas) right(x, y float64, s string) { c.text(x-c.width(s), y, s) }

func (c *canvas) centre(x, y, w float64, s string) { c.text(x+(w-c.width(s))/2, y, s) }

// shrink makes the font small enough for s to be at most w wide, down to least points.
func (c *canvas) shrink(s string, w, size, least float64) {
	if have := c.width(s); have > w {
		c.pdf.SetFontSize(max(least, size*w/have*0.995))
	}
}

// fit writes s in at most w: smaller, at last cut. The font is the one chosen, at size.
func (c *canvas) fit(x, y, w, size float64, s string) {
	c.shrink(s, w, size, smallestTxt)
	c.text(x, y, c.cut(s, w))
	c.pdf.SetFontSize(size)
}

// cut shortens s to at most w, with an ellipsis.
func (c *canvas) cut(s string, w float64) string {
	if c.width(s) <= w {
		return s
	}
	runes := []rune(s)
	for len(runes) > 0 && c.width(string(runes)+"…") > w {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " \u00a0") + "…"
}

// amount writes an amount that ends at x: smaller where it would be wider than w, never cut.
func (c *canvas) amount(x, y, w, size float64, s string) {
	c.shrink(s, w, size, 1)
	c.right(x, y, s)
	c.pdf.SetFontSize(size)
}

// wrap breaks s into at most most lines of at most w. A word that is too long is
// broken; what is too much is cut.
func (c *canvas) wrap(s string, w float64, most int) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(typography.Replace(s), " ") {
		if next := join(" ", line, word); c.width(next) <= w {
			line = next
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; c.width(line) > w; {
			head := c.head(line, w)
			lines = append(lines, head)
			line = line[len(head):]
		}
	}
	lines = append(lines, line)
	if len(lines) > most {
		rest := strings.Join(lines[most-1:], " ")
		lines = append(lines[:most-1], c.cut(rest, w))
	}
	return lines
}

// head returns as much of the beginning of s as w holds, one character at least.
func (c *canvas) head(s string, w float64) string {
	end := 0
	for i, r := range s {
		next := i + utf8.RuneLen(r)
		if end > 0 && c.width(s[:next]) > w {
			break
		}
		end = next
	}
	return s[:end]
}

// paragraph writes s over the width of the page and moves below it.
func (c *canvas) paragraph(s string, bold bool, size float64) {
	c.font(bold, size)
	step := lineHeight(size)
	for _, line := range c.wrap(s, innerWidth, 40) {
		if c.room(step) {
			c.font(bold, size)
		}
		c.text(left, c.y+step*0.75, line)
		c.y += step
	}
}

// lineHeight returns the height in millimetres of a line of text of a size in points.
func lineHeight(size float64) float64 { return size * 0.3528 * 1.22 }

// rule draws a line over the width of the page.
func (c *canvas) rule(grey int) {
	c.ink(grey)
	c.pdf.Line(left, c.y, left+innerWidth, c.y)
	c.ink(0)
}

// checkbox draws a box of the form, crossed or empty, and its words. The cross is a
// letter, so that who searches or copies the text finds it.
func (c *canvas) checkbox(x, y, w float64, on bool, words string) {
	const side = 3.2
	c.pdf.Rect(x, y-side+0.6, side, side, "D")
	if on {
		c.font(true, textSize)
		c.centre(x, y, side, "X")
	}
	c.font(on, textSize-1)
	c.fit(x+side+1.5, y, w-side-2, textSize-1, words)
}
