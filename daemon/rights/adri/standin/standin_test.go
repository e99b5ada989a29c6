package standin_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri/standin"
	"github.com/agrafe-fse/agrafe/testdata"
)

// ask has h answer r, as from a client that TLS has authenticated.
func ask(t *testing.T, h http.Handler, r adri.Request) (adri.Response, int, error) {
	t.Helper()
	body, err := adri.EncodeRequest(r)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, authenticated(http.MethodPost, body))
	answer, err := adri.DecodeResponse(w.Body.Bytes())
	return answer, w.Code, err
}

func authenticated(method string, body []byte) *http.Request {
	r := httptest.NewRequest(method, "/adri", bytes.NewReader(body))
	r.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{}}}
	return r
}

// patient is the public test identity, of the card file "patient".
var patient = adri.Request{NIR: "297022A02077878", Naissance: "19970226", Rang: 1, DateSoins: 20260616, NumeroAM: "991000015", Mode: adri.Targeted}

func people(t *testing.T) []standin.Entry {
	t.Helper()
	list, err := standin.People(testdata.Cards())
	if err != nil || len(list) < 10 {
		t.Fatalf("%d people, %v", len(list), err)
	}
	return list
}

func TestAnswers(t *testing.T) {
	list := people(t)
	for i := range list {
		if list[i].Person.NIR == patient.NIR {
			list[i].Traitant = patient.NumeroAM
		}
	}
	h := standin.New(standin.Script{People: list, Rules: []standin.Rule{
		{NIR: "251063417200151", Reason: adri.NotEntitled},
		{Mode: adri.Systematic, Reason: adri.Unavailable},
	}})
	tests := []struct {
		name     string
		change   func(*adri.Request)
		persons  int
		traitant adri.Traitant
		reason   adri.Reason
		status   int
	}{
		{"known", func(*adri.Request) {}, 1, adri.TraitantAsker, "", 200},
		{"of another médecin", func(r *adri.Request) { r.NumeroAM = "991000031" }, 1, adri.TraitantOther, "", 200},
		{"child by the number of the assuré", func(r *adri.Request) { r.NIR, r.Naissance = "178083523801488", "20090217" }, 1, adri.TraitantNone, "", 200},
		{"second twin", func(r *adri.Request) { r.NIR, r.Naissance, r.Rang = "181123417201967", "20160705", 2 }, 1, adri.TraitantNone, "", 200},
		{"lunar date", func(r *adri.Request) { r.NIR, r.Naissance = "280209935212316", "19800031" }, 1, adri.TraitantNone, "", 200},
		{"unknown birth", func(r *adri.Request) { r.Naissance = "19970227" }, 0, "", adri.Unknown, 400},
		{"unknown rank", func(r *adri.Request) { r.Rang = 2 }, 0, "", adri.Unknown, 400},
		{"closed rights", func(r *adri.Request) { r.NIR, r.Naissance = "191041411801363", "19910409" }, 0, "", adri.Closed, 400},
		{"before the rights", func(r *adri.Request) { r.DateSoins = 20231231 }, 0, "", adri.Closed, 400},
		{"rule of a NIR", func(r *adri.Request) { r.NIR, r.Naissance = "251063417200151", "19510604" }, 0, "", adri.NotEntitled, 400},
		{"rule of a mode", func(r *adri.Request) { r.Mode = adri.Systematic }, 0, "", adri.Unavailable, 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := patient
			tt.change(&r)
			got, status, err := ask(t, h, r)
			fault, _ := errors.AsType[*adri.Fault](err)
			if status != tt.status || len(got.Persons) != tt.persons || (fault == nil) != (tt.reason == "") {
				t.Fatalf("status %d, %d persons, %v", status, len(got.Persons), err)
			}
			if fault != nil && fault.Reason != tt.reason || tt.persons > 0 && got.Persons[0].Traitant != tt.traitant {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}

func TestRefusals(t *testing.T) {
	h := standin.New(standin.Script{People: people(t)})
	good, err := adri.EncodeRequest(patient)
	if err != nil {
		t.Fatal(err)
	}
	plain := authenticated(http.MethodPost, good)
	plain.TLS = nil
	unverified := authenticated(http.MethodPost, good)
	unverified.TLS = &tls.ConnectionState{}
	tests := []struct {
		name   string
		r      *http.Request
		status int
	}{
		{"no TLS", plain, 403},
		{"no certificate", unverified, 403},
		{"GET", authenticated(http.MethodGet, nil), 405},
		{"no message", authenticated(http.MethodPost, nil), 400},
		{"too large", authenticated(http.MethodPost, []byte(strings.Repeat(" ", adri.MaxMessage+1))), 413},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := httptest.NewRecorder()
			h.ServeHTTP(w, tt.r)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
		})
	}
}

// A rule waits before it answers, and answers bytes as they are.
func TestRules(t *testing.T) {
	h := standin.New(standin.Script{Rules: []standin.Rule{{Wait: time.Millisecond, Body: []byte("garbage"), Status: 503}}})
	body, err := adri.EncodeRequest(patient)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	before := time.Now()
	h.ServeHTTP(w, authenticated(http.MethodPost, body))
	if w.Code != 503 || w.Body.String() != "garbage" || time.Since(before) < time.Millisecond {
		t.Errorf("status %d, %q, after %s", w.Code, w.Body, time.Since(before))
	}
}
