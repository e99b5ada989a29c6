package frontal

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestParseScript(t *testing.T) {
	const whole = "réponse: rejet 4 % ; partiel 2 % ; arl négatif 1 % ; arl partiel 3 % ; silence 2 % ; doublon 10 % ; tronqué 3 % ; retard 2 j ; arl retard 1 j ; désordre ; graine 42"
	all := Script{Reject: 0.04, Partial: 0.02, Negative: 0.01, Mixed: 0.03, Silence: 0.02, Twice: 0.1, Truncated: 0.03, Days: 2, ARLDays: 1, Disorder: true, Seed: 42}
	tests := []struct {
		name, text string
		want       Script
		refused    string
	}{
		{"nothing", "", Script{}, ""},
		{"only the word", "réponse:", Script{}, ""},
		{"all", whole, all, ""},
		{"plain letters, no spaces", strings.ToUpper("reponse:rejet 4%;partiel 2%;arl negatif 1%;arl partiel 3%;silence 2%;doublon 10%;tronque 3%;retard 2j;arl retard 1j;desordre;graine 42;"), all, ""},
		{"without the word", "rejet 0,5 %", Script{Reject: 0.005}, ""},
		{"unknown", "réponse: rejet 4 % ; grève 2 j", Script{}, "on peut dire"},
		{"longer word", "rejets 4 %", Script{}, "on peut dire"},
		{"another word before", "question: rejet 4 %", Script{}, "« réponse: »"},
		{"twice", "rejet 4 % ; rejet 5 %", Script{}, "deux fois"},
		{"no unit", "rejet 4", Script{}, "rejet 4 %"},
		{"wrong unit", "retard 2 %", Script{}, "retard 2 j"},
		{"negative", "rejet -4 %", Script{}, "on peut dire"},
		{"no number", "retard", Script{}, "retard 2 j"},
		{"too much", "rejet 101 %", Script{}, "rejet 4 %"},
		{"half a day", "retard 1,5 j", Script{}, "retard 2 j"},
		{"too late", "retard 366 j", Script{}, "retard 2 j"},
		{"more than all", "rejet 60 % ; partiel 41 %", Script{}, "100 %"},
		{"a number too many", "désordre 2", Script{}, "désordre"},
		{"too long", strings.Repeat(" ", 1001), Script{}, "trop long"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseScript(test.text)
			var fault *ScriptError
			if errors.As(err, &fault) != (test.refused != "") || fault != nil && !strings.Contains(fault.Reason, test.refused) {
				t.Fatalf("%v, want %q", err, test.refused)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if all.String() != whole {
		t.Errorf("String = %s", all)
	}
}

func TestAScriptIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		share := func(name string) float64 { return float64(rapid.IntRange(0, 33).Draw(t, name)) / 100 }
		want := Script{Reject: share("rejet"), Partial: share("partiel"), Negative: share("négatif"), Mixed: share("mixte"), Silence: share("silence"),
			Twice: share("doublon"), Truncated: share("tronqué"), Days: rapid.IntRange(0, maxDays).Draw(t, "jours"),
			ARLDays: rapid.IntRange(0, maxDays).Draw(t, "arl"), Disorder: rapid.Bool().Draw(t, "désordre"), Seed: rapid.Int64Range(0, maxSeed).Draw(t, "graine")}
		got, err := ParseScript(want.String())
		if err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("%s, want %s", got, want)
		}
	})
}

func FuzzParseScript(f *testing.F) {
	f.Add("réponse: rejet 4 % ; retard 2 j ; doublon 10 % ; désordre ; graine 42")
	f.Add("rejet 0,5 % ; arl retard 1 j")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseScript(text)
		var fault *ScriptError
		if err != nil && !errors.As(err, &fault) {
			t.Fatalf("%v is no ScriptError", err)
		}
		if again, err2 := ParseScript(s.String()); err == nil && (err2 != nil || again.String() != s.String()) {
			t.Errorf("%s is read as %s, %v", s, again, err2)
		}
	})
}
