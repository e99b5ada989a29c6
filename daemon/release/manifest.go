package release

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"time"
)

// Format is the first word of a manifest: the key may sign other things one day.
const Format = "agrafe-update/1"

// Manifest says what the newest version is. Its form is ours.
type Manifest struct {
	Format    string    `json:"format"`    // Format
	Version   string    `json:"version"`   // of three numbers: 1.2.3
	Published time.Time `json:"published"` // never before that of the one before
	Expires   time.Time `json:"expires"`   // not believed from then on
	Notes     string    `json:"notes"`     // https address of what is new
	Packages  []Package `json:"packages"`
}

// Package is a file that somebody may install, to be compared with what they have
// downloaded.
type Package struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // hexadecimal, lower case
}

// longest is how long a manifest may be good for, so that a key's owner who stops
// signing is noticed.
const longest = 400 * 24 * time.Hour

// skew is how far the clocks of the maker and of this machine may be apart.
const skew = 24 * time.Hour

// Sign returns the signature of text as the file beside it holds it.
func Sign(key ed25519.PrivateKey, text []byte) []byte {
	return []byte(base64.StdEncoding.EncodeToString(ed25519.Sign(key, text)) + "\n")
}

// verify returns the manifest in text if key has signed these bytes, and it is neither
// over nor published before floor.
func verify(key ed25519.PublicKey, text, signature []byte, now, floor time.Time) (Manifest, error) {
	sig, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(signature)))
	if err != nil || !ed25519.Verify(key, text, sig) {
		return Manifest{}, &Error{Kind: Unsigned}
	}
	m, err := Parse(text)
	switch {
	case err != nil:
		return Manifest{}, &Error{Unreadable, err}
	case !now.Before(m.Expires):
		return Manifest{}, &Error{Kind: Expired}
	case m.Published.After(now.Add(skew)):
		return Manifest{}, &Error{Kind: TooEarly}
	case m.Published.Before(floor):
		return Manifest{}, &Error{Kind: Older}
	}
	return m, nil
}

// Parse reads a manifest, whoever has signed it.
func Parse(text []byte) (Manifest, error) {
	var m Manifest
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Manifest{}, fmt.Errorf("cannot read the manifest: %w", err)
	}
	if d.More() {
		return Manifest{}, errors.New("cannot read the manifest: something stands behind it")
	}
	if why := m.fault(); why != "" {
		return Manifest{}, errors.New("cannot use the manifest: " + why)
	}
	return m, nil
}

// fault is what is wrong with m, "" if nothing is.
func (m Manifest) fault() string {
	_, known := parseVersion(m.Version)
	switch {
	case m.Format != Format:
		return "its format is not " + Format
	case !known:
		return "its version is not of three numbers"
	case m.Published.IsZero():
		return "it has no day of publication"
	case !m.Expires.After(m.Published) || m.Expires.Sub(m.Published) > longest:
		return "it has no end, or one further than 400 days"
	case !isHTTPS(m.Notes):
		return "its notes have no https address"
	}
	for _, p := range m.Packages {
		if sum, err := hex.DecodeString(p.SHA256); p.Name == "" || err != nil || len(sum) != 32 {
			return "a package has no name or no SHA-256"
		}
	}
	return ""
}

func isHTTPS(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != "" && u.User == nil
}
