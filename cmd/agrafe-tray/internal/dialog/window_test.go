//go:build desktop

package dialog

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/screen"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
)

var pictures = flag.String("pictures", "", "folder to write pictures of the windows to")

// on gives this process, and so the windows, a screen.
func on(t *testing.T) *screen.Screen {
	t.Helper()
	s := screen.New(t)
	for _, v := range s.Env {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	return s
}

func picture(s *screen.Screen, name string) {
	if *pictures != "" {
		s.Picture(filepath.Join(*pictures, name+".png"))
	}
}

// outcome is how a window ended.
type outcome struct {
	accepted bool
	code     string
	err      error
}

// shown shows r and says what comes of it.
func shown(ctx context.Context, r Request) <-chan outcome {
	ended := make(chan outcome, 1)
	go func() {
		a, err := Show(ctx, r)
		if err != nil {
			ended <- outcome{err: err}
			return
		}
		ended <- outcome{accepted: a.Accepted, code: string(a.Code)}
		a.Wipe()
	}()
	return ended
}

func wait(t *testing.T, c <-chan outcome) outcome {
	t.Helper()
	select {
	case o := <-c:
		return o
	case <-time.After(20 * time.Second):
		t.Fatal("the window does not end")
		return outcome{}
	}
}

func question(tries int) local.Question {
	return local.Question{Principal: "https://logiciel.example#k", Operation: "signer 3 FSE", Reader: "Lecteur A", Holder: "CLAIRE ESSAI", Tries: tries}
}

// What a user does in the window for the code, and what comes of it.
func TestS22CodeWindow(t *testing.T) {
	s, w := on(t), words.Of("fr")
	title := "code porteur"
	tests := []struct {
		name  string
		tries int
		user  func()
		want  outcome
	}{
		{"typed", 3, func() { s.Type("1234"); picture(s, "code"); s.Key("Return") }, outcome{accepted: true, code: "1234"}},
		{"escaped", 3, func() { s.Type("1234"); s.Key("Escape") }, outcome{}},
		{"nothing typed", 3, func() { s.Key("Return") }, outcome{}},
		{"too short, then right", 3, func() {
			s.Type("12")
			s.Key("Return")
			s.Gone(title)
			s.Window(title)
			s.Type("4321")
			s.Key("Return")
		}, outcome{accepted: true, code: "4321"}},
		{"last try, not sure", 1, func() { picture(s, "last"); s.Key("Return") }, outcome{}},
		{"last try, sure", 1, func() {
			s.Key("Tab", "Return")
			s.Gone(title)
			s.Window(title)
			s.Type("1234")
			s.Key("Return")
		}, outcome{accepted: true, code: "1234"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := shown(t.Context(), ForCode(question(tt.tries), false, w))
			s.Window(title)
			tt.user()
			if got := wait(t, c); got != tt.want {
				t.Errorf("accepted %t, %d digits, %v", got.accepted, len(got.code), got.err)
			}
			s.Gone(title)
		})
	}
}

// While a window is open and when it has ended, no command line and no environment
// holds the holder's name or the code; the child's memory is locked and makes no core.
func TestS21WindowKeepsSecrets(t *testing.T) {
	s := on(t)
	c := shown(t.Context(), ForCode(question(3), false, words.Of("fr")))
	s.Window("code porteur")
	s.Type("7391")
	for _, file := range []string{"cmdline", "environ"} {
		for name, text := range processes(t, file) {
			if bytes.Contains(text, []byte("ESSAI")) || bytes.Contains(text, []byte("7391")) {
				t.Errorf("%s holds a secret", name)
			}
		}
	}
	children := 0
	for name, line := range processes(t, "cmdline") {
		if !bytes.HasSuffix(line, []byte("\x00"+word+"\x00")) {
			continue
		}
		children++
		status, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "status"))
		limits, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "limits"))
		if bytes.Contains(status, []byte("VmLck:\t       0 kB")) || !bytes.Contains(status, []byte("VmLck:")) {
			t.Error("the child has no locked page")
		}
		if !strings.Contains(strings.Join(strings.Fields(string(limits)), " "), "Max core file size 0 0 bytes") {
			t.Errorf("the child may write a core")
		}
	}
	if children != 1 {
		t.Errorf("there are %d children", children)
	}
	s.Key("Return")
	if o := wait(t, c); o.code != "7391" {
		t.Errorf("accepted %t, %d digits, %v", o.accepted, len(o.code), o.err)
	}
}

