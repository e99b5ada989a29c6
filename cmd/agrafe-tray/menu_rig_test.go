//go:build desktop

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// shown is an icon on the bus, with its menu.
type shown struct {
	bus  *dbus.Conn
	name string
}

// entry is a line of a menu.
type entry struct {
	id       int32
	label    string
	enabled  bool
	checked  bool
	children []entry
}

type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// entries are the lines that can be seen.
func (i *shown) entries() ([]entry, error) {
	var revision uint32
	var root layout
	err := i.menu().Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, err
	}
	return visible(root)
}

func (i *shown) menu() dbus.BusObject { return i.bus.Object(i.name, "/StatusNotifierItem/menu") }

func visible(parent layout) (list []entry, err error) {
	for _, child := range parent.Children {
		var l layout
		if err := dbus.Store([]any{child.Value()}, &l); err != nil {
			return nil, err
		}
		if shown, ok := l.Properties["visible"].Value().(bool); ok && !shown {
			continue
		}
		e := entry{id: l.ID}
		e.label, _ = l.Properties["label"].Value().(string)
		e.enabled, _ = l.Properties["enabled"].Value().(bool)
		state, _ := l.Properties["toggle-state"].Value().(int32)
		e.checked = state == 1
		if e.children, err = visible(l); err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// labels are the lines of a menu, those below another with an indent, "-" a separator.
func labels(list []entry, indent string) (text []string) {
	for _, e := range list {
		if e.label == "" {
			e.label = "-"
		}
		text = append(text, indent+e.label)
		text = append(text, labels(e.children, indent+"  ")...)
	}
	return text
}

// shows waits until the menu has a line with a text in it.
func (i *shown) shows(t *testing.T, text string) (found entry) {
	t.Helper()
	eventually(t, func() string {
		list, err := i.entries()
		var ok bool
		if found, ok = search(list, text); ok {
			return ""
		}
		return fmt.Sprintf("the menu does not show %q: %q, %v", text, labels(list, ""), err)
	})
	return found
}

func search(list []entry, text string) (entry, bool) {
	for _, e := range list {
		if strings.Contains(e.label, text) {
			return e, true
		}
		if below, ok := search(e.children, text); ok {
			return below, true
		}
	}
	return entry{}, false
}

// hides waits until no line of the menu has a text in it.
func (i *shown) hides(t *testing.T, text string) {
	t.Helper()
	eventually(t, func() string {
		list, err := i.entries()
		if _, ok := search(list, text); ok || err != nil {
			return fmt.Sprintf("the menu shows %q: %q, %v", text, labels(list, ""), err)
		}
		return ""
	})
}

// able waits until the line with a text in it can be clicked, or can't.
func (i *shown) able(t *testing.T, text string, want bool) (e entry) {
	t.Helper()
	eventually(t, func() string {
		if e = i.shows(t, text); e.enabled != want {
			return fmt.Sprintf("%q can be clicked: %t", e.label, e.enabled)
		}
		return ""
	})
	return e
}

// click clicks the line with a text in it.
func (i *shown) click(t *testing.T, text string) {
	t.Helper()
	i.clickWith(t, text, 0)
}

// clickLast clicks the line that ends the tray, which may be gone before it answers.
func (i *shown) clickLast(t *testing.T, text string) {
	t.Helper()
	i.clickWith(t, text, dbus.FlagNoReplyExpected)
}

func (i *shown) clickWith(t *testing.T, text string, flags dbus.Flags) {
	t.Helper()
	e := i.able(t, text, true)
	call := i.menu().Call("com.canonical.dbusmenu.Event", flags, e.id, "clicked", dbus.MakeVariant(int32(0)), uint32(0))
	if call.Err != nil {
		t.Fatal(call.Err)
	}
}
