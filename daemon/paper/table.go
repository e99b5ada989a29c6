package paper

// column is a column of a table.
type column struct {
	title string
	width float64
	right bool // of numbers: aligned on the right, shrunk but never cut
}

// row is a line of a table and what is said below it.
type row struct {
	cells []string
	note  string
	bold  bool
}

// table writes rows under heads that each page repeats.
type table struct {
	c     *canvas
	cols  []column
	carry func(label string) row // the totals so far, written at the foot and the head of pages; nil = none
}

const (
	rowText   = 8.0 // points
	rowNote   = 7.0
	rowLines  = 2 // that a text of a cell may take
	cellSpace = 1.0
	headRow   = 5.5
)

// begin writes the heads.
func (t *table) begin() {
	c := t.c
	c.pdf.SetFillColor(236, 236, 236)
	c.pdf.Rect(left, c.y, innerWidth, headRow, "F")
	x := left
	for _, col := range t.cols {
		c.font(true, rowNote)
		if col.right {
			c.amount(x+col.width-cellSpace, c.y+3.8, col.width-cellSpace-0.5, rowNote, col.title)
		} else {
			c.fit(x+cellSpace, c.y+3.8, col.width-cellSpace, rowNote, col.title)
		}
		x += col.width
	}
	c.y += headRow
	c.rule(120)
}

// add writes a row, on a new page when this one is full.
func (t *table) add(r row) {
	h := t.height(r)
	reserve := 0.0
	if t.carry != nil {
		reserve = t.height(t.carry("À reporter"))
	}
	if t.c.y+h+reserve > bottom {
		t.turn()
	}
	t.write(r)
}

// turn goes on with the table on a new page.
func (t *table) turn() {
	if t.carry != nil {
		t.write(t.carry("À reporter"))
	}
	t.c.page()
	t.begin()
	if t.carry != nil {
		t.write(t.carry("Report"))
	}
}

func (t *table) height(r row) float64 {
	lines := 1
	t.c.font(r.bold, rowText)
	for i, s := range r.cells {
		if col := t.cols[i]; !col.right && s != "" {
			lines = max(lines, len(t.c.wrap(s, col.width-cellSpace, rowLines)))
		}
	}
	h := float64(lines)*lineHeight(rowText) + 1
	return h + float64(len(t.notes(r)))*lineHeight(rowNote)
}

func (t *table) notes(r row) []string {
	if r.note == "" {
		return nil
	}
	t.c.font(false, rowNote)
	return t.c.wrap(r.note, innerWidth-6, rowLines)
}

func (t *table) write(r row) {
	c := t.c
	h := t.height(r)
	step := lineHeight(rowText)
	x, lines := left, 1
	for i, s := range r.cells {
		col := t.cols[i]
		c.font(r.bold, rowText)
		if col.right {
			c.amount(x+col.width-cellSpace, c.y+0.5+step*0.75, col.width-cellSpace-0.5, rowText, s)
		} else if s != "" {
			list := c.wrap(s, col.width-cellSpace, rowLines)
			lines = max(lines, len(list))
			for j, line := range list {
				c.text(x+cellSpace, c.y+0.5+step*(float64(j)+0.75), line)
			}
		}
		x += col.width
	}
	y := c.y + 0.5 + float64(lines)*step
	notes := t.notes(r)
	c.font(false, rowNote)
	c.ink(70)
	for _, line := range notes {
		c.text(left+5, y+lineHeight(rowNote)*0.75, line)
		y += lineHeight(rowNote)
	}
	c.y += h
	c.rule(210)
}
