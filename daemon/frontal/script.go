package frontal

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
)

// Script says how the payer answers. Its zero value acknowledges and pays everything
// at once. Shares are between 0 and 1.
type Script struct {
	Reject    float64 // of the invoices: refused by NOEMIE
	Partial   float64 // of the invoices: paid in part
	Negative  float64 // of the lots: refused as a whole by the ARL
	Mixed     float64 // of the lots: one invoice refused by a positive ARL
	Silence   float64 // of the lots: never answered
	Twice     float64 // of the files: sent twice
	Truncated float64 // of the files: sent cut, then whole
	Days      int     // from receipt to NOEMIE
	ARLDays   int     // from receipt to ARL
	Disorder  bool    // files leave in any order, half of the ARL with the payments
	Seed      int64
}

// ScriptError refuses the text of a script.
type ScriptError struct {
	Words  string // that can't be understood, 40 characters at most
	Reason string // French
}

// Error tells the words and what may be written.
func (e *ScriptError) Error() string {
	return fmt.Sprintf("cannot understand the script at %q: %s", e.Words, e.Reason)
}

// rule is a thing that a script may say.
type rule struct {
	name string
	unit string // %, j, n for a plain number, or nothing
	set  func(s *Script, n float64)
	get  func(s *Script) float64
}

// rules are in the order in which String writes them. Names are compared without
// accents and capitals.
var rules = []rule{
	{"rejet", "%", func(s *Script, n float64) { s.Reject = n }, func(s *Script) float64 { return s.Reject }},
	{"partiel", "%", func(s *Script, n float64) { s.Partial = n }, func(s *Script) float64 { return s.Partial }},
	{"arl négatif", "%", func(s *Script, n float64) { s.Negative = n }, func(s *Script) float64 { return s.Negative }},
	{"arl partiel", "%", func(s *Script, n float64) { s.Mixed = n }, func(s *Script) float64 { return s.Mixed }},
	{"silence", "%", func(s *Script, n float64) { s.Silence = n }, func(s *Script) float64 { return s.Silence }},
	{"doublon", "%", func(s *Script, n float64) { s.Twice = n }, func(s *Script) float64 { return s.Twice }},
	{"tronqué", "%", func(s *Script, n float64) { s.Truncated = n }, func(s *Script) float64 { return s.Truncated }},
	{"retard", "j", func(s *Script, n float64) { s.Days = int(n) }, func(s *Script) float64 { return float64(s.Days) }},
	{"arl retard", "j", func(s *Script, n float64) { s.ARLDays = int(n) }, func(s *Script) float64 { return float64(s.ARLDays) }},
	{"désordre", "", func(s *Script, n float64) { s.Disorder = n != 0 }, func(s *Script) float64 { return truth(s.Disorder) }},
	{"graine", "n", func(s *Script, n float64) { s.Seed = int64(n) }, func(s *Script) float64 { return float64(s.Seed) }},
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

const (
	maxScript = 1000        // characters
	maxDays   = 365         // of a delay
	maxSeed   = 999_999_999 // a float64 holds it exactly
)

// ParseScript reads a script in plain French: `réponse: rejet 4 % ; retard 2 j ;
// doublon 10 % ; désordre ; graine 42`. Nothing is repeated; an empty text is the
// zero value. It fails with a *ScriptError.
func ParseScript(text string) (Script, error) {
	var s Script
	if len(text) > maxScript {
		return s, &ScriptError{shorten(text), "il est trop long"}
	}
	body := strings.TrimSpace(text)
	if head, tail, found := strings.Cut(body, ":"); found {
		if plain(head) != "reponse" {
			return s, &ScriptError{shorten(head), "il commence par « réponse: »"}
		}
		body = tail
	}
	said := map[string]bool{}
	for part := range strings.SplitSeq(body, ";") {
		words := strings.Join(strings.Fields(part), " ")
		if words == "" {
			continue
		}
		r, n, err := readRule(words)
		if err != nil {
			return Script{}, err
		}
		if said[r.name] {
			return Script{}, &ScriptError{shorten(words), "cela est dit deux fois"}
		}
		said[r.name] = true
		r.set(&s, n)
	}
	if s.Reject+s.Partial > 1 || s.Silence+s.Negative+s.Mixed > 1 {
		return Script{}, &ScriptError{shorten(body), "le total des parts dépasse 100 %"}
	}
	return s, nil
}

// readRule reads one thing that a script says.
func readRule(words string) (*rule, float64, error) {
	for i := range rules {
		r := &rules[i]
		rest, found := strings.CutPrefix(plain(words), plain(r.name))
		if !found || rest != "" && rest[0] != ' ' {
			continue
		}
		if rest != "" && !strings.ContainsAny(rest[1:2], "0123456789") {
			continue // a longer name: « arl retard »
		}
		n, ok := r.read(strings.ReplaceAll(rest, " ", ""))
		if !ok {
			return nil, 0, &ScriptError{shorten(words), "il faut écrire « " + r.example() + " »"}
		}
		return r, n, nil
	}
	var names []string
	for _, r := range rules {
		names = append(names, r.example())
	}
	return nil, 0, &ScriptError{shorten(words), "on peut dire : " + strings.Join(names, " ; ")}
}

// read reads the number of a rule, in its unit.
func (r *rule) read(text string) (float64, bool) {
	if r.unit == "" {
		return 1, text == ""
	}
	number := text
	if r.unit != "n" {
		var found bool
		if number, found = strings.CutSuffix(text, r.unit); !found {
			return 0, false
		}
	}
	if r.unit == "%" {
		number = strings.Replace(number, ",", ".", 1)
	}
	if strings.Trim(number, "0123456789.") != "" || r.unit != "%" && strings.Contains(number, ".") {
		return 0, false
	}
	n, err := strconv.ParseFloat(number, 64)
	most := map[string]float64{"%": 100, "j": maxDays, "n": maxSeed}[r.unit]
	if err != nil || n > most {
		return 0, false
	}
	if r.unit == "%" {
		n /= 100
	}
	return n, true
}

func (r *rule) example() string {
	switch r.unit {
	case "%":
		return r.name + " 4 %"
	case "j":
		return r.name + " 2 j"
	case "n":
		return r.name + " 42"
	}
	return r.name
}

// String writes the script as ParseScript reads it.
func (s Script) String() string {
	said := []string{}
	for _, r := range rules {
		n := r.get(&s)
		switch {
		case n == 0:
		case r.unit == "":
			said = append(said, r.name)
		case r.unit == "n":
			said = append(said, fmt.Sprintf("%s %.0f", r.name, n))
		case r.unit == "%":
			number := strconv.FormatFloat(n*100, 'g', 6, 64)
			said = append(said, r.name+" "+strings.Replace(number, ".", ",", 1)+" %")
		default:
			said = append(said, fmt.Sprintf("%s %.0f %s", r.name, n, r.unit))
		}
	}
	return "réponse: " + strings.Join(said, " ; ")
}

// plain folds what a script may write with or without accents and capitals.
func plain(s string) string {
	return strings.NewReplacer("é", "e", "É", "e").Replace(strings.ToLower(strings.TrimSpace(s)))
}

func shorten(s string) string {
	r := []rune(s)
	return string(r[:min(len(r), 40)])
}

// chance is a number from 0 to below 1 that follows from the seed, the question and
// what it is asked about.
func (s *Script) chance(question, about string) float64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d|%s|%s", s.Seed, question, about))
	return float64(binary.BigEndian.Uint64(sum[:8])>>11) / (1 << 53)
}