// processes reads a file of each process.
func processes(t *testing.T, file string) map[string][]byte {
	t.Helper()
	list := make(map[string][]byte)
	names, err := filepath.Glob("/proc/[0-9]*/" + file)
	if err != nil || len(names) == 0 {
		t.Fatal("no process can be looked at")
	}
	for _, name := range names {
		if text, err := os.ReadFile(name); err == nil { // else it has ended, or is another user's
			list[name] = text
		}
	}
	return list
}

func TestSiteWindow(t *testing.T) {
	s, w := on(t), words.Of("fr")
	site := local.Consent{Origin: "https://xn--80ak6aa92e.example", Unicode: "https://аррӏе.example", Letters: "other",
		Name: "Mon <b>logiciel</b> \\n_x", Code: "012345", Scopes: []string{"readers", "fse"}, Seconds: 60}
	tests := []struct {
		name string
		user func()
		want outcome
	}{
		{"accepted", func() { picture(s, "site"); s.Key("Tab", "Return") }, outcome{accepted: true}},
		{"refused by default", func() { s.Key("Return") }, outcome{}},
		{"escaped", func() { s.Key("Escape") }, outcome{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := shown(t.Context(), ForSite(site, w))
			s.Window("un site veut")
			tt.user()
			if got := wait(t, c); got != tt.want {
				t.Errorf("%+v", got)
			}
			s.Gone("un site veut")
		})
	}
	t.Run("no answer in time", func(t *testing.T) {
		site.Seconds = 2
		c := shown(t.Context(), ForSite(site, w))
		if got := wait(t, c); !errors.Is(got.err, ErrDied) {
			t.Errorf("%+v", got)
		}
		s.Gone("un site veut")
	})
}

// A window whose question is withdrawn goes, and one that is killed has not refused.
func TestWindowThatGoes(t *testing.T) {
	s, w := on(t), words.Of("fr")
	t.Run("withdrawn", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		c := shown(ctx, ForCode(question(3), false, w))
		s.Window("code porteur")
		cancel()
		if got := wait(t, c); !errors.Is(got.err, context.Canceled) {
			t.Errorf("%+v", got)
		}
		s.Gone("code porteur")
	})
	for name, r := range map[string]Request{"code": ForCode(question(3), false, w), "question": {Kind: Question, Title: "code porteur", Text: "?"}} {
		t.Run("killed "+name, func(t *testing.T) {
			c := shown(t.Context(), r)
			s.Window("code porteur")
			kill(t, s)
			if got := wait(t, c); !errors.Is(got.err, ErrDied) {
				t.Errorf("%+v", got)
			}
		})
	}
	t.Run("no program", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		if got := wait(t, shown(t.Context(), Request{Kind: Question})); !errors.Is(got.err, ErrNoProgram) {
			t.Errorf("%+v", got)
		}
	})
}

// kill ends the zenity of this screen.
func kill(t *testing.T, s *screen.Screen) {
	t.Helper()
	for name, text := range processes(t, "environ") {
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(name), "cmdline"))
		program, _, _ := strings.Cut(string(line), "\x00")
		if filepath.Base(program) == zenityProgram && bytes.Contains(text, []byte("DISPLAY="+s.Display+"\x00")) {
			if err := exec.Command("kill", "-9", filepath.Base(filepath.Dir(name))).Run(); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("no zenity is there")
}
