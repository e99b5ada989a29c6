package paper

import (
	"bytes"
	"fmt"

	"codeberg.org/go-pdf/fpdf"
)

// A4 and its margins, in millimetres.
const (
	pageWidth   = 210.0
	pageHeight  = 297.0
	left        = 12.0
	innerWidth  = pageWidth - 2*left
	topDemo     = 6.0   // of the band that says DÉMONSTRATION
	top         = 15.0  // of what is printed below it
	bottom      = 281.0 // nothing but the foot is printed below
	footLine    = 289.0
	gapBetween  = 3.0
	labelSize   = 7.0 // points
	textSize    = 9.0
	smallestTxt = 6.0 // below it a text is cut, not shrunk
)

// canvas is a PDF being written, from the top of each page to its bottom. A point
// is measured in millimetres from the top left corner.
type canvas struct {
	pdf   *fpdf.Fpdf
	print Print
	y     float64
	parts []part
}

// part is one document of the PDF: its pages are numbered by themselves, so that
// what is torn apart from a bundle is still whole.
type part struct {
	foot  string // at the bottom of each page
	again func() // heads the pages after the first
	first int    // page of the PDF
	plain bool   // no foot: a page made to be seen through a window
	demo  bool
}

// newCanvas begins a PDF.
func newCanvas(o Print, title string) *canvas {
	pdf := fpdf.New("P", "mm", "A4", "")
	pdf.SetCreationDate(o.Created)
	pdf.SetModificationDate(o.Created)
	pdf.SetCatalogSort(true)
	pdf.SetTitle(title, true)
	pdf.SetProducer("Agrafe", true)
	pdf.SetLang("fr-FR")
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(left, top, left)
	pdf.AddUTF8FontFromBytes(fontName, "", fontRegular)
	pdf.AddUTF8FontFromBytes(fontName, "B", fontBold)
	return &canvas{pdf: pdf, print: o}
}

// begin begins a document on a new page.
func (c *canvas) begin(p part) {
	p.first = c.pdf.PageCount() + 1
	p.demo = p.demo || !c.print.Production
	c.parts = append(c.parts, p)
	c.page()
}

// page begins a page of the document.
func (c *canvas) page() {
	p := &c.parts[len(c.parts)-1]
	c.pdf.AddPage()
	c.pdf.SetLineWidth(0.2)
	c.y = top
	if p.demo {
		c.band()
	}
	if p.again != nil && c.pdf.PageCount() > p.first {
		p.again()
	}
}

// band says on the page that nothing of it is real.
func (c *canvas) band() {
	c.ink(0)
	c.pdf.SetFillColor(230, 230, 230)
	c.pdf.Rect(left, topDemo, innerWidth, 5.5, "FD")
	c.font(true, 9)
	c.centre(left, topDemo+3.9, innerWidth, "DÉMONSTRATION — document sans valeur, à n’envoyer à aucune caisse")
}

// room begins a new page unless h millimetres are left on this one, and tells whether it did.
func (c *canvas) room(h float64) bool {
	if c.y+h <= bottom || c.y <= top {
		return false
	}
	c.page()
	return true
}

// bytes numbers the pages and returns the PDF. Without the moment of printing it is
// ErrIncomplete: the library would take that of a clock.
func (c *canvas) bytes() ([]byte, error) {
	if c.print.Created.IsZero() {
		return nil, incomplete("the moment of printing is not given")
	}
	total := c.pdf.PageCount()
	for i, p := range c.parts {
		end := total
		if i+1 < len(c.parts) {
			end = c.parts[i+1].first - 1
		}
		for n := p.first; n <= end; n++ {
			c.pdf.SetPage(n)
			c.foot(&p, n-p.first+1, end-p.first+1)
		}
	}
	var b bytes.Buffer
	if err := c.pdf.Output(&b); err != nil {
		return nil, fmt.Errorf("cannot write the PDF: %w", err)
	}
	return b.Bytes(), nil
}

// foot writes the bottom of a page that was begun before.
func (c *canvas) foot(p *part, n, of int) {
	if p.plain {
		return
	}
	// The library writes a font only when it changes, and it was chosen on another page.
	c.font(true, labelSize)
	c.font(false, labelSize)
	c.ink(90)
	const number = 30.0
	c.fit(left, footLine, innerWidth-number, labelSize, p.foot)
	c.font(false, labelSize)
	c.right(left+innerWidth, footLine, fmt.Sprintf("page %d/%d", n, of))
	c.ink(0)
}
