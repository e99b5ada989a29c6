package trust

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/idna"
)

func TestParseOrigin(t *testing.T) {
	tests := []struct {
		name, text string
		want       string // part of the refusal, "" if it is taken
	}{
		{"https", "https://ehr.example", ""},
		{"port", "https://ehr.example:8443", ""},
		{"punycode", "https://xn--sant-epa.example", ""},
		{"IPv4", "https://192.0.2.7", ""},
		{"IPv6", "https://[2001:db8::7]", ""},
		{"IPv6 with a port", "https://[2001:db8::7]:8443", ""},
		{"one label", "https://ehr", ""},
		{"http of this machine", "http://localhost:3000", ""},
		{"http of this address", "http://127.0.0.1:17373", ""},
		{"http of this address, version 6", "http://[::1]:17373", ""},

		{"empty", "", "scheme"},
		{"null", "null", "scheme"},
		{"file", "file://", "https"},
		{"http", "http://ehr.example", "https"},
		{"http of another loopback address", "http://127.0.0.2:3000", "https"},
		{"extension", "chrome-extension://abcdefghijklmnopabcdefghijklmnop", "https"},
		{"Firefox extension", "moz-extension://00000000-0000-0000-0000-000000000000", "https"},
		{"Safari extension", "safari-web-extension://A", "https"},
		{"WebSocket", "wss://ehr.example", "https"},
		{"upper case scheme", "HTTPS://ehr.example", "https"},
		{"upper case host", "https://EHR.example", "https://ehr.example"},
		{"Unicode", "https://santé.example", "https://xn--sant-epa.example"},
		{"path", "https://ehr.example/", "more than"},
		{"query", "https://ehr.example?x", "more than"},
		{"fragment", "https://ehr.example#x", "more than"},
		{"user", "https://user@ehr.example", "more than"},
		{"user of evil", "https://ehr.example@evil.example", "more than"},
		{"backslash", `https://ehr.example\evil.example`, "more than"},
		{"space", "https://ehr.example ", "more than"},
		{"trailing dot", "https://ehr.example.", "dot"},
		{"no host", "https://", "no host"},
		{"only a port", "https://:443", ""},
		{"default port", "https://ehr.example:443", "default port"},
		{"default port of http", "http://localhost:80", "default port"},
		{"port with a zero", "https://ehr.example:08443", "port"},
		{"port 0", "https://ehr.example:0", "port"},
		{"port too high", "https://ehr.example:65536", "port"},
		{"port with a sign", "https://ehr.example:+84", "port"},
		{"no port", "https://ehr.example:", "port"},
		{"two ports", "https://ehr.example:1:2", "host"},
		{"wildcard", "https://*.example", "host"},
		{"empty label", "https://ehr..example", "host"},
		{"underscore", "https://e_hr.example", "host"},
		{"bad punycode", "https://xn--\x80.example", "host"},
		{"punycode of ASCII", "https://xn--ehr-.example", "host"},
		{"percent", "https://ehr%2eexample", "host"},
		{"IPv4, short", "https://127.1", "host"},
		{"IPv4, decimal", "https://2130706433", "host"},
		{"IPv4, hexadecimal", "https://0x7f.0.0.0x1", "host"},
		{"IPv4, octal", "https://0177.0.0.1", "host"},
		{"IPv6, long", "https://[2001:0db8::7]", "host"},
		{"IPv6, upper case", "https://[2001:DB8::7]", "host"},
		{"IPv6 with a zone", "https://[fe80::1%25eth0]", "host"},
		{"IPv6, mapped", "https://[::ffff:127.0.0.1]", "host"},
		{"IPv6, open", "https://[2001:db8::7", "host"},
		{"new line", "https://ehr.example\n", "host"},
		{"NUL", "https://ehr.example\x00", "host"},
		{"two origins", "https://a.example https://b.example", "more than"},
		{"list", "https://a.example,https://b.example", "more than"},
		{"too long", "https://" + strings.Repeat("a.", 140) + "example", "too long"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "only a port" {
				tt.want = "default port"
			}
			o, err := ParseOrigin(tt.text)
			if tt.want == "" {
				if err != nil || o.String() != tt.text {
					t.Fatalf("%q %v", o, err)
				}
				return
			}
			if _, ok := errors.AsType[*OriginError](err); !ok || !strings.Contains(err.Error(), tt.want) || o != (Origin{}) {
				t.Errorf("%q gives %q, %v; want a refusal with %q", tt.text, o, err, tt.want)
			}
		})
	}
}

