//go:build !windows && !darwin

package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// browser is one whose policies an administrator writes to files.
type browser struct {
	name     string
	programs []string // any of them: it is installed
	policies []string // patterns of its files; a new one goes beside the first
	read     func(text []byte) (rules, error)
	write    func(sites []string) string
}

// browsers, with their places: for Chromium and Chrome, "Set Chrome browser policies on
// managed PCs" (Google) and Debian's package; for Edge, Microsoft's reference of
// policies; for Firefox, the administrator reference (Mozilla).
var browsers = []browser{
	{"Chromium", []string{"/usr/bin/chromium", "/usr/bin/chromium-browser"}, []string{"/etc/chromium/policies/managed/*.json"}, readChromium, writeChromium},
	{"Chrome", []string{"/usr/bin/google-chrome", "/opt/google/chrome/chrome"}, []string{"/etc/opt/chrome/policies/managed/*.json"}, readChromium, writeChromium},
	{"Edge", []string{"/usr/bin/microsoft-edge", "/opt/microsoft/msedge/msedge"}, []string{"/etc/opt/edge/policies/managed/*.json"}, readChromium, writeChromium},
	{"Firefox", []string{"/usr/bin/firefox", "/usr/bin/firefox-esr"}, []string{"/etc/firefox/policies/policies.json", "/usr/lib/firefox*/distribution/policies.json"}, readFirefox, writeFirefox},
}

// rules is what a policy says of pages that open connections to this machine.
type rules struct {
	allowed, blocked []string
	off              bool // nobody is asked
}

// readChromium reads the policies by which a page reaches this machine: of the loopback
// addresses alone (since version 146), and of the local network as a whole (since 139).
func readChromium(text []byte) (r rules, err error) {
	var f struct {
		Loopback     []string `json:"LoopbackNetworkAllowedForUrls"`
		Local        []string `json:"LocalNetworkAccessAllowedForUrls"`
		NotLoopback  []string `json:"LoopbackNetworkBlockedForUrls"`
		NotLocal     []string `json:"LocalNetworkAccessBlockedForUrls"`
		Unrestricted bool     `json:"LocalNetworkAccessRestrictionsTemporaryOptOut"`
	}
	err = json.Unmarshal(text, &f)
	return rules{slices.Concat(f.Loopback, f.Local), slices.Concat(f.NotLoopback, f.NotLocal), f.Unrestricted}, err
}

func writeChromium(sites []string) string {
	list, _ := json.Marshal(sites) // strings
	return fmt.Sprintf(`{"LoopbackNetworkAllowedForUrls": %[1]s, "LocalNetworkAccessAllowedForUrls": %[1]s}`, list)
}

// readFirefox reads the policy LocalNetworkAccess (since version 150).
func readFirefox(text []byte) (r rules, err error) {
	var f struct {
		Policies struct {
			Access struct {
				Enabled *bool    `json:"Enabled"`
				Skip    []string `json:"SkipDomains"`
			} `json:"LocalNetworkAccess"`
		} `json:"policies"`
	}
	err = json.Unmarshal(text, &f)
	a := f.Policies.Access
	return rules{allowed: a.Skip, off: a.Enabled != nil && !*a.Enabled}, err
}

func writeFirefox(sites []string) string {
	hosts := make([]string, 0, len(sites))
	for _, s := range sites {
		hosts = append(hosts, host(s))
	}
	list, _ := json.Marshal(hosts) // strings
	return fmt.Sprintf(`{"policies": {"LocalNetworkAccess": {"SkipDomains": %s}}}`, list)
}

// browsersAllow looks whether the sites that may connect need the user's leave in each
// browser first.
func browsersAllow(ctx context.Context, p *Patient) (found []Finding) {
	var s sites
	if err := p.Ask(ctx, "origins.list", &s); err != nil {
		return unasked(err)
	}
	list := s.allowed()
	for _, b := range browsers {
		if slices.ContainsFunc(b.programs, p.exists) {
			found = append(found, b.look(p, list))
		}
	}
	if len(found) == 0 {
		return one(amber("none of Chromium, Chrome, Edge and Firefox is where it is looked for"))
	}
	found[0] = s.named(found[0])
	return found
}

func (b browser) look(p *Patient, list []string) Finding {
	all, fault := b.rules(p)
	var asked, blocked []string
	for _, site := range list {
		switch {
		case matches(all.blocked, site):
			blocked = append(blocked, site)
		case !all.off && !matches(all.allowed, site):
			asked = append(asked, site)
		}
	}
	file := filepath.Join(filepath.Dir(b.policies[0]), strings.ReplaceAll(filepath.Base(b.policies[0]), "*", "agrafe"))
	switch {
	case len(blocked) > 0:
		return red("%s: a policy keeps %s from this machine", b.name, strings.Join(blocked, ", ")).by("take it out of the list of blocked sites in %s", filepath.Dir(b.policies[0]))
	case fault != nil:
		return amber("%s: %v", b.name, fault).by("correct that file")
	case len(list) == 0:
		return green("%s: no site to allow", b.name)
	case len(asked) > 0:
		return amber("%s: no policy lets %s reach this machine, the browser asks the user", b.name, strings.Join(asked, ", ")).
			by("click Allow when it asks, or write to %s: %s", file, b.write(list))
	}
	return green("%s: the policy lets every site of the list reach this machine", b.name)
}

// rules are those of all files together; fault is the first file that can't be read.
func (b browser) rules(p *Patient) (all rules, fault error) {
	for _, pattern := range b.policies {
		files, _ := filepath.Glob(p.at(pattern)) // the patterns are good ones
		for _, file := range files {
			text, err := os.ReadFile(file)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			r, readErr := b.read(text)
			if err = errors.Join(err, readErr); err != nil {
				fault = fmt.Errorf("cannot read the policy %s: %w", file, err)
				continue
			}
			all.allowed, all.blocked = append(all.allowed, r.allowed...), append(all.blocked, r.blocked...)
			all.off = all.off || r.off
		}
	}
	return all, fault
}

// matches says whether one of the patterns is for an origin. Of the forms that
// browsers know, those are understood that lists of sites are written in: an origin,
// a host, [*.]host, *.
func matches(patterns []string, origin string) bool {
	name := host(origin)
	return slices.ContainsFunc(patterns, func(text string) bool {
		text = strings.TrimSuffix(text, "/")
		if scheme, _, has := strings.Cut(text, "://"); has && scheme != "https" && scheme != "*" {
			return false
		}
		h := host(text)
		under, wild := strings.CutPrefix(h, "[*.]")
		return text == origin || h == "*" || !strings.Contains(text, "://") && h == name || wild && (name == under || strings.HasSuffix(name, "."+under))
	})
}

// host is that of an origin or of a pattern, without the port.
func host(text string) string {
	if _, rest, has := strings.Cut(text, "://"); has {
		text = rest
	}
	if at := strings.LastIndexByte(text, ':'); at >= 0 && !strings.HasSuffix(text, "]") {
		text = text[:at]
	}
	return text
}
