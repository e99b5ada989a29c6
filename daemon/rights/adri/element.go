package adri

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// Bounds of the tree of a message.
const (
	maxDepth     = 12
	maxElements  = 20_000
	maxFieldText = 4 << 10 // bytes, spaces around it included
)

// element is an element of a message.
type element struct {
	name          xml.Name
	demonstration bool   // it has the attribute that says so
	text          string // its own, without space around it
	children      []*element
}

// mark is the attribute of every message of ours.
var mark = xml.Attr{Name: xml.Name{Local: "demonstration"}, Value: "true"}

// parse reads a message as a tree. It fails with a *FormatError.
func parse(message []byte) (*element, error) {
	if len(message) > MaxMessage {
		return nil, &FormatError{Why: "it is larger than 1 MiB"}
	}
	d := xml.NewDecoder(bytes.NewReader(message))
	t := &tree{open: []*element{{}}}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return t.root()
		}
		if err != nil { // its text may hold some of the message
			return nil, &FormatError{Why: "it is not XML"}
		}
		if err := t.take(token); err != nil {
			return nil, err
		}
	}
}

// tree is what was read so far: the elements that are open, below one that stands for
// the document.
type tree struct {
	open  []*element
	count int
}

func (t *tree) take(token xml.Token) error {
	top := t.open[len(t.open)-1]
	switch x := token.(type) {
	case xml.Directive:
		return &FormatError{Why: "it has a DTD"}
	case xml.ProcInst:
		if x.Target != "xml" {
			return &FormatError{Why: "it has a processing instruction"}
		}
	case xml.StartElement:
		if t.count++; t.count > maxElements || len(t.open) > maxDepth {
			return &FormatError{Why: "it has too many elements, or too deep"}
		}
		e := &element{name: x.Name, demonstration: slices.Contains(x.Attr, mark)}
		top.children = append(top.children, e)
		t.open = append(t.open, e)
	case xml.EndElement:
		top.text = trimmed(top.text)
		t.open = t.open[:len(t.open)-1]
	case xml.CharData:
		if len(t.open) == 1 || len(top.children) > 0 {
			break
		}
		if top.text += string(x); len(top.text) > maxFieldText {
			return &FormatError{Why: "it has an element that is too long"}
		}
	}
	return nil
}

func (t *tree) root() (*element, error) {
	if len(t.open[0].children) != 1 {
		return nil, &FormatError{Why: "it does not have one root element"}
	}
	return t.open[0].children[0], nil
}

func trimmed(s string) string { return strings.TrimSpace(s) }

// fields reads the children of one element, which each stand once, and keeps the
// first fault.
type fields struct {
	of *element
	check
}

// child is the only child of a name, nil if there is none.
func (f *fields) child(space, name string) *element {
	var found *element
	for _, c := range f.of.children {
		if c.name.Space == space && c.name.Local == name {
			f.that(found == nil, name, "stands twice")
			found = c
		}
	}
	return found
}

func (f *fields) text(name string) string {
	c := f.child(Namespace, name)
	if c == nil {
		return ""
	}
	f.that(len(c.children) == 0, name, "holds elements")
	return c.text
}

func (f *fields) yes(name string) bool {
	text := f.text(name)
	f.that(text == "" || text == "true" || text == "false", name, "is neither true nor false")
	return text == "true"
}

func (f *fields) number(name string) int {
	n, err := strconv.Atoi(f.text(name))
	f.that(err == nil, name, "is not a number")
	return n
}

func (f *fields) date(name string) tables.Date {
	text := f.text(name)
	if text == "" {
		return 0
	}
	day, err := tables.ParseDate(text)
	f.that(err == nil, name, "is not a date AAAA-MM-JJ")
	return day
}

// writer writes elements.
type writer struct{ bytes.Buffer }

func (w *writer) open(name string)  { w.WriteString("<" + name + ">") }
func (w *writer) close(name string) { w.WriteString("</" + name + ">") }

// field writes an element of ours, unless it is empty.
func (w *writer) field(name, text string) {
	if text == "" {
		return
	}
	w.open("d:" + name)
	_ = xml.EscapeText(w, []byte(text)) // a buffer does not fail
	w.close("d:" + name)
}

func (w *writer) yes(name string, is bool) {
	if is {
		w.field(name, "true")
	}
}

func (w *writer) date(name string, day tables.Date) {
	if !day.IsZero() {
		w.field(name, day.String())
	}
}
