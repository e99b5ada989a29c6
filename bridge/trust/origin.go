package trust

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// Origin is a web origin in the form in which browsers write it (RFC 6454,
// section 6.2): lower-case ASCII, no default port. It is compared with ==.
type Origin struct{ text string }

func (o Origin) String() string { return o.text }

// MarshalText and UnmarshalText keep an Origin in a file as its text.
func (o Origin) MarshalText() ([]byte, error) { return []byte(o.text), nil }

// UnmarshalText takes what ParseOrigin takes.
func (o *Origin) UnmarshalText(text []byte) (err error) {
	*o, err = ParseOrigin(string(text))
	return err
}

// OriginError is a text that is no origin which may be let in. Its message does
// not repeat the text, which a stranger has sent.
type OriginError struct {
	Why  string
	Hint string // the form that would be taken, "" if none
}

func (e *OriginError) Error() string {
	if e.Hint != "" {
		return fmt.Sprintf("cannot use this origin: %s; write %s", e.Why, e.Hint)
	}
	return "cannot use this origin: " + e.Why
}

// maxOrigin is longer than any name of the DNS (253) with scheme and port.
const maxOrigin = 280

// ParseOrigin takes an https origin, or an http one of this machine, exactly as a
// browser writes it in the header Origin; whether the latter may be let in is for
// the caller to say. Anything else, be it only another way to write the same
// origin, fails with an *OriginError: what is compared as text must have one form.
func ParseOrigin(text string) (Origin, error) {
	if len(text) > maxOrigin {
		return Origin{}, &OriginError{Why: "it is too long"}
	}
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case !ok:
		return Origin{}, &OriginError{Why: "it has no scheme; origins begin with https://"}
	case scheme != "https" && scheme != "http":
		return Origin{}, &OriginError{Why: "its scheme is not https"}
	case strings.ContainsAny(rest, "/?#@\\ "):
		return Origin{}, &OriginError{Why: "it has more than a host and a port"}
	}
	host, err := parsePort(scheme, rest)
	if err != nil {
		return Origin{}, err
	}
	if err := checkHost(scheme, host); err != nil {
		return Origin{}, err
	}
	if scheme == "http" && host != "localhost" && host != "127.0.0.1" && host != "[::1]" {
		return Origin{}, &OriginError{Why: "its scheme is not https"}
	}
	return Origin{text}, nil
}

// parsePort checks the port of rest and returns its host.
func parsePort(scheme, rest string) (host string, err error) {
	colon := strings.LastIndexByte(rest, ':')
	if colon < 0 || strings.HasSuffix(rest, "]") {
		return rest, nil
	}
	host, port := rest[:colon], rest[colon+1:]
	n, err := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil || n == 0 || strconv.FormatUint(n, 10) != port:
		return "", &OriginError{Why: "its port is not a number from 1 to 65535"}
	case scheme == "https" && n == 443, scheme == "http" && n == 80:
		return "", &OriginError{Why: "browsers leave the default port out"}
	}
	return host, nil
}

// maxLabel is the longest label of a name (RFC 1035, section 2.3.4), in bytes.
const maxLabel = 63

// checkHost takes a name or an address in the one form that browsers give it.
func checkHost(scheme, host string) error {
	bad := &OriginError{Why: "its host is not one as browsers write it"}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		inner, closed := strings.CutSuffix(inner, "]")
		a, err := netip.ParseAddr(inner)
		if !closed || err != nil || !a.Is6() || a.Is4In6() || a.Zone() != "" || a.String() != inner {
			return bad
		}
		return nil
	}
	switch {
	case host == "":
		return &OriginError{Why: "it has no host"}
	case strings.HasSuffix(host, "."):
		return &OriginError{Why: "its host ends with a dot"}
	}
	if last := host[strings.LastIndexByte(host, '.')+1:]; numeric(last) {
		if a, err := netip.ParseAddr(host); err != nil || !a.Is4() || a.String() != host {
			return bad
		}
		return nil
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > maxLabel {
			return bad
		}
	}
	ascii, err := idna.Lookup.ToASCII(host)
	if err != nil {
		return bad
	}
	if ascii != host {
		return &OriginError{Why: "browsers write its host in lower-case ASCII", Hint: scheme + "://" + ascii}
	}
	return nil
}

// numeric says whether browsers take a host with this last label for an IPv4
// address (WHATWG URL, "ends in a number").
func numeric(label string) bool {
	if hex, ok := strings.CutPrefix(label, "0x"); ok {
		return strings.Trim(hex, "0123456789abcdef") == ""
	}
	return label != "" && strings.Trim(label, "0123456789") == ""
}

// Loopback says whether o is an http origin of this machine.
func (o Origin) Loopback() bool { return strings.HasPrefix(o.text, "http://") }

// Unicode is o as a person may read it, with its punycode decoded. It may look
// like another origin: show it beside String and with Letters.
func (o Origin) Unicode() string {
	scheme, rest, _ := strings.Cut(o.text, "://")
	host, port, _ := strings.Cut(rest, ":")
	if strings.HasPrefix(rest, "[") {
		return o.text
	}
	name, err := idna.Lookup.ToUnicode(host)
	if err != nil {
		return o.text
	}
	if port != "" {
		name += ":" + port
	}
	return scheme + "://" + name
}

// Letters says how far the letters of an origin can deceive.
type Letters string

// The kinds of letters. A French practice has little reason to meet the last two.
const (
	Latin   Letters = "latin" // of the Latin script only
	Foreign Letters = "other" // each label of one other script
	Mixed   Letters = "mixed" // a label of several: what homographs are made of
)

// Letters looks at the scripts of o's host, label by label.
func (o Origin) Letters() Letters {
	found := Latin
	_, host, _ := strings.Cut(o.Unicode(), "://")
	for label := range strings.SplitSeq(host, ".") {
		switch scripts := scriptsOf(label); {
		case len(scripts) > 1:
			return Mixed
		case len(scripts) == 1 && !scripts["Latin"]:
			found = Foreign
		}
	}
	return found
}

// scriptsOf is the scripts of label, without those that all scripts share.
func scriptsOf(label string) map[string]bool {
	found := map[string]bool{}
	for _, r := range label {
		if unicode.In(r, unicode.Common, unicode.Inherited) {
			continue
		}
		if r < unicode.MaxASCII {
			found["Latin"] = true
			continue
		}
		for name, table := range unicode.Scripts {
			if unicode.Is(table, r) {
				found[name] = true
			}
		}
	}
	return found
}
