package diagnostics

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// sieve takes out of texts what may not leave the practice.
type sieve struct {
	salt  []byte            // of this archive: short serials could be guessed otherwise
	names *strings.Replacer // readers' names, by those without serials
}

func newSieve(s *state.Snapshot) *sieve {
	v := &sieve{salt: make([]byte, 16)}
	_, _ = rand.Read(v.salt) // never fails (crypto/rand)
	var pairs []string
	if s != nil {
		readers := slices.Clone(s.Readers)
		slices.SortFunc(readers, func(a, b state.Reader) int { return len(b.Name) - len(a.Name) })
		for _, r := range readers {
			for _, name := range []string{r.Name, r.ID} {
				if shown := v.serials(name); shown != name {
					pairs = append(pairs, name, shown)
				}
			}
		}
	}
	v.names = strings.NewReplacer(pairs...)
	return v
}

// serial is a word of a reader's name that can be a number of its own: the drivers of
// pcscd put it in parentheses or brackets.
var serial = regexp.MustCompile(`[0-9A-Za-z]{6,}`)

// serials is a reader's name with its serials hashed.
func (v *sieve) serials(name string) string {
	return serial.ReplaceAllStringFunc(name, func(word string) string {
		if !strings.ContainsAny(word, "0123456789") {
			return word
		}
		h := hmac.New(sha256.New, v.salt)
		_, _ = h.Write([]byte(word)) // never fails (hash.Hash)
		return "#" + hex.EncodeToString(h.Sum(nil)[:4])
	})
}

var (
	// long numbers: a NIR has 13 or 15 characters, of which two may be letters (2A, 2B),
	// with or without spaces; an RPPS has 11.
	long = regexp.MustCompile(`\b[0-9]{11,}\b|\b[12378][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?(?:[0-9]{2}|2[AB])[ ]?[0-9]{3}[ ]?[0-9]{3}(?:[ ]?[0-9]{2})?\b`)
	// keys of web pages, as principals are named by them: origin, #, key.
	pageKeys = regexp.MustCompile(`(https?://[^\s"#]+#)[A-Za-z0-9_-]{8,}`)
	// folders that have a user's name in them.
	homes = regexp.MustCompile(`((?i:/home/|/Users/|\\+Users\\+|/run/media/|/media/))[^/\\\s"']+`)
)

// clean takes out of a text what no line of it should have had in the first place, and
// what names this machine's users and readers.
func (v *sieve) clean(text string) string {
	text = v.names.Replace(text)
	text = pageKeys.ReplaceAllString(text, "$1<clé>")
	text = long.ReplaceAllString(text, "<numéro>")
	return homes.ReplaceAllString(text, "$1<utilisateur>")
}

// secret is a key of the configuration whose value nobody may see.
var secret = regexp.MustCompile(`(?i)(pass|secret|token|passwd|mot_de_passe|motdepasse)`)

// configText is the configuration without its comments and its secrets.
func configText(c daemon.Config) (string, error) {
	text, err := c.Print()
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for line := range strings.Lines(text) {
		name, _, sets := strings.Cut(line, "=")
		switch {
		case strings.HasPrefix(strings.TrimSpace(line), "#"):
		case sets && secret.MatchString(name):
			out.WriteString(strings.TrimSpace(name) + " = \"<retiré>\"\n")
		default:
			out.WriteString(line)
		}
	}
	return out.String(), nil
}
