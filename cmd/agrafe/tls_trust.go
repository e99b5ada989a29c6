package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
)

// trustStep is how some programs of this machine come to trust an authority, and how
// they stop. The commands are those of the manuals: update-ca-certificates(8), NSS
// certutil(1), security(1) of macOS, certutil of Windows.
type trustStep struct {
	For      string `json:"pour"`
	Trust    string `json:"commande"`
	Distrust string `json:"retrait"`
}

// trustSteps are those of this system for the authority in file.
func trustSteps(file, name string) []trustStep { return trustStepsOn(runtime.GOOS, file, name) }

func trustStepsOn(system, file, name string) []trustStep {
	switch system {
	case "darwin":
		const keychain = "/Library/Keychains/System.keychain"
		return []trustStep{{"Safari, Chrome, Firefox",
			fmt.Sprintf("sudo security add-trusted-cert -d -r trustRoot -p ssl -k %s '%s'", keychain, file),
			fmt.Sprintf("sudo security delete-certificate -c '%s' -t %s", name, keychain)}}
	case "windows":
		return []trustStep{{"Edge, Chrome, Firefox (as administrator)",
			fmt.Sprintf(`certutil -addstore -f Root "%s"`, file),
			fmt.Sprintf(`certutil -delstore Root "%s"`, name)}}
	}
	nss := func(who, folder string) trustStep {
		return trustStep{who,
			fmt.Sprintf("certutil -d sql:%s -A -t C,, -n '%s' -i '%s'", folder, name, file),
			fmt.Sprintf("certutil -d sql:%s -D -n '%s'", folder, name)}
	}
	return []trustStep{
		{"the system: GNOME Web, curl (or agrafe tls enable --install, as root)",
			fmt.Sprintf("sudo cp '%s' %s && sudo update-ca-certificates", file, systemAnchors.file),
			fmt.Sprintf("sudo rm -f %s && sudo update-ca-certificates --fresh", systemAnchors.file)},
		nss("Chromium, Chrome (package libnss3-tools)", "$HOME/.pki/nssdb"),
		nss("Firefox (its profile's folder is in about:profiles)", "PROFILE"),
	}
}

// authorityName is what systems list an authority by.
func authorityName(text string) (string, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return "", errors.New("cannot read the authority's certificate: it is no PEM")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", fmt.Errorf("cannot read the authority's certificate: %w", err)
	}
	return cert.Subject.CommonName, nil
}

// anchors is what a Debian system trusts beside the authorities that it came with.
type anchors struct {
	file   string   // ours
	update []string // the command that makes a change of it count
}

var systemAnchors = anchors{"/usr/local/share/ca-certificates/agrafe-localhost.crt", []string{"/usr/sbin/update-ca-certificates"}}

// mayInstall says whether this process may change what the system trusts.
func mayInstall() bool { return runtime.GOOS == "linux" && os.Geteuid() == 0 }

func (a anchors) install(cert []byte) error {
	if _, err := exec.LookPath(a.update[0]); err != nil {
		return fmt.Errorf("cannot have the system trust the certificate: %w; install the package ca-certificates", err)
	}
	if err := os.WriteFile(a.file, cert, 0o644); err != nil {
		return fmt.Errorf("cannot have the system trust the certificate: %w", err)
	}
	return a.run()
}

// remove does nothing where there is nothing of ours. Only --fresh lets go of what was
// taken in before (update-ca-certificates(8)).
func (a anchors) remove() error {
	err := os.Remove(a.file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("cannot have the system no longer trust the certificate: %w", err)
	}
	return a.run("--fresh")
}

func (a anchors) run(more ...string) error {
	args := slices.Concat(a.update[1:], more)
	if out, err := exec.Command(a.update[0], args...).CombinedOutput(); err != nil {
		return fmt.Errorf("cannot update what the system trusts: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return nil
}
