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
	"github.com/agrafe-fse/agrafe/daemon/doctor"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// sieve takes out of texts what may not leave the practice.
type sieve struct {
	salt    []byte            // of this archive: short serials could be guessed otherwise
	readers *strings.Replacer // readers' names, by those without serials
	names   *names
}

// newSieve knows the readers of a snapshot, nil if there is none, and the names that
// the checks have come upon.
func newSieve(s *state.Snapshot, c daemon.Config, found []doctor.Finding) *sieve {
	v := &sieve{salt: make([]byte, 16), names: newNames(c, found)}
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
	v.readers = strings.NewReplacer(pairs...)
	return v
}

var (
	// serial is a word of a reader's name that can be a number of its own: the drivers of
	// pcscd put it in parentheses or brackets.
	serial = regexp.MustCompile(`[0-9A-Za-z]{6,}`)
	// enclosed is such a word where the readers are not known.
	enclosed = regexp.MustCompile(`[(\[][0-9A-Za-z]{6,}[)\]]`)
	// slug is a reader's identifier, which is made of its name.
	slug = regexp.MustCompile(`\b[0-9a-z]+(?:-[0-9a-z]+){2,}\b`)
	// keys of web pages, as principals are named by them: origin, #, key.
	pageKeys = regexp.MustCompile(`(https?://[^\s"#]+#)[A-Za-z0-9_-]{8,}`)
)

// serials is a reader's name with its serials hashed.
func (v *sieve) serials(name string) string {
	return serial.ReplaceAllStringFunc(name, func(word string) string {
		if !strings.ContainsAny(word, "0123456789") {
			return word
		}
		h := hmac.New(sha256.New, v.salt)
		_, _ = h.Write([]byte(strings.ToLower(word))) // never fails (hash.Hash)
		return "#" + hex.EncodeToString(h.Sum(nil)[:4])
	})
}

// clean takes out of a text what no line of it should have had in the first place, and
// what names this machine's users, readers, printers, folders and sites.
func (v *sieve) clean(text string) string {
	text = pageKeys.ReplaceAllString(text, "$1<clé>")
	text = v.names.replace(v.readers.Replace(text)) // whole, before anything in them is replaced
	text = withoutNumbers(text)                     // before a part of one is taken for a serial
	text = enclosed.ReplaceAllStringFunc(text, v.serials)
	text = slug.ReplaceAllStringFunc(text, v.serials)
	text = email.ReplaceAllString(text, "<adresse>")
	return withoutNumbers(text) // hashes may look like one beside other digits
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
