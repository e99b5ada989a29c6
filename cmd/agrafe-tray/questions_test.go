//go:build desktop

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/screen"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// The titles of the windows, in part.
const (
	codeWindow = "code porteur"
	siteWindow = "un site veut"
)

// goodCode is the code of the card: digits that are found in no table by chance.
const goodCode = "7391"

// professional is a CPS with that code.
func professional(t *testing.T) virtual.Card {
	t.Helper()
	spec, err := virtual.Load(testdata.Cards(), "medecin-secteur1")
	if err != nil {
		t.Fatal(err)
	}
	spec.PIN.Code = goodCode
	card, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	return card
}

// desk is a desktop with a screen, a service with a CPS, and a tray.
type desk struct {
	*session
	screen *screen.Screen
	*service
	tray int // process
	icon *shown
}

func newDesk(t *testing.T, more ...func(*daemon.Config)) *desk {
	t.Helper()
	s, readers := newSession(t, true), virtual.NewReaders("Lecteur")
	d := &desk{session: s, screen: screen.New(t), service: serve(t, folder(t), readers, more...)}
	s.env = append(s.env, d.screen.Env...)
	if err := readers.Insert("Lecteur", professional(t)); err != nil {
		t.Fatal(err)
	}
	d.tray = s.run(t, d.socket()).Process.Pid
	d.icon = s.icon(t)
	d.icon.shows(t, "CLAIRE ESSAI")
	return d
}

// asks has a program ask for the code, as soon as the tray can be asked.
func (d *desk) asks(t *testing.T) <-chan error {
	t.Helper()
	c, ended := d.client(t), make(chan error, 1)
	go func() {
		var err error
		for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			err = c.Call(t.Context(), "cards.openPinSession", nil, nil)
			if codeOf(err) != "PERSONNE_A_QUI_DEMANDER" {
				break
			}
		}
		ended <- err
	}()
	return ended
}

func codeOf(err error) string {
	if e, ok := err.(*state.Error); ok {
		return e.Code
	}
	return ""
}

func result(t *testing.T, ended <-chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		return err
	case <-time.After(2 * within):
		t.Fatal("the call does not end")
		return nil
	}
}

func (d *desk) types(t *testing.T, code string) {
	t.Helper()
	d.screen.Window(codeWindow)
	d.screen.Type(code)
	d.screen.Key("Return")
}

// The code goes from the window to the card, a wrong one is said to be, and the last
// try is asked about.
func TestS22TrayAsksForTheCode(t *testing.T) {
	d := newDesk(t)
	steps := []struct {
		name string
		do   func()
		says string // in the window
		want string // the call's error code
	}{
		{"refused", func() { d.screen.Window(codeWindow); d.screen.Key("Escape") }, "Essais restants\u00a0: 3", "CODE_REQUIS"},
		{"wrong", func() { d.types(t, "0000") }, "Essais restants\u00a0: 3", "CODE_FAUX"},
		{"wrong again", func() { d.types(t, "1111") }, "était faux. Essais restants\u00a0: 2", "CODE_FAUX"},
		{"last try, not sure", func() { d.screen.Window(codeWindow); d.screen.Key("Return") }, "BLOQUERA", "CODE_REQUIS"},
		{"last try, right", func() {
			d.screen.Window(codeWindow)
			d.screen.Key("Tab", "Return")
			d.screen.Gone(codeWindow)
			d.types(t, goodCode)
		}, "BLOQUERA", ""},
	}
	for _, step := range steps {
		t.Run(step.name, func(t *testing.T) {
			ended := d.asks(t)
			d.screen.Window(codeWindow)
			if text := d.windowText(t); !strings.Contains(text, step.says) || strings.Contains(text, "ESSAI") {
				t.Errorf("the window says %q, want %q and no name", text, step.says)
			}
			step.do()
			if err := result(t, ended); codeOf(err) != step.want {
				t.Errorf("the call gives %v, want %q", err, step.want)
			}
			d.screen.Gone(codeWindow)
		})
	}
}

// windowText is what the window's program was told to show.
func (d *desk) windowText(t *testing.T) string {
	t.Helper()
	_, line := d.zenity(t)
	return line
}

// zenity is the process of the window on the screen.
func (d *desk) zenity(t *testing.T) (pid int, line string) {
	t.Helper()
	names, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, name := range names {
		text, _ := os.ReadFile(name)
		program, args, _ := bytes.Cut(text, []byte{0})
		environ, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "environ"))
		if filepath.Base(string(program)) == "zenity" && bytes.Contains(environ, []byte("DISPLAY="+d.screen.Display+"\x00")) {
			pid, _ = strconv.Atoi(filepath.Base(filepath.Dir(name)))
			return pid, string(args)
		}
	}
	t.Fatal("no window's program is there")
	return 0, ""
}

