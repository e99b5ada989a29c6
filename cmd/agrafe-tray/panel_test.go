//go:build desktop

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/screen"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
)

var picture = flag.String("picture", "", "file to write a picture of the panel with the open menu to (PNG)")

// panelXML is an xfce4-panel of one place for icons, at the top of the screen.
const panelXML = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=11;x=400;y=15"/>
      <property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/>
      <property name="size" type="uint" value="30"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty"><property name="plugin-1" type="string" value="systray"/></property>
</channel>
`

// A real panel takes the icon in, and a right click on it opens the menu.
func TestRealPanel(t *testing.T) {
	s := newSession(t, false)
	channel := filepath.Join(s.home, "xfce4/xfconf/xfce-perchannel-xml")
	if err := os.MkdirAll(channel, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(channel, "xfce4-panel.xml"), []byte(panelXML), 0o600); err != nil {
		t.Fatal(err)
	}
	screen := screen.New(t)
	screen.Env = append(s.env, screen.Env...)
	screen.Start("xfce4-panel", "--disable-wm-check")
	eventually(t, func() string {
		var has bool
		if err := s.bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.kde.StatusNotifierWatcher").Store(&has); err != nil || !has {
			return "the panel has no place for icons (package xfce4-panel)"
		}
		return ""
	})
	readers := virtual.NewReaders("Lecteur")
	d := serve(t, folder(t), readers)
	if err := readers.Insert("Lecteur", cardtest.Open(t, "medecin-secteur1")); err != nil {
		t.Fatal(err)
	}
	s.env = screen.Env
	s.run(t, d.socket())
	i := &shown{s.bus, taken(t, s)}
	i.shows(t, "CLAIRE ESSAI")
	i.shows(t, "Quitter")
	time.Sleep(2 * time.Second) // until the panel has drawn what it was told
	file := filepath.Join(t.TempDir(), "panel.png")
	if *picture != "" {
		file = *picture
	}
	eventually(t, func() string {
		screen.Mouse("18", "15", "3")
		time.Sleep(300 * time.Millisecond) // until the menu is drawn
		screen.Picture(file)
		if n := colours(t, file); n < 40 {
			screen.Key("Escape")
			return fmt.Sprintf("the screen shows %d colours: no menu is open", n)
		}
		return ""
	})
}

// taken is the name of the icon that the panel has taken in.
func taken(t *testing.T, s *session) (name string) {
	t.Helper()
	eventually(t, func() string {
		var items []string
		v, err := s.bus.Object("org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher").GetProperty("org.kde.StatusNotifierWatcher.RegisteredStatusNotifierItems")
		if err == nil {
			items, _ = v.Value().([]string)
		}
		if len(items) == 0 {
			return fmt.Sprintf("the panel has taken no icon in: %v", err)
		}
		name, _, _ = strings.Cut(items[0], "/")
		return ""
	})
	return name
}

// colours counts those of a picture's part below the panel: an empty screen has one.
func colours(t *testing.T, file string) (n int) {
	t.Helper()
	out, err := exec.Command("convert", file, "-crop", "800x560+0+40", "-format", "%k", "info:").Output()
	if err != nil {
		t.Fatalf("convert (package imagemagick): %v", err)
	}
	_, _ = fmt.Sscan(string(out), &n)
	return n
}