func TestLettersAndUnicode(t *testing.T) {
	tests := []struct {
		name, host, unicode string
		want                Letters
	}{
		{"plain", "ehr.example", "ehr.example", Latin},
		{"accents", "xn--sant-epa.example", "santé.example", Latin},
		{"Cyrillic e among Latin letters", ascii(t, "\u0435hr.example"), "\u0435hr.example", Mixed},
		{"all Cyrillic", ascii(t, "аррӏе.example"), "аррӏе.example", Foreign},
		{"Greek", ascii(t, "ιατρός.example"), "ιατρός.example", Foreign},
		{"Japanese", ascii(t, "日本.example"), "日本.example", Foreign},
		{"two scripts in two labels", ascii(t, "ιατρός.ехаmple"), "ιατρός.ехаmple", Mixed},
		{"address", "192.0.2.7", "192.0.2.7", Latin},
		{"address, version 6", "[2001:db8::7]", "[2001:db8::7]", Latin},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, port := range []string{"", ":8443"} {
				o, err := ParseOrigin("https://" + tt.host + port)
				if err != nil {
					t.Fatal(err)
				}
				if o.Letters() != tt.want || o.Unicode() != "https://"+tt.unicode+port {
					t.Errorf("%s is shown as %s, %s", o, o.Unicode(), o.Letters())
				}
			}
		})
	}
}

func ascii(t *testing.T, host string) string {
	t.Helper()
	a, err := idna.Lookup.ToASCII(host)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// What is taken is one origin in the one form in which browsers write it: parsed as
// a URL it has a scheme, a host, perhaps a port, and nothing else, and it is its own
// lower-case ASCII form. What looks the same is the same.
func FuzzParseOrigin(f *testing.F) {
	for _, text := range []string{
		"https://ehr.example", "https://ehr.example:8443", "https://xn--sant-epa.example", "https://[2001:db8::7]:1", "http://localhost:3000",
		"null", "file://", "https://", "https://EHR.example", "https://santé.example", "https://a@b", "https://a.", "https://a:443",
		"https://0x7f.1", "https://[::ffff:1.2.3.4]", "https://xn--", "https://\u0435hr.example", "https://a\x00", "https://a:1:2",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ParseOrigin(text)
		if err != nil {
			if o != (Origin{}) {
				t.Fatalf("%q is refused and given", text)
			}
			return
		}
		u, err := url.Parse(text)
		if err != nil || u.Scheme+"://"+u.Host != text || u.Hostname() == "" || u.User != nil {
			t.Fatalf("%q is taken; as a URL it is %v, %v", text, u, err)
		}
		if strings.ToLower(text) != text || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r >= 127 }) {
			t.Fatalf("%q is taken", text)
		}
		if again, err := ParseOrigin(o.String()); err != nil || again != o {
			t.Fatalf("%q does not read back: %v", text, err)
		}
		if o.Loopback() && u.Hostname() != "localhost" && u.Hostname() != "127.0.0.1" && u.Hostname() != "::1" {
			t.Fatalf("%q is taken for this machine", text)
		}
		if shown := o.Unicode(); !strings.HasPrefix(shown, u.Scheme+"://") {
			t.Fatalf("%q is shown as %q", text, shown)
		}
		if l := o.Letters(); l != Latin && l != Foreign && l != Mixed {
			t.Fatalf("%q has letters %q", text, l)
		}
	})
}
