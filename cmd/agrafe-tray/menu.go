package main

import (
	"sync"

	"fyne.io/systray"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/view"
)

// spare is how many hidden lines a section is given beyond those that it needs, so
// that a reader more does not rebuild the menu.
const spare = 2

// menu draws sections and changes only the lines that differ, so that an open menu
// does not flicker. A desktop's menu takes new lines at its end only: each section has
// some hidden ones, and only when they do not do is the menu built anew.
type menu struct {
	clicked  func(view.Act)
	sections [][]*line
}

// line is one line of the desktop's menu.
type line struct {
	item  *systray.MenuItem
	shown view.Item // "" and hidden
	sub   []*line

	mu  sync.Mutex // protects act
	act view.Act
}

// show draws the sections. One goroutine at a time may call it.
func (m *menu) show(sections []view.Section) {
	if !m.fits(sections) {
		m.build(sections)
	}
	for i, s := range sections {
		for j, l := range m.sections[i] {
			if j < len(s) {
				l.show(s[j], m.clicked)
			} else {
				l.hide()
			}
		}
	}
}

func (m *menu) fits(sections []view.Section) bool {
	if len(m.sections) != len(sections) {
		return false
	}
	for i, s := range sections {
		if len(s) > len(m.sections[i]) {
			return false
		}
	}
	return true
}

// build makes a menu of hidden lines, with some to spare.
func (m *menu) build(sections []view.Section) {
	if m.sections != nil {
		systray.ResetMenu()
	}
	m.sections = nil
	for i, s := range sections {
		if i > 0 {
			systray.AddSeparator()
		}
		n := len(s)
		if !fixed(s) {
			n += spare
		}
		var lines []*line
		for j := range n {
			var like view.Item
			if j < len(s) {
				like = s[j]
			}
			lines = append(lines, newLine(like, nil, m.clicked))
		}
		m.sections = append(m.sections, lines)
	}
}

// fixed says whether a section always has the same lines: those that are checked or
// have others below them can't stand for another.
func fixed(s view.Section) bool {
	for _, item := range s {
		if item.Check || item.Sub != nil {
			return true
		}
	}
	return false
}

// newLine adds a hidden line that item could be shown on.
func newLine(item view.Item, parent *systray.MenuItem, clicked func(view.Act)) *line {
	l := &line{}
	switch {
	case parent != nil:
		l.item = parent.AddSubMenuItem("", "")
	case item.Check:
		l.item = systray.AddMenuItemCheckbox("", "", false)
	default:
		l.item = systray.AddMenuItem("", "")
	}
	l.item.Hide()
	go func() {
		for range l.item.ClickedCh { // closed when the line is removed
			if act := l.does(); act.Do != view.Nothing {
				clicked(act)
			}
		}
	}()
	return l
}

func (l *line) does() view.Act {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.act
}

// show shows item on the line.
func (l *line) show(item view.Item, clicked func(view.Act)) {
	was := l.shown
	l.mu.Lock()
	l.act = item.Act
	l.mu.Unlock()
	if was.Label != item.Label {
		l.item.SetTitle(item.Label)
	}
	if was.Hint != item.Hint {
		l.item.SetTooltip(item.Hint)
	}
	able := item.Act.Do != view.Nothing || item.Sub != nil
	if able && l.item.Disabled() {
		l.item.Enable()
	} else if !able && !l.item.Disabled() {
		l.item.Disable()
	}
	if item.Checked && !l.item.Checked() {
		l.item.Check()
	} else if !item.Checked && l.item.Checked() {
		l.item.Uncheck()
	}
	l.below(item.Sub, clicked)
	if was.Label == "" {
		l.item.Show()
	}
	l.shown = item
}

// below shows items below the line; more lines can be added there at any time.
func (l *line) below(items []view.Item, clicked func(view.Act)) {
	for len(l.sub) < len(items) {
		l.sub = append(l.sub, newLine(items[len(l.sub)], l.item, clicked))
	}
	for i, s := range l.sub {
		if i < len(items) {
			s.show(items[i], nil)
		} else {
			s.hide()
		}
	}
}

func (l *line) hide() {
	if l.shown.Label == "" {
		return
	}
	l.mu.Lock()
	l.act = view.Act{}
	l.mu.Unlock()
	l.item.Hide()
	l.shown = view.Item{}
}
