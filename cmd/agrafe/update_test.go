package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/agrafe-fse/agrafe/daemon/release"
)

// publish serves a signed manifest of a version over TLS until the script ends, has
// the programs of the script trust the server, and writes a configuration for it.
// publish CONFIG VERSION good|forged|over
func publish(ts *testscript.TestScript, _ bool, args []string) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	now := time.Now().UTC()
	m := release.Manifest{Format: release.Format, Version: args[1], Published: now.AddDate(0, 0, -2), Expires: now.AddDate(0, 1, 0),
		Notes: "https://agrafe.example/notes", Packages: []release.Package{{Name: "agrafe.deb", SHA256: strings.Repeat("ab", 32)}}}
	if args[2] == "over" {
		m.Expires = now.AddDate(0, 0, -1)
	}
	text, err := json.Marshal(m)
	ts.Check(err)
	signature := release.Sign(key, text)
	if args[2] == "forged" {
		text = bytes.Replace(text, []byte("agrafe.deb"), []byte("agrafe.exe"), 1)
	}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, ".sig") {
			_, _ = w.Write(signature)
			return
		}
		_, _ = w.Write(text)
	}))
	ts.Defer(server.Close)
	roots := ts.MkAbs("roots.pem")
	ts.Check(os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600))
	ts.Setenv("SSL_CERT_FILE", roots)
	ts.Setenv("SSL_CERT_DIR", "/nonexistent")
	config := fmt.Sprintf("state = \"/nonexistent/agrafe\"\n[update]\nurl = %q\nkey = %q\n", server.URL+"/agrafe.json",
		base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey)))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(config), 0o600))
}
