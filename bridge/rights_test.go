package bridge

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// teleservice runs a stand-in that accepts the virtual CPS, and sets it in cfg.
func teleservice(t *testing.T, cfg *daemon.Config) {
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
	s := httptest.NewUnstartedServer(standin.New(standin.Script{People: people}))
	s.TLS = &tls.Config{ClientCAs: clients, ClientAuth: tls.RequireAndVerifyClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)
	cfg.Rights.URL, cfg.Rights.CAFile = s.URL, filepath.Join(t.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(cfg.Rights.CAFile, text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// typist types the code of the virtual cards.
type typist struct{}

func (typist) AskPIN(context.Context, daemon.PINRequest) (daemon.PINAnswer, error) {
	return daemon.PINAnswer{Code: []byte("1234")}, nil
}

// The rights that a payer gives go over the wire as those of a card do, with where they
// come from and how old they are.
func TestRightsFromADRi(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port = t.TempDir(), 0
	cfg.Origins.Policy = filepath.Join(cfg.State, "origins.d")
	teleservice(t, &cfg)
	r := startChanged(t, cfg, func(_ *Server, d *daemon.Deps) { d.Prompter = typist{} }, "patient", "medecin-secteur1")
	r.dial(t).settled(r)
	p := page("a", scopeCards)
	var card daemon.CardRights
	r.must(t, p, "rights.fromCard", `{}`, &card)
	const asked = `{"nir":"297022A02077878","naissance":"19970226","dateSoins":"2026-01-31"`
	for i, params := range []string{asked + `}`, asked + `,"systematique":true}`, asked + `,"rafraichir":true}`} {
		var got daemon.RightsAnswer
		r.must(t, p, "rights.adri", params, &got)
		if len(got.Persons) != 1 || got.Source != "adri" || got.Cached != (i == 1) || got.Obtained.IsZero() || got.Mention == "" {
			t.Fatalf("%s: %+v", params, got)
		}
		if a := got.Persons[0]; a.Beneficiaire != card.Beneficiaire || a.AMO != card.AMO || *a.AMC != *card.AMC || a.Traitant != "aucun" {
			t.Errorf("the payer gives %+v, the card %+v", a, card)
		}
	}
	if _, e := r.as(t, p, "rights.adri", `{"nir":"297022A02077878","naissance":"19970226","dateSoins":"31/01/2026"}`); e == nil || e.Code != "DATE_ILLISIBLE" {
		t.Errorf("a French date: %v", e)
	}
}

func TestNoTeleservice(t *testing.T) {
	r := start(t)
	_, e := r.as(t, page("a", scopeCards), "rights.adri", `{"nir":"297022A02077878","naissance":"19970226","dateSoins":"2026-01-31"}`)
	if e == nil || e.Code != "ADRI_NON_CONFIGURE" || e.Kind != state.Unsupported {
		t.Errorf("%v", e)
	}
}
