package bridge

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// kindMeaning is what each kind says to who writes a front end.
var kindMeaning = map[state.Kind]string{
	state.Invalid:        "the call or the draft is wrong: see `path` and `issues`",
	state.NotFound:       "there is no such thing for this caller",
	state.Denied:         "the caller may not do this",
	state.NotPaired:      "the page is not paired, or no longer",
	state.NoReader:       "no reader, or no smart-card service",
	state.NoCard:         "no card in the reader",
	state.CardChanged:    "another card than the one that it was about",
	state.CardRemoved:    "the card left in the middle; nothing was done",
	state.CardSilent:     "the card does not answer, or makes no sense",
	state.PINRequired:    "the code was not given",
	state.PINWrong:       "the code is wrong; `retries` tells the tries left",
	state.PINBlocked:     "the code is blocked",
	state.Busy:           "somebody else has the card, or there are too many calls",
	state.Duplicate:      "the idempotency key was used for another call",
	state.DiskFull:       "nothing can be kept until there is room",
	state.JournalDamaged: "nothing can be kept until a backup is restored",
	state.Offline:        "the service stops, or can't be reached",
	state.Timeout:        "it did not come to its end in time",
	state.Unsupported:    "this version or this card can't do it",
	state.Internal:       "a defect; the log of agrafed has the cause",
}

// diagram draws moves from state to state.
func diagram(title string, moves func(func(from, to, who, needs string))) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s\n\n```mermaid\nstateDiagram-v2\n", title)
	plain := func(s string) string { return strings.ReplaceAll(s, "-", "_") }
	moves(func(from, to, who, needs string) {
		if needs != "" {
			who += ": " + needs
		}
		fmt.Fprintf(&out, "    %s --> %s: %s\n", plain(from), plain(to), strings.ReplaceAll(who, ":", " /"))
	})
	out.WriteString("```\n")
	return out.String()
}

func words[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, one := range list {
		texts[i] = string(one)
	}
	return strings.Join(texts, ", ")
}

// generated are the parts of the guide that come from tables.
func generated() map[string]string {
	var kinds strings.Builder
	kinds.WriteString("| kind | number | meaning |\n|---|---|---|\n")
	for _, k := range state.Kinds {
		fmt.Fprintf(&kinds, "| `%s` | %d | %s |\n", k, kindCode(k), kindMeaning[k])
	}
	invoice := diagram("An FSE (who moves it / what must hold):", func(move func(from, to, who, needs string)) {
		for _, m := range fse.Transitions {
			move(string(m.From), string(m.To), words(m.Who), words(m.Requires))
		}
	})
	batch := diagram("A lot:", func(move func(from, to, who, needs string)) {
		for _, m := range fse.LotTransitions {
			move(string(m.From), string(m.To), words(m.Who), words(m.Requires))
		}
	})
	return map[string]string{"kinds": kinds.String(), "states": invoice + "\n" + batch}
}

// The parts of the guide that come from tables are those tables.
func TestDocumentsGuide(t *testing.T) {
	guide, err := os.ReadFile("GUIDE.md")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range generated() {
		begin, end := []byte("<!-- generated: "+name+" -->\n"), []byte("<!-- end -->")
		before, rest, ok := bytes.Cut(guide, begin)
		_, after, closed := bytes.Cut(rest, end)
		if !ok || !closed {
			t.Fatalf("GUIDE.md has no part %s", name)
		}
		guide = bytes.Join([][]byte{before, begin, []byte(text), end, after}, nil)
	}
	golden(t, "GUIDE.md", guide)
	for _, k := range state.Kinds {
		if kindMeaning[k] == "" {
			t.Errorf("the guide does not say what %s means", k)
		}
	}
}
