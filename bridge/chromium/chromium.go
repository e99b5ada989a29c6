// Package chromium drives Debian's Chromium for the tests of the bridge: pages of
// invented https sites that look public to the browser, so that its rules for the
// local network apply as they do in a practice.
//
// Its contract: everything a Browser starts ends with its test. It uses a profile
// of its own and leaves the machine as it was; policies are seen by this browser
// alone. A machine without Chromium fails the test.
package chromium

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
)

// program is where Debian's package puts it.
const program = "/usr/bin/chromium"

// patience bounds a whole test in the browser.
const patience = 2 * time.Minute

// Options say what the browser finds.
type Options struct {
	// Sites are the web sites there are: the handler of each host, on https and
	// its usual port.
	Sites map[string]http.Handler
	// Policy is an administrator's policy, by the names that Chromium knows; nil
	// for none.
	Policy map[string]any
	// Trust is a certificate in PEM that the browser's user trusts beside the public
	// ones; nil for none. A Browser without takes any certificate from anyone.
	Trust []byte
	// Width and Height are the window's, in pixels; 0 means 1366 by 768.
	Width, Height int
}

// Browser is a running browser.
type Browser struct {
	t   testing.TB
	ctx context.Context // of the browser; a page has its own
}

// Page is a tab.
type Page struct {
	t   testing.TB
	ctx context.Context
}

// Start starts a browser that ends with the test.
func Start(t testing.TB, o Options) *Browser {
	t.Helper()
	site, cert, err := serve(t, o.Sites)
	if err != nil {
		t.Fatal(err)
	}
	if o.Width == 0 {
		o.Width, o.Height = 1366, 768
	}
	start := program
	if o.Policy != nil {
		if start, err = wrapper(t.TempDir(), o.Policy); err != nil {
			t.Fatal(err)
		}
	}
	var rules []string
	for host := range o.Sites {
		rules = append(rules, fmt.Sprintf("MAP %s:443 %s", host, site))
	}
	profile, err := os.MkdirTemp("", "agrafe-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(start), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(profile), chromedp.WindowSize(o.Width, o.Height),
		chromedp.Flag("disable-dev-shm-usage", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "fr-FR"),
		chromedp.Flag("host-resolver-rules", strings.Join(rules, ",")),
		chromedp.Flag("ignore-certificate-errors", true),                     // of the sites invented here
		chromedp.Flag("ip-address-space-overrides", site.String()+"=public")) // else they are loopback themselves
	if o.Trust != nil {
		if err := trust(profile, o.Trust); err != nil {
			t.Fatal(err)
		}
		key := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
		flags = append(flags, chromedp.Env("HOME="+profile), chromedp.Flag("ignore-certificate-errors", false),
			chromedp.Flag("ignore-certificate-errors-spki-list", base64.StdEncoding.EncodeToString(key[:]))) // the sites' alone
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	ctx, cancel := context.WithTimeout(ctx, patience)
	ctx, end := chromedp.NewContext(ctx)
	t.Cleanup(func() {
		end()
		cancel()
		stop()
		if err := removeAll(profile); err != nil {
			t.Error(err)
		}
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("cannot start %s: %v", program, err)
	}
	return &Browser{t: t, ctx: ctx}
}

// trust has the user whose home is dir trust an authority, as Chromium's
// documentation says (docs/linux/cert_management.md).
func trust(dir string, authority []byte) error {
	store, file := filepath.Join(dir, ".pki", "nssdb"), filepath.Join(dir, "authority.crt")
	if err := errors.Join(os.MkdirAll(store, 0o700), os.WriteFile(file, authority, 0o600)); err != nil {
		return err
	}
	for _, args := range [][]string{{"-N", "--empty-password"}, {"-A", "-t", "C,,", "-n", "authority", "-i", file}} {
		if out, err := exec.Command("certutil", append([]string{"-d", "sql:" + store}, args...)...).CombinedOutput(); err != nil {
			return fmt.Errorf("cannot have the browser trust an authority: %w: %s; the package is libnss3-tools", err, out)
		}
	}
	return nil
}

// removeAll removes the profile: helpers of a browser that was told to end may
// write into it a moment longer.
func removeAll(dir string) (err error) {
	for range 50 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return err
}

// Open opens a page in a tab of its own.
func (b *Browser) Open(url string) *Page {
	b.t.Helper()
	ctx, end := chromedp.NewContext(b.ctx)
	b.t.Cleanup(end)
	p := &Page{b.t, ctx}
	p.Go(url)
	return p
}

// Permit sets a permission of an origin, as its user would: "granted", "denied" or
// "prompt".
func (b *Browser) Permit(origin, name, setting string) {
	b.t.Helper()
	_, err := cdp.Call(b.ctx, chromedp.FromContext(b.ctx).Browser, browser.SetPermission, browser.SetPermissionParams{
		Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSetting(setting), Origin: origin,
	})
	if err != nil {
		b.t.Fatal(err)
	}
}

// Context is the tab's, for actions of chromedp.
func (p *Page) Context() context.Context { return p.ctx }

// Go navigates the tab.
func (p *Page) Go(url string) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, chromedp.Navigate(url)); err != nil {
		p.t.Fatal(err)
	}
}

// Do runs actions of chromedp.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// Eval runs the body of an async function in p and returns what it returns.
func Eval[T any](p *Page, body string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T]("(async () => {"+body+"\n})()", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%v\nin: %s", err, body)
	}
	return v
}

// Screenshot writes what the window shows as a PNG.
func (p *Page) Screenshot(file string) {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(file, png, 0o644)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// serve serves sites by their Host on one address, with one certificate.
func serve(t testing.TB, sites map[string]http.Handler) (net.Addr, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "agrafe tests"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	for host := range sites {
		cert.DNSNames = append(cert.DNSNames, host)
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		return nil, nil, err
	}
	if cert, err = x509.ParseCertificate(der); err != nil {
		return nil, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	pair := tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
	server := &http.Server{
		ErrorLog: log.New(io.Discard, "", 0), // a tab that closes in mid-handshake
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if h := sites[r.Host]; h != nil {
				h.ServeHTTP(w, r)
				return
			}
			http.NotFound(w, r)
		}),
	}
	go func() { _ = server.Serve(tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}})) }()
	t.Cleanup(func() { _ = server.Close() })
	return l.Addr(), cert, nil
}

// wrapper writes a script that starts the browser where it sees policy in its
// folder of policies, and nobody else does.
func wrapper(dir string, policy map[string]any) (string, error) {
	if _, err := exec.LookPath("unshare"); err != nil {
		return "", fmt.Errorf("cannot give the browser a policy: %w", err)
	}
	text, err := json.Marshal(policy)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "policy.json")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		return "", err
	}
	script := filepath.Join(dir, "chromium")
	return script, os.WriteFile(script, []byte(`#!/bin/sh
# A mount namespace of its own; who is not root gets the right to have one with a
# namespace of users.
[ -d /etc/chromium ] || { echo "no /etc/chromium" >&2; exit 1; }
[ "$(id -u)" = 0 ] && users= || users=--map-root-user
exec unshare $users --mount sh -e -c '
	file=$1; shift
	mount -t tmpfs none /etc/chromium
	mkdir -p /etc/chromium/policies/managed
	cp "$file" /etc/chromium/policies/managed/agrafe-test.json
	exec `+program+` "$@"' sh `+file+` "$@"
`), 0o755)
}
