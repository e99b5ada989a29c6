package daemon

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// teleservice is a stand-in for the payers' that accepts the virtual CPS.
type teleservice struct {
	url, ca string
	asked   atomic.Int32

	mu    sync.Mutex // protects open
	open  map[net.Conn]bool
	moved chan struct{} // room for one: open has changed
}

// newTeleservice runs one that follows rules, then knows the people of the card files.
func newTeleservice(t testing.TB, rules ...standin.Rule) *teleservice {
	t.Helper()
	return newTeleserviceFor(t, nil, rules...)
}

// newTeleserviceFor is newTeleservice that accepts another client too.
func newTeleserviceFor(t testing.TB, also *x509.Certificate, rules ...standin.Rule) *teleservice {
	t.Helper()
	people, err := standin.People(testdata.Cards())
	if err != nil {
		t.Fatal(err)
	}
	cards, err := virtual.TestKeyring().Authority()
	if err != nil {
		t.Fatal(err)
	}
	clients := x509.NewCertPool()
	clients.AddCert(cards)
	if also != nil {
		clients.AddCert(also)
	}
	own := selfSigned(t)
	s := &teleservice{ca: filepath.Join(t.TempDir(), "ca.pem"), open: make(map[net.Conn]bool), moved: make(chan struct{}, 1)}
	inner := standin.New(standin.Script{People: people, Rules: rules})
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		inner.ServeHTTP(w, r)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{own}, ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert,
		MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.Config.ConnState = s.watch
	server.StartTLS()
	t.Cleanup(server.Close)
	s.url = server.URL + "/adri"
	if err := os.WriteFile(s.ca, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: own.Certificate[0]}), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// watch keeps the connections that are open and have served.
func (s *teleservice) watch(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateIdle:
		s.open[c] = true
	case http.StateClosed:
		delete(s.open, c)
	}
	select {
	case s.moved <- struct{}{}:
	default:
	}
}

// wantOpen waits until n connections are kept open.
func (s *teleservice) wantOpen(t testing.TB, n int) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		have := len(s.open)
		s.mu.Unlock()
		if have == n {
			return
		}
		select {
		case <-s.moved:
		case <-limit:
			t.Fatalf("%d connections open, want %d", have, n)
		}
	}
}

// selfSigned is the certificate of a server on this machine.
func selfSigned(t testing.TB) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"TEST"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// asks is the option that the rights are asked of s.
func (s *teleservice) asks(c *Config, _ *Deps) { c.Rights.URL, c.Rights.CAFile = s.url, s.ca }

// withADRi is a rig that asks s, with the médecin's CPS in the left reader and what it is
// told.
func withADRi(t *testing.T, s *teleservice, options ...option) (*rig, *virtual.Log) {
	t.Helper()
	r := newRig(t, append([]option{s.asks}, options...)...)
	return r, r.insertKnown("medecin-secteur1")
}

// insertKnown puts a CPS in the left reader that was seen here before, its certificates
// read then, and returns what it is told from now.
func (r *rig) insertKnown(name string) *virtual.Log {
	r.t.Helper()
	r.insert(left, card(r.t, name))
	r.remove(left)
	known, log := virtual.Record(card(r.t, name))
	r.insert(left, known)
	log.Clear()
	return log
}

// ofPatient asks for the public test identity, of the card file "patient".
func ofPatient() RightsQuery {
	return RightsQuery{NIR: "297022A02077878", Naissance: "19970226", DateSoins: date(openDay)}
}

// ofChild asks for a child by the number of the assuré.
func ofChild() RightsQuery {
	return RightsQuery{NIR: "178083523801488", Naissance: "20090217", Rang: 1, DateSoins: date(openDay)}
}

func ask(r *rig, q RightsQuery) (RightsAnswer, error) {
	return r.d.RightsFromADRi(context.Background(), ehr, q)
}

// mustAsk asks and checks that one person is known.
func mustAsk(r *rig, q RightsQuery) RightsAnswer {
	r.t.Helper()
	a, err := ask(r, q)
	if err != nil || len(a.Persons) != 1 {
		r.t.Fatalf("%d persons, %v", len(a.Persons), err)
	}
	return a
}

// refreshed is q asked whatever is known.
func refreshed(q RightsQuery) RightsQuery { q.Refresh = true; return q }

// on is q at another day of care.
func on(q RightsQuery, day fse.Date) RightsQuery { q.DateSoins = day; return q }
