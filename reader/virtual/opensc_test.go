//go:build pcscd

// OpenSC as judge of the emulated CPS3.

package virtual

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/testdata"
)

const pkcs11Module = "opensc-pkcs11.so"

// plug serves card in slot 0 of a new pcscd until the test ends, and returns once
// programs see it.
func plug(t *testing.T, card Card) {
	t.Helper()
	w := newPCSCD(t)
	w.insert(t, card)
}

// run returns the output of a tool, which must succeed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := tool(t, name, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func tool(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "XDG_CACHE_HOME="+t.TempDir(), "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func want(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("no %q in:\n%s", p, out)
		}
	}
}

func TestOpenSCRecognisesCPS3(t *testing.T) {
	card := open(t, "medecin-secteur1")
	plug(t, card)
	want(t, run(t, "opensc-tool", "--name"), "IAS-ECC")
	want(t, run(t, "opensc-tool", "--atr"), "3b:ac:00:40:2a:00:12:25:00:64:80:00:03:10:00:90:00")
	want(t, run(t, "opensc-tool", "--serial"), "00 00 01")
	dump := run(t, "pkcs15-tool", "--dump")
	t.Log(dump)
	want(t, dump,
		"CPS3v3-", "ASIP SANTE", "Read-only", "Login required",
		labelCode, labelKeySIG, labelKeyAUT, labelCertSIG, labelCertAUT)
}

func TestOpenSCSigns(t *testing.T) {
	card := open(t, "medecin-secteur1")
	spec, err := Load(testdata.Cards(), "medecin-secteur1")
	if err != nil {
		t.Fatal(err)
	}
	plug(t, card)
	list := run(t, "pkcs11-tool", "--module", pkcs11Module, "--list-slots")
	want(t, list, "CPS3v3-")

	out, err := tool(t, "pkcs11-tool", "--module", pkcs11Module, "--login", "--pin", "0000", "--list-objects")
	if err == nil {
		t.Errorf("a wrong code was accepted:\n%s", out)
	}
	want(t, out, "CKR_PIN_INCORRECT")
	objects := run(t, "pkcs11-tool", "--module", pkcs11Module, "--login", "--pin", spec.PIN.Code, "--list-objects")
	t.Log(objects)
	want(t, objects, labelKeySIG, labelKeyAUT, labelCertSIG, labelCertAUT)

	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	if err := os.WriteFile(at("info"), []byte(strings.Repeat("digest info ", 4)), 0o600); err != nil {
		t.Fatal(err)
	}
	run(t, "pkcs11-tool", "--module", pkcs11Module, "--login", "--pin", spec.PIN.Code,
		"--sign", "--mechanism", "RSA-PKCS", "--id", "82", "--input-file", at("info"), "--output-file", at("signature"))
	run(t, "pkcs11-tool", "--module", pkcs11Module, "--read-object", "--type", "cert", "--id", "82", "--output-file", at("cert"))
	run(t, "openssl", "x509", "-inform", "DER", "-in", at("cert"), "-pubkey", "-noout", "-out", at("key"))
	want(t, run(t, "openssl", "pkeyutl", "-verify", "-pubin", "-inkey", at("key"),
		"-in", at("info"), "-sigfile", at("signature")), "Signature Verified Successfully")
	want(t, run(t, "openssl", "x509", "-inform", "DER", "-in", at("cert"), "-text", "-noout"),
		"TEST Agrafe", "ESSAI", "899900000011", "Digital Signature", testNotice)
}