// A second after its use the code is nowhere in the tray's memory, in none of the forms
// in which it was ever there.
func TestS21CodeIsNotInTheTray(t *testing.T) {
	d := newDesk(t, func(c *daemon.Config) { c.PIN.Policy = daemon.PINEach })
	for range 3 {
		ended := d.asks(t)
		d.types(t, goodCode)
		if err := result(t, ended); err != nil {
			t.Fatal(err)
		}
		d.screen.Gone(codeWindow)
	}
	time.Sleep(time.Second) // what the requirement allows
	forms := map[string][]byte{
		"in JSON":             []byte(`"` + goodCode + `"`),
		"in a VERIFY command": append([]byte{0x20, 0x00, 0x01, byte(len(goodCode))}, goodCode...),
		"as the window's":     []byte("y" + goodCode),
		"as the door's":       []byte("\x00" + goodCode),
		"as the last try's":   []byte("\x01" + goodCode),
		"typed":               []byte(goodCode + "\n"),
		"in UTF-16":           []byte(strings.Join(strings.Split(goodCode, ""), "\x00") + "\x00"),
	}
	memory := readMemory(t, d.tray)
	if !bytes.Contains(memory, []byte("CLAIRE ESSAI")) {
		t.Fatal("the memory read is not the tray's: what the menu shows is not in it")
	}
	for name, form := range forms {
		if bytes.Contains(memory, form) {
			t.Errorf("the code is in the tray's memory, %s", name)
		}
	}
}

// readMemory is all that a process can write to.
func readMemory(t *testing.T, pid int) (all []byte) {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(mode, "rw") || to-from > 1<<30 { // not memory of a small program
			continue
		}
		buf := make([]byte, to-from)
		n, _ := mem.ReadAt(buf, int64(from))
		all = append(all, buf[:n]...)
	}
	return all
}

// A window that dies is no refusal: the user is told, and the tray answers again.
func TestKilledWindow(t *testing.T) {
	d := newDesk(t)
	ended := d.asks(t)
	d.screen.Window(codeWindow)
	pid, _ := d.zenity(t)
	if p, err := os.FindProcess(pid); err != nil || p.Kill() != nil {
		t.Fatal("the window's program can't be killed")
	}
	d.expect(t, "La fenêtre n'a pas pu s'ouvrir")
	d.types(t, goodCode) // in another window: nobody was there to ask, and the call is made again
	if err := result(t, ended); err != nil {
		t.Errorf("the call gives %v", err)
	}
}

// A question that its caller gives up takes its window along, and the next one comes.
func TestWithdrawnQuestion(t *testing.T) {
	d := newDesk(t)
	c := d.client(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := d.asks(t)
	d.screen.Window(codeWindow)
	d.screen.Key("Escape")
	_ = result(t, ended)
	d.screen.Gone(codeWindow)
	go func() { _ = c.Call(ctx, "cards.openPinSession", nil, nil) }()
	d.screen.Window(codeWindow)
	cancel()
	_ = c.Close()
	d.screen.Gone(codeWindow)
	ended = d.asks(t)
	d.types(t, goodCode)
	if err := result(t, ended); err != nil {
		t.Errorf("the call gives %v", err)
	}
}

// While the tray is paused, nobody is asked; a terminal could be.
func TestPause(t *testing.T) {
	d := newDesk(t)
	ended := d.asks(t)
	d.screen.Window(codeWindow)
	d.icon.click(t, "Pause")
	d.icon.shows(t, "En pause")
	d.screen.Gone(codeWindow)
	_ = result(t, ended)
	if err := d.client(t).Call(t.Context(), "cards.openPinSession", nil, nil); codeOf(err) != "PERSONNE_A_QUI_DEMANDER" {
		t.Errorf("the call gives %v", err)
	}
	if len(d.told) > 0 {
		t.Errorf("the user was told %q", (<-d.told).Text)
	}
	d.icon.click(t, "Pause")
	d.icon.hides(t, "En pause")
	ended = d.asks(t)
	d.types(t, goodCode)
	if err := result(t, ended); err != nil {
		t.Errorf("the call gives %v", err)
	}
}

// ready waits until the tray answers questions.
func (d *desk) ready(t *testing.T) {
	t.Helper()
	ended := d.asks(t)
	d.types(t, goodCode)
	if err := result(t, ended); err != nil {
		t.Fatal(err)
	}
	d.screen.Gone(codeWindow)
}
