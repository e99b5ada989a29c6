package virtual

import (
	"bytes"
	"crypto/x509"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/testdata"
)

func loadSpec(t *testing.T, name string) *Spec {
	t.Helper()
	spec, err := Load(testdata.Cards(), name)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// openShared opens a keyring in dir whose keys are those of the tests' keyring.
func openShared(t *testing.T, dir string) *Keyring {
	t.Helper()
	k, err := OpenKeyring(dir)
	if err != nil {
		t.Fatal(err)
	}
	k.pool = TestKeyring().pool
	return k
}

func makeIdentity(t *testing.T, k *Keyring, spec *Spec) *identity {
	t.Helper()
	id, err := k.identity(spec)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestKeyringSurvivesARestart(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "cartes")
	spec := loadSpec(t, "medecin-secteur1")
	first, again := openShared(t, dir), openShared(t, dir)
	made := makeIdentity(t, first, spec)
	if diff := cmp.Diff(made, makeIdentity(t, first, spec), cmp.AllowUnexported(identity{})); diff != "" {
		t.Errorf("asked twice: %s", diff)
	}
	kept := makeIdentity(t, openShared(t, dir), spec)
	if diff := cmp.Diff(made, kept, cmp.AllowUnexported(identity{})); diff != "" {
		t.Errorf("after a restart: %s", diff)
	}
	// A second process that opened the folder before there was anything in it.
	other := makeIdentity(t, again, spec)
	if diff := cmp.Diff(made, other, cmp.AllowUnexported(identity{})); diff != "" {
		t.Errorf("in a second process: %s", diff)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 2 {
		t.Errorf("%d files, want the authority and one card", len(files))
	}
	for _, f := range files {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", f.Name(), info.Mode())
		}
	}
}

func TestAnotherHolderIsAnotherCard(t *testing.T) {
	dir := t.TempDir()
	spec := loadSpec(t, "medecin-secteur1")
	k := openShared(t, dir)
	before := makeIdentity(t, k, spec)
	changed := *spec.Professional
	changed.Surname = "NOUVEAU"
	spec.Professional = &changed
	after := makeIdentity(t, k, spec)
	if bytes.Equal(before.serial, after.serial) {
		t.Error("a card with other certificates has the same serial number")
	}
	copied := *loadSpec(t, "medecin-secteur1")
	copied.Name = "copie"
	if other := makeIdentity(t, k, &copied); bytes.Equal(before.serial, other.serial) {
		t.Error("two card files have the same serial number")
	}
}

func TestKeyringIsSafeForConcurrentUse(t *testing.T) {
	k := openShared(t, t.TempDir())
	spec := loadSpec(t, "infirmier")
	var wg sync.WaitGroup
	serials := make([][]byte, 8)
	for i := range serials {
		wg.Go(func() {
			id, err := k.identity(spec)
			if err != nil {
				t.Error(err)
				return
			}
			serials[i] = id.serial
		})
	}
	wg.Wait()
	for _, s := range serials {
		if !bytes.Equal(s, serials[0]) {
			t.Errorf("serial numbers % X and % X", s, serials[0])
		}
	}
}

func TestDamagedKeyring(t *testing.T) {
	tests := []struct {
		name   string
		damage func(t *testing.T, dir, card string)
	}{
		{"no authority", func(t *testing.T, dir, _ string) { remove(t, filepath.Join(dir, authorityFile)) }},
		{"empty authority", func(t *testing.T, dir, _ string) { write(t, filepath.Join(dir, authorityFile), "") }},
		{"empty card", func(t *testing.T, _, card string) { write(t, card, "") }},
		{"card cut short", func(t *testing.T, _, card string) { write(t, card, read(t, card)[:2000]) }},
		{"no serial number", func(t *testing.T, _, card string) {
			write(t, card, string(bytes.Replace([]byte(read(t, card)), []byte(serialHeader), []byte("Autre"), 1)))
		}},
		{"not a key", func(t *testing.T, _, card string) {
			write(t, card, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			spec := loadSpec(t, "infirmier")
			makeIdentity(t, openShared(t, dir), spec)
			id, err := cardID(spec)
			if err != nil {
				t.Fatal(err)
			}
			tt.damage(t, dir, filepath.Join(dir, id+".pem"))
			if _, err := OpenKeyring(dir); err == nil {
				t.Error("opened")
			}
		})
	}
}

func remove(t *testing.T, name string) {
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, name, content string) {
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, name string) string {
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestOpenKeyringFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fichier")
	write(t, file, "")
	if _, err := OpenKeyring(file); err == nil {
		t.Error("a file was taken for a folder")
	}
	if _, err := Open(*loadSpec(t, "infirmier"), nil); err == nil {
		t.Error("a CPS was opened without keys")
	}
}

func TestCertificates(t *testing.T) {
	k := TestKeyring()
	ca, err := k.Authority()
	if err != nil {
		t.Fatal(err)
	}
	id := makeIdentity(t, k, loadSpec(t, "medecin-secteur1"))
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	tests := []struct {
		name  string
		der   []byte
		usage x509.KeyUsage
		ext   []x509.ExtKeyUsage
	}{
		{"signature", id.certSIG, x509.KeyUsageContentCommitment, nil},
		{"authentication", id.certAUT, x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cert, err := x509.ParseCertificate(tt.der)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := cert.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
				t.Error(err)
			}
			if cert.KeyUsage != tt.usage || !cmp.Equal(cert.ExtKeyUsage, tt.ext) {
				t.Errorf("usages %b %v", cert.KeyUsage, cert.ExtKeyUsage)
			}
			var names []string
			for _, n := range cert.Subject.Names {
				names = append(names, n.Type.String()+"="+n.Value.(string))
			}
			want := []string{"2.5.4.6=FR", "2.5.4.10=TEST Agrafe", "2.5.4.12=Médecin", "2.5.4.3=899900000011", "2.5.4.4=ESSAI", "2.5.4.42=CLAIRE"}
			if diff := cmp.Diff(want, names); diff != "" {
				t.Error(diff)
			}
			if len(cert.PolicyIdentifiers) != 1 || !cert.PolicyIdentifiers[0].Equal(oidTestPolicy) || !bytes.Contains(cert.Raw, []byte(testNotice)) {
				t.Errorf("policies %v", cert.PolicyIdentifiers)
			}
		})
	}
}
