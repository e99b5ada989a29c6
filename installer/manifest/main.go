// Command manifest is the maker's tool for what workstations are told of new versions:
// it makes the key that signs manifests, and the signed manifest of a version.
//
//	go run ./installer/manifest key KEYFILE
//	go run ./installer/manifest sign -key KEYFILE -version 1.2.3 -notes https://… -o agrafe.json PACKAGE…
//
// The first prints the public key, for update.key of configurations. The second writes
// agrafe.json and agrafe.json.sig, to be put beside each other at update.url, the
// signature first. KEYFILE belongs on a machine that is on no network.
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/release"
)

func main() {
	if err := run(os.Args[1:], os.Stdout, time.Now()); err != nil {
		fmt.Fprintln(os.Stderr, "manifest:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: manifest key KEYFILE | manifest sign -key KEYFILE -version 1.2.3 -notes URL [-days N] -o FILE PACKAGE…")

func run(args []string, out io.Writer, now time.Time) error {
	switch {
	case len(args) == 2 && args[0] == "key":
		return makeKey(args[1], out)
	case len(args) > 1 && args[0] == "sign":
		return sign(args[1:], out, now)
	}
	return errUsage
}

// makeKey writes the seed of a new key to a new file, and prints its public key.
func makeKey(file string, out io.Writer) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return err
	}
	err = durable.Create(file, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, base64.StdEncoding.EncodeToString(private.Seed()))
		return err
	})
	if err != nil {
		return fmt.Errorf("cannot keep the key: %w", err)
	}
	_, err = fmt.Fprintln(out, base64.StdEncoding.EncodeToString(public))
	return err
}

func readKey(file string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("cannot read the key: %w", err)
	}
	seed, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, errors.New("cannot read the key: not a file that manifest key has made")
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

func sign(args []string, out io.Writer, now time.Time) error {
	flags := flag.NewFlagSet("sign", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	keyFile := flags.String("key", "", "")
	version := flags.String("version", "", "")
	notes := flags.String("notes", "", "")
	days := flags.Int("days", 90, "")
	file := flags.String("o", "", "")
	if flags.Parse(args) != nil || *keyFile == "" || *file == "" || flags.NArg() == 0 {
		return errUsage
	}
	key, err := readKey(*keyFile)
	if err != nil {
		return err
	}
	now = now.UTC().Truncate(time.Second)
	m := release.Manifest{Format: release.Format, Version: *version, Notes: *notes, Published: now, Expires: now.AddDate(0, 0, *days)}
	for _, name := range flags.Args() {
		p, err := hashed(name)
		if err != nil {
			return err
		}
		m.Packages = append(m.Packages, p)
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err == nil {
		_, err = release.Parse(text)
	}
	if err != nil {
		return err
	}
	if err := write(*file, text, release.Sign(key, text)); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s and %s.sig: version %s, %d packages, good until %s\n", *file, *file, m.Version, len(m.Packages), m.Expires.Format(time.DateOnly))
	return err
}

func hashed(name string) (release.Package, error) {
	f, err := os.Open(name)
	if err != nil {
		return release.Package{}, fmt.Errorf("cannot read the package: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return release.Package{}, fmt.Errorf("cannot read the package: %w", err)
	}
	return release.Package{Name: filepath.Base(name), SHA256: hex.EncodeToString(h.Sum(nil))}, nil
}

// write writes both files, which the world may read.
func write(file string, text, signature []byte) error {
	for name, data := range map[string][]byte{file: text, file + ".sig": signature} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			return fmt.Errorf("cannot write the manifest: %w", err)
		}
	}
	return nil
}
