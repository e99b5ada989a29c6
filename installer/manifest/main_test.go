package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/release"
)

var now = time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)

// What is signed is a manifest that the printed key has signed, byte for byte.
func TestSign(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	var public, said bytes.Buffer
	if err := run([]string{"key", at("key")}, &public, now); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(at("key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := run([]string{"key", at("key")}, &said, now); err == nil {
		t.Error("a key is overwritten")
	}
	if err := os.WriteFile(at("agrafe.deb"), []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := run([]string{"sign", "-key", at("key"), "-version", "1.2.3", "-notes", "https://agrafe.example/1.2.3", "-o", at("m.json"), at("agrafe.deb")}, &said, now)
	if err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(at("m.json"))
	sig, _ := os.ReadFile(at("m.json.sig"))
	key, err := release.ParseKey(public.String())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := base64.StdEncoding.DecodeString(string(bytes.TrimSpace(sig)))
	if err != nil || !ed25519.Verify(key, text, raw) {
		t.Errorf("the signature is not of the key: %v", err)
	}
	m, err := release.Parse(text)
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-4, example
	if err != nil || m.Version != "1.2.3" || len(m.Packages) != 1 || m.Packages[0] != (release.Package{Name: "agrafe.deb", SHA256: abc}) || !m.Expires.Equal(now.AddDate(0, 0, 90)) {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestSignRefuses(t *testing.T) {
	dir := t.TempDir()
	key, pkg, out := filepath.Join(dir, "key"), filepath.Join(dir, "p"), filepath.Join(dir, "m.json")
	if err := run([]string{"key", key}, &bytes.Buffer{}, now); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(pkg, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		args []string
	}{
		{"nothing", nil},
		{"no package", []string{"sign", "-key", key, "-version", "1.2.3", "-notes", "https://a.example", "-o", out}},
		{"a version that is none", []string{"sign", "-key", key, "-version", "1.2", "-notes", "https://a.example", "-o", out, pkg}},
		{"notes over http", []string{"sign", "-key", key, "-version", "1.2.3", "-notes", "http://a.example", "-o", out, pkg}},
		{"too long", []string{"sign", "-key", key, "-version", "1.2.3", "-notes", "https://a.example", "-days", "500", "-o", out, pkg}},
		{"a key that is none", []string{"sign", "-key", pkg, "-version", "1.2.3", "-notes", "https://a.example", "-o", out, pkg}},
		{"a package that is not there", []string{"sign", "-key", key, "-version", "1.2.3", "-notes", "https://a.example", "-o", out, pkg + "x"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if err := run(tt.args, &bytes.Buffer{}, now); err == nil {
				t.Error("accepted")
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("something was written")
			}
		})
	}
}
