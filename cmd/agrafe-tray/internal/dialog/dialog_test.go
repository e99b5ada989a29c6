package dialog

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/cmd/agrafe-tray/internal/words"
)

func TestForCode(t *testing.T) {
	const page, here = "https://ehr.example#k1", "uid:1000"
	tests := []struct {
		name     string
		q        local.Question
		wrong    bool
		has, not []string
		asksLast bool
	}{
		{"a page", local.Question{Principal: page, Operation: "signer 2 FSE", Reader: "Lecteur A", Holder: "CLAIRE ESSAI", Tries: 3}, false,
			[]string{"https://ehr.example", "signer 2 FSE", "Lecteur A", "Essais restants\u00a0: 3"}, []string{"ESSAI", "CLAIRE", "faux", "#"}, false},
		{"a program", local.Question{Principal: here, Operation: "signer", Reader: "L", Tries: 3}, false, []string{"Un logiciel de ce poste"}, []string{"uid"}, false},
		{"after a wrong code", local.Question{Principal: page, Tries: 2}, true, []string{"était faux", "restants\u00a0: 2"}, nil, false},
		{"one try left", local.Question{Principal: page, Tries: 1, Reader: "Lecteur B"}, true, []string{"restants\u00a0: 1"}, nil, true},
		{"typed on the reader", local.Question{Principal: page, Operation: "signer 2 FSE", Reader: "Lecteur C", Tries: 3, Pinpad: true}, false,
			[]string{"signer 2 FSE", "Lecteur C", "tapez le code sur le lecteur"}, nil, false},
		{"last try on the reader", local.Question{Tries: 1, Reader: "Lecteur D", Pinpad: true}, false, nil, nil, true},
		{"hostile words", local.Question{Principal: page, Operation: "a\nb\x1b[31m\u202e\\n", Tries: 3}, false, []string{"a�b�[31m�∖n"}, nil, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ForCode(tt.q, tt.wrong, words.Of("fr"))
			check(t, r.Text, tt.has, tt.not)
			if typed := r.Kind == Code; typed == tt.q.Pinpad {
				t.Errorf("the window is a %s", r.Kind)
			}
			if (r.First != nil) != tt.asksLast {
				t.Errorf("the question before the last try is %v", r.First)
			}
			if tt.asksLast {
				check(t, r.First.Text, []string{tt.q.Reader, "BLOQUERA"}, nil)
			}
		})
	}
}

func TestForSite(t *testing.T) {
	all := []string{"readers", "cards", "fse", "lots", "admin", "tout"}
	tests := []struct {
		name     string
		s        local.Consent
		has, not []string
		warning  bool
	}{
		{"latin", local.Consent{Origin: "https://a.example", Unicode: "https://a.example", Letters: "latin", Code: "012345", Scopes: all, Seconds: 42},
			[]string{"https://a.example", "012345", "créer et signer des FSE", "régler Agrafe", "autre droit\u00a0: tout", "42 s"}, []string{"ATTENTION", "nomme"}, false},
		{"another alphabet", local.Consent{Origin: "https://xn--80ak6aa92e.example", Unicode: "https://аррӏе.example", Letters: "other", Name: "x"},
			[]string{"xn--80ak6aa92e", "аррӏе", "autre alphabet", "nomme lui-même"}, nil, true},
		{"mixed", local.Consent{Origin: "https://a.example", Letters: "mixed"}, []string{"mêle des lettres"}, nil, true},
		{"not said", local.Consent{Origin: "https://a.example"}, []string{"mêle des lettres"}, nil, true},
		{"a name of lines", local.Consent{Letters: "latin", Name: "bon\r\nsite" + strings.Repeat("x", 1000)}, []string{"bon��sitexxx", "x…\n"}, []string{"\r"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := ForSite(tt.s, words.Of("fr"))
			check(t, r.Text, tt.has, tt.not)
			if r.Warning != tt.warning || r.Kind != Question {
				t.Errorf("warning %t, kind %s", r.Warning, r.Kind)
			}
		})
	}
}

func check(t *testing.T, text string, has, not []string) {
	t.Helper()
	for _, s := range has {
		if !strings.Contains(text, s) {
			t.Errorf("%q is not in %q", s, text)
		}
	}
	for _, s := range not {
		if strings.Contains(text, s) {
			t.Errorf("%q is in %q", s, text)
		}
	}
}

func TestIsCode(t *testing.T) {
	for typed, want := range map[string]bool{"1234": true, "": false, "123": false, "12345": false, "12a4": false, "١٢٣٤": false} {
		if got := isCode([]byte(typed)); got != want {
			t.Errorf("a code of %d bytes: %t, want %t", len(typed), got, want)
		}
	}
}

// TestMain lets this program be the child, as agrafe-tray is.
func TestMain(m *testing.M) {
	if Wanted(os.Args[1:]) {
		if !Serve(os.Stdin, os.Stdout) {
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestNoDisplay(t *testing.T) {
	for name, display := range map[string]string{"none": "", "dead": ":7219", "nonsense": "x", "below 0": ":-1", "dead far one": "localhost:7219"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DISPLAY", display)
			t.Setenv("WAYLAND_DISPLAY", "")
			for _, kind := range []Kind{Code, Question, Tell} {
				if _, err := Show(t.Context(), Request{Kind: kind}); !errors.Is(err, ErrNoDisplay) {
					t.Errorf("%s: the error is %v", kind, err)
				}
			}
		})
	}
}

// A child that ends without an answer has not refused.
func TestChildThatDies(t *testing.T) {
	tests := []struct{ name, script string }{
		{"at once", "exit 1"},
		{"in order, silent", "exit 0"},
		{"by a signal", "kill -9 $$"},
		{"after an answer", "printf n; exit 3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			child := exec.CommandContext(t.Context(), "/bin/sh", "-c", "read line; "+tt.script)
			if a, err := show(t.Context(), child, Request{Kind: Question}); !errors.Is(err, ErrDied) {
				t.Errorf("the answer is %v, %v", a, err)
			}
		})
	}
}

func TestAnswers(t *testing.T) {
	tests := []struct {
		name, script string
		accepted     bool
		code         string
	}{
		{"yes", "printf y", true, ""},
		{"no", "printf n", false, ""},
		{"a code", "printf y1234", true, "1234"},
		{"digits after a no", "printf n1234", false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			child := exec.CommandContext(t.Context(), "/bin/sh", "-c", "read line; "+tt.script)
			a, err := show(t.Context(), child, Request{})
			if err != nil || a.Accepted != tt.accepted || string(a.Code) != tt.code {
				t.Fatalf("accepted %t, %d bytes, %v", a.Accepted, len(a.Code), err)
			}
			a.Wipe()
			if a.Code != nil {
				t.Error("the code is kept")
			}
		})
	}
}

// A question that is withdrawn closes the child's input, which ends it.
func TestWithdrawn(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	child := exec.CommandContext(ctx, "/bin/sh", "-c", "read line; read more; exit 7")
	time.AfterFunc(50*time.Millisecond, cancel)
	begun := time.Now()
	if _, err := show(ctx, child, Request{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	if time.Since(begun) > patience {
		t.Error("it was killed, it was to end by itself")
	}
}
