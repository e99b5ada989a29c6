package diagnostics

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/doctor"
)

// names gives each name a placeholder with a number, the same one wherever it stands
// in an archive: the support sees that two lines are about the same printer, and not
// which one it is.
type names struct {
	shown map[doctor.Name]string // placeholders
	count map[doctor.NameKind]int
	known []doctor.Name // those that are replaced wherever they stand, the longest first
	open  map[string]bool
}

// labels are the words of the placeholders.
var labels = map[doctor.NameKind]string{doctor.User: "utilisateur", doctor.Printer: "imprimante", doctor.Folder: "dossier", doctor.Site: "site", doctor.Host: "poste"}

// newNames knows what the checks say is a name, and what the configuration sets.
func newNames(c daemon.Config, found []doctor.Finding) *names {
	n := &names{shown: make(map[doctor.Name]string), count: make(map[doctor.NameKind]int), open: make(map[string]bool)}
	for _, f := range found {
		for _, name := range f.Names {
			if name.Kind == doctor.ListedSite {
				n.open[name.Text] = true
			} else {
				n.learn(name)
			}
		}
	}
	for _, one := range append(settings(c), machineNames()...) {
		n.learn(one)
	}
	slices.SortStableFunc(n.known, func(a, b doctor.Name) int { return len(b.Text) - len(a.Text) })
	return n
}

// machineNames are those of this machine and of the user who runs the program, as far
// as they are not ours or everybody's.
func machineNames() (list []doctor.Name) {
	everybodys := []string{"", "root", "agrafe", "agrafed", "localhost", "SYSTEM"}
	add := func(kind doctor.NameKind, text string) {
		if !slices.Contains(everybodys, text) && utf8.RuneCountInString(text) > 2 {
			list = append(list, doctor.Name{Kind: kind, Text: text})
		}
	}
	host, _ := os.Hostname() // "" where there is none
	add(doctor.Host, host)
	for _, variable := range []string{"USER", "SUDO_USER", "USERNAME"} {
		add(doctor.User, os.Getenv(variable))
	}
	return list
}

// learn has a name replaced wherever it stands.
func (n *names) learn(name doctor.Name) {
	if _, known := n.shown[name]; known || name.Text == "" {
		return
	}
	n.placeholder(name)
	n.known = append(n.known, name)
	switch {
	case name.Kind == doctor.Site: // policies of browsers name its host
		if u, err := url.Parse(name.Text); err == nil && u.Host != "" {
			for _, host := range []string{u.Host, u.Hostname()} {
				bare := doctor.Name{Kind: doctor.Site, Text: host}
				n.shown[bare] = n.shown[name][len(u.Scheme+"://"):]
				n.known = append(n.known, bare)
			}
		}
	case name.Kind == doctor.Folder: // as the log quotes it
		if quoted := strings.Trim(strconv.Quote(name.Text), `"`); quoted != name.Text {
			n.shown[doctor.Name{Kind: doctor.Folder, Text: quoted}] = n.shown[name]
			n.known = append(n.known, doctor.Name{Kind: doctor.Folder, Text: quoted})
		}
	}
}

// placeholder is what stands for a name. Of a folder the first step stays, which tells
// a share from a stick, and of a site the scheme.
func (n *names) placeholder(name doctor.Name) string {
	if shown, ok := n.shown[name]; ok {
		return shown
	}
	n.count[name.Kind]++
	shown := fmt.Sprintf("<%s %d>", labels[name.Kind], n.count[name.Kind])
	switch name.Kind {
	case doctor.Folder:
		shown = firstStep(name.Text) + shown
	case doctor.Site:
		if scheme, _, ok := strings.Cut(name.Text, "://"); ok {
			shown = scheme + "://" + shown
		}
	}
	n.shown[name] = shown
	return shown
}

// firstStep is "/mnt/" of a path, or the volume of one of Windows, which may be a share.
func firstStep(path string) string {
	switch parts := strings.SplitAfterN(path, "/", 3); {
	case strings.HasPrefix(path, "/") && len(parts) == 3:
		return parts[0] + parts[1]
	case len(filepath.VolumeName(path)) == 2:
		return path[:2] + `\`
	}
	return ""
}

var (
	// folders that have a user's name in them.
	homes = regexp.MustCompile(`((?i:/home/|/Users/|\\+Users\\+|/run/media/|/media/))([^/\\\s"'<>]+)`)
	// web addresses, up to the path.
	sites = regexp.MustCompile(`(?i)\b((?:https?|wss?)://)([^\s"'<>/\\#?,)]+)`)
	// this machine's own.
	loopback = regexp.MustCompile(`^(127\.0\.0\.1|localhost|\[::1\])(:[0-9]*)?$`)
)

// replace takes the names out of a text.
func (n *names) replace(text string) string {
	for _, name := range n.known {
		text = replaceWord(text, name.Text, n.shown[name])
	}
	text = each(sites, text, func(scheme, host string) string {
		origin := strings.ToLower(scheme + host)
		if n.open[origin] || loopback.MatchString(host) {
			return scheme + host
		}
		return n.placeholder(doctor.Name{Kind: doctor.Site, Text: origin})
	})
	return each(homes, text, func(folder, user string) string {
		return folder + n.placeholder(doctor.Name{Kind: doctor.User, Text: user})
	})
}

// each replaces what pattern, of two groups, matches.
func each(pattern *regexp.Regexp, text string, with func(first, second string) string) string {
	return pattern.ReplaceAllStringFunc(text, func(match string) string {
		m := pattern.FindStringSubmatch(match)
		return with(m[1], m[2])
	})
}

// replaceWord replaces word where it is none of a longer one.
func replaceWord(text, word, with string) string {
	var out strings.Builder
	for {
		at := strings.Index(text, word)
		if at < 0 {
			out.WriteString(text)
			return out.String()
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		if at == 0 && out.Len() > 0 {
			before, _ = utf8.DecodeLastRuneInString(out.String())
		}
		after, _ := utf8.DecodeRuneInString(text[at+len(word):])
		out.WriteString(text[:at])
		if lettered(before) || lettered(after) {
			out.WriteString(word)
		} else {
			out.WriteString(with)
		}
		text = text[at+len(word):]
	}
}

func lettered(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }
