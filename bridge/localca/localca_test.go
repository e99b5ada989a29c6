package localca

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
	"weak"
)

// chain verifies a leaf for a host as Go does.
func chain(ca, leaf *x509.Certificate, host string, at time.Time) error {
	roots := x509.NewCertPool()
	roots.AddCert(ca)
	_, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: host, CurrentTime: at})
	return err
}

// openssl verifies a leaf as OpenSSL does; args say for which host.
func openssl(t *testing.T, ca, leaf *x509.Certificate, args ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	for name, cert := range map[string]*x509.Certificate{"ca": ca, "leaf": leaf} {
		if err := os.WriteFile(filepath.Join(dir, name), encode("CERTIFICATE", cert.Raw), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args = append([]string{"verify", "-x509_strict", "-purpose", "sslserver", "-no-CApath", "-CAfile", filepath.Join(dir, "ca")}, args...)
	out, err := exec.Command("openssl", append(args, filepath.Join(dir, "leaf"))...).CombinedOutput()
	return string(out), err
}

func TestS33LeafIsAccepted(t *testing.T) {
	now := time.Now()
	i, err := Issue(now)
	if err != nil {
		t.Fatal(err)
	}
	hosts := []struct{ name, flag string }{
		{"localhost", "-verify_hostname"}, {"127.0.0.1", "-verify_ip"}, {"::1", "-verify_ip"},
	}
	for _, host := range hosts {
		t.Run(host.name, func(t *testing.T) {
			if err := chain(i.CA, i.Leaf.Leaf, host.name, now); err != nil {
				t.Errorf("Go: %v", err)
			}
			if out, err := openssl(t, i.CA, i.Leaf.Leaf, host.flag, host.name); err != nil {
				t.Errorf("openssl: %v: %s", err, out)
			}
		})
	}
	for _, host := range []string{"example.com", "127.0.0.2", "::2", "localhost.example.com"} {
		if chain(i.CA, i.Leaf.Leaf, host, now) == nil {
			t.Errorf("good for %s too", host)
		}
	}
}

// What the authority may sign for is all that it may: whoever had its key could not
// speak for another name.
func TestS33AuthorityOfNoOtherName(t *testing.T) {
	now := time.Now()
	a, err := newAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		names    []string
		ips      []net.IP
		host     string
		accepted bool
	}{
		{"ours, so that the test can tell", []string{"localhost"}, []net.IP{loopback4}, "127.0.0.1", true},
		{"a web site", []string{"example.com"}, nil, "example.com", false},
		{"a web site beside ours", []string{"localhost", "example.com"}, nil, "localhost", false},
		{"a site named after ours", []string{"localhost.example.com"}, nil, "localhost.example.com", false},
		{"any name", []string{"*.com"}, nil, "example.com", false},
		{"another loopback address", []string{"localhost"}, []net.IP{net.IPv4(127, 0, 0, 2).To4()}, "127.0.0.2", false},
		{"an address of the network", []string{"localhost"}, []net.IP{net.IPv4(192, 168, 1, 1).To4()}, "192.168.1.1", false},
		{"an address of IPv6", []string{"localhost"}, []net.IP{net.ParseIP("2001:db8::1")}, "2001:db8::1", false},
		{"the next address of IPv6", []string{"localhost"}, []net.IP{net.ParseIP("::2")}, "::2", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			leaf, err := a.issue(now, tt.names, tt.ips)
			if err != nil {
				t.Fatal(err)
			}
			if err := chain(a.cert, leaf.Leaf, tt.host, now); (err == nil) != tt.accepted {
				t.Errorf("Go: %v", err)
			}
			if out, err := openssl(t, a.cert, leaf.Leaf); (err == nil) != tt.accepted {
				t.Errorf("openssl: %v: %s", err, out)
			} else if !tt.accepted && !strings.Contains(out, "permitted subtree violation") {
				t.Errorf("openssl refuses it for something else: %s", out)
			}
		})
	}
}

func TestS33Form(t *testing.T) {
	now := time.Now()
	i, err := Issue(now)
	if err != nil {
		t.Fatal(err)
	}
	ca, leaf := i.CA, i.Leaf.Leaf
	if !ca.IsCA || ca.MaxPathLen != 0 || !ca.MaxPathLenZero || ca.KeyUsage != x509.KeyUsageCertSign || !ca.PermittedDNSDomainsCritical {
		t.Errorf("the authority: CA %v, path %d, usage %b, critical %v", ca.IsCA, ca.MaxPathLen, ca.KeyUsage, ca.PermittedDNSDomainsCritical)
	}
	if leaf.IsCA || leaf.KeyUsage != x509.KeyUsageDigitalSignature || len(leaf.ExtKeyUsage) != 1 || leaf.ExtKeyUsage[0] != x509.ExtKeyUsageServerAuth {
		t.Errorf("the leaf: CA %v, usage %b, %v", leaf.IsCA, leaf.KeyUsage, leaf.ExtKeyUsage)
	}
	if life := leaf.NotAfter.Sub(leaf.NotBefore); life > 398*24*time.Hour || life < 390*24*time.Hour {
		t.Errorf("the leaf lives %v", life)
	}
	if !ca.NotAfter.Equal(leaf.NotAfter) {
		t.Errorf("the authority lives until %v, its leaf until %v", ca.NotAfter, leaf.NotAfter)
	}
	other, err := Issue(now)
	if err != nil {
		t.Fatal(err)
	}
	if other.CA.Subject.CommonName == ca.Subject.CommonName {
		t.Error("two authorities have one name")
	}
}

// The authority's key is let go of and is in no file: neither in the folder, nor in
// what the process has open, nor where it puts scratch files.
func TestS33KeyOfTheAuthorityIsNowhere(t *testing.T) {
	dir, scratch := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", scratch)
	now := time.Now()
	a, err := newAuthority(now)
	if err != nil {
		t.Fatal(err)
	}
	held := weak.Make(a.key)
	secret, err := a.key.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	i, err := a.finish(now)
	if err != nil {
		t.Fatal(err)
	}
	if err := i.Save(dir); err != nil {
		t.Fatal(err)
	}
	runtime.GC()
	runtime.GC()
	if held.Value() != nil {
		t.Error("something still holds the key")
	}
	files := 0
	for _, root := range []string{dir, scratch, "/proc/self/fd"} {
		entries, err := os.ReadDir(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			name := filepath.Join(root, e.Name())
			if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
				continue // the folder that is being read, pipes
			}
			data, err := os.ReadFile(name)
			if errors.Is(err, syscall.ENXIO) {
				continue // of the kernel's own, such as a pidfd
			}
			if err != nil {
				t.Fatal(err)
			}
			files++
			for what, form := range forms(secret) {
				if bytes.Contains(unfolded(data), form) {
					t.Errorf("the key is in %s, %s", name, what)
				}
			}
		}
	}
	if files < 2 {
		t.Errorf("%d files were looked at", files)
	}
	// The search finds a key that is there: the leaf's.
	leaf, err := os.ReadFile(leafFile(dir))
	if err != nil {
		t.Fatal(err)
	}
	mine, err := i.Leaf.PrivateKey.(interface{ Bytes() ([]byte, error) }).Bytes()
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, form := range forms(mine) {
		found = found || bytes.Contains(unfolded(leaf), form)
	}
	if !found {
		t.Error("the search does not even find the leaf's key")
	}
}

// forms are how secret may stand in a file: as it is, in hexadecimal, and in base64 at
// any place of a longer text, without the characters that its neighbours share.
func forms(secret []byte) map[string][]byte {
	all := map[string][]byte{"raw": secret, "hexadecimal": []byte(hex.EncodeToString(secret))}
	for shift, name := range []string{"base64", "base64 after 1", "base64 after 2"} {
		text := base64.StdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		all[name] = []byte(strings.TrimRight(text, "=")[4 : len(text)-6])
	}
	return all
}

// unfolded is data without the line ends of PEM.
func unfolded(data []byte) []byte { return bytes.ReplaceAll(data, []byte("\n"), nil) }

func TestPhases(t *testing.T) {
	now := time.Now()
	i, err := Issue(now)
	if err != nil {
		t.Fatal(err)
	}
	end := i.Expires()
	tests := []struct {
		name string
		at   time.Time
		want Phase
	}{
		{"new", now, Good},
		{"clock an hour behind", now.Add(-59 * time.Minute), Good},
		{"clock a year behind", now.AddDate(-1, 0, 0), Dead},
		{"31 days left", end.Add(-31 * 24 * time.Hour), Good},
		{"30 days left", end.Add(-30*24*time.Hour + time.Second), Due},
		{"last second", end, Due},
		{"over", end.Add(time.Second), Dead},
		{"clock two years ahead", now.AddDate(2, 0, 0), Dead},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := i.Phase(tt.at); got != tt.want {
				t.Errorf("%s, want %s", got, tt.want)
			}
			if err := chain(i.CA, i.Leaf.Leaf, "localhost", tt.at); (err == nil) != (tt.want != Dead) {
				t.Errorf("a browser says %v", err)
			}
		})
	}
}

func TestFolder(t *testing.T) {
	dir, now := t.TempDir(), time.Now()
	if _, err := Load(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("an empty folder: %v", err)
	}
	first, made, err := Ensure(dir, now)
	if err != nil || !made {
		t.Fatalf("made %v, %v", made, err)
	}
	again, made, err := Ensure(dir, now.Add(time.Hour))
	if err != nil || made || !again.CA.Equal(first.CA) {
		t.Fatalf("again: made %v, %v", made, err)
	}
	if _, err := tls.X509KeyPair(encode("CERTIFICATE", again.Leaf.Leaf.Raw), mustRead(t, leafFile(dir))); err != nil {
		t.Error(err)
	}
	for file, mode := range map[string]fs.FileMode{CAFile(dir): 0o644, leafFile(dir): 0o600} {
		if info, err := os.Stat(file); err != nil || info.Mode() != mode {
			t.Errorf("%s: mode %v, %v", filepath.Base(file), info.Mode(), err)
		}
	}
	if bytes.Contains(mustRead(t, CAFile(dir)), []byte("PRIVATE")) {
		t.Error("the public file holds a key")
	}
	next, made, err := Ensure(dir, first.Expires().Add(-24*time.Hour))
	if err != nil || !made || next.CA.Equal(first.CA) {
		t.Errorf("a day before the end: made %v, %v", made, err)
	}
	if err := Remove(dir); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%d files left, %v", len(left), err)
	}
	if err := Remove(dir); err != nil {
		t.Errorf("nothing to remove: %v", err)
	}
}

func mustRead(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What can't be used is an error of its own, and the next Ensure makes another.
func TestDamaged(t *testing.T) {
	now := time.Now()
	tests := []struct {
		name   string
		damage func(dir string) error
	}{
		{"no authority", func(dir string) error { return os.Remove(CAFile(dir)) }},
		{"no leaf", func(dir string) error { return os.Remove(leafFile(dir)) }},
		{"empty authority", func(dir string) error { return os.WriteFile(CAFile(dir), nil, 0o644) }},
		{"authority that is none", func(dir string) error { return os.WriteFile(CAFile(dir), encode("CERTIFICATE", []byte{1}), 0o644) }},
		{"empty leaf", func(dir string) error { return os.WriteFile(leafFile(dir), nil, 0o600) }},
		{"leaf cut short", func(dir string) error { return os.Truncate(leafFile(dir), 700) }},
		{"another's authority", func(dir string) error {
			other, err := Issue(now)
			if err != nil {
				return err
			}
			return os.WriteFile(CAFile(dir), other.PEM(), 0o644)
		}},
		{"key that others may read", func(dir string) error { return os.Chmod(leafFile(dir), 0o640) }},
		{"folder in the leaf's place", func(dir string) error {
			return errors.Join(os.Remove(leafFile(dir)), os.Mkdir(leafFile(dir), 0o700))
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, _, err := Ensure(dir, now); err != nil {
				t.Fatal(err)
			}
			if err := tt.damage(dir); err != nil {
				t.Fatal(err)
			}
			_, err := Load(dir)
			if _, ok := errors.AsType[*DamagedError](err); !ok || !strings.HasPrefix(err.Error(), "cannot ") || !strings.Contains(err.Error(), "agrafe tls enable") {
				t.Fatalf("the error is %v", err)
			}
			if errors.Is(err, fs.ErrNotExist) {
				t.Error("it passes for nothing being there")
			}
			if info, err := os.Stat(leafFile(dir)); err == nil && info.IsDir() {
				return // no file can take its name
			}
			if _, made, err := Ensure(dir, now); err != nil || !made {
				t.Errorf("made %v, %v", made, err)
			}
			if _, err := Load(dir); err != nil {
				t.Error(err)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	i, err := Issue(time.Now())
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	if err := i.Save(dir); err != nil {
		f.Fatal(err)
	}
	leaf, err := os.ReadFile(leafFile(dir))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(i.PEM(), leaf)
	f.Add([]byte{}, leaf)
	f.Add(leaf, i.PEM())
	f.Fuzz(func(t *testing.T, ca, leaf []byte) {
		i, err := parse(ca, leaf)
		if err == nil && i.Leaf.Leaf.CheckSignatureFrom(i.CA) != nil {
			t.Error("a leaf of another authority is taken")
		}
	})
}
