package daemon

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log/slog"
	"math/big"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// BenchmarkQuestion measures a question to a payer on this machine beside the floor, an
// HTTP client of the standard library with a key in memory: with a new connection for
// each question, and on one that is kept. The code is kept; the virtual card works in no
// time but that of its RSA key, as the floor's.
func BenchmarkQuestion(b *testing.B) {
	own := plainIdentity(b)
	s := newTeleserviceFor(b, own.Leaf)
	d := benchDaemon(b, s)
	known := ofPatient()
	known.NumeroAM = "991000015"
	q := refreshed(known)
	if _, err := d.RightsFromADRi(b.Context(), ehr, q); err != nil {
		b.Fatal(err)
	}
	b.Run("floor/connect", func(b *testing.B) {
		for b.Loop() {
			c := plainClient(b, s, own)
			plainAsk(b, c, s)
			c.CloseIdleConnections()
		}
	})
	b.Run("agrafe/connect", func(b *testing.B) {
		for b.Loop() {
			d.payer.drop(func(pinKey) bool { return true })
			if _, err := d.RightsFromADRi(b.Context(), ehr, q); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("floor/kept", func(b *testing.B) {
		c := plainClient(b, s, own)
		for b.Loop() {
			plainAsk(b, c, s)
		}
		c.CloseIdleConnections()
	})
	b.Run("agrafe/kept", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.RightsFromADRi(b.Context(), ehr, q); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("agrafe/known", func(b *testing.B) {
		for b.Loop() {
			if _, err := d.RightsFromADRi(b.Context(), ehr, known); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// benchDaemon runs a daemon with a CPS that was read.
func benchDaemon(b *testing.B, s *teleservice) *Daemon {
	b.Helper()
	cfg := DefaultConfig()
	cfg.State, cfg.PIN.SignaturesPerMinute = b.TempDir(), 1_000_000
	readers := virtual.NewReaders(left)
	s.asks(&cfg, nil)
	d, err := New(cfg, Deps{Transport: readers, Rights: vitale.Simulated{}, Prompter: typing(goodCode), Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return openDay }})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := d.SetCabinet(b.Context(), "local", practice("991000015", "99900000011"), lot.Call{}); err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- d.Run(ctx) }()
	b.Cleanup(func() { cancel(); <-done })
	_, sub := d.Hello()
	defer sub.Close()
	if err := readers.Insert(left, card(b, "medecin-secteur1")); err != nil {
		b.Fatal(err)
	}
	for e := range sub.Events() {
		if e.Type == state.EventCard && e.Card.Serial != "" {
			break
		}
	}
	return d
}

// plainClient has a key of its own that the teleservice accepts.
func plainClient(b *testing.B, s *teleservice, own tls.Certificate) *http.Client {
	b.Helper()
	text, err := os.ReadFile(s.ca)
	if err != nil {
		b.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS12,
		Certificates: []tls.Certificate{own}}}}
}

func plainAsk(b *testing.B, c *http.Client, s *teleservice) {
	b.Helper()
	body, err := adri.EncodeRequest(adri.Request{NIR: ofPatient().NIR, Naissance: ofPatient().Naissance, Rang: 1,
		DateSoins: date(openDay), NumeroAM: "991000015", Mode: adri.Targeted})
	if err != nil {
		b.Fatal(err)
	}
	answer, err := c.Post(s.url, adri.ContentType, bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("status %d, %v", answer.StatusCode, err)
	}
}

// plainIdentity is a key in memory and its own certificate.
func plainIdentity(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{Organization: []string{"TEST"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, Leaf: leaf, PrivateKey: key}
}
