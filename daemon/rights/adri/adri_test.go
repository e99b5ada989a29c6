package adri_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/rights/adri"
)

var update = flag.Bool("update", false, "write the golden messages")

// number is the public test identity's.
const number = "297022A02077878"

// question asks about the public test identity.
func question() adri.Request {
	return adri.Request{NIR: number, Naissance: "19970226", Rang: 1, DateSoins: 20260616, NumeroAM: "991000015", Mode: adri.Targeted}
}

// answer has every field of an answer in one person or the other.
func answer() adri.Response {
	return adri.Response{Persons: []adri.Person{
		{NIR: number, Nom: "ADRTROIS", Prenom: "DOMINIQUE", Naissance: "19970226", Rang: 1, Qualite: "0", Traitant: adri.TraitantAsker,
			AMO: adri.AMO{Du: 20240101, Au: 20391231, Regime: "01", Caisse: "349", Centre: "9881", ALD: true, C2S: true},
			AMC: &adri.AMC{Organisme: "99999997", Contrat: "89", Adherent: "000012345"}},
		{NIR: "280209935212316", NIRAssure: number, Nom: "D'ESSAI & <FILS>", NomFamille: "ÉLAN", Prenom: "FATIMA", Naissance: "19800031", Rang: 2,
			Qualite: "6", Traitant: adri.TraitantOther,
			AMO: adri.AMO{Du: 20240101, Regime: "01", Caisse: "349", Centre: "9881", ASPA: true, AME: true,
				RegimeLocal: "alsace-moselle", Exonere: "pension-militaire"}},
	}}
}

// golden compares a message with the one kept, which is the documentation of the form.
func golden(t *testing.T, name string, got []byte, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s: %s", name, diff)
	}
}

func TestForm(t *testing.T) {
	message, err := adri.EncodeRequest(question())
	golden(t, "demande.xml", message, err)
	message, err = adri.EncodeResponse(answer())
	golden(t, "reponse.xml", message, err)
	message, err = adri.EncodeFault(&adri.Fault{Reason: adri.Closed, Text: "Droits clos au 31/12/2021"})
	golden(t, "refus.xml", message, err)
}

func TestRoundTrip(t *testing.T) {
	message, err := adri.EncodeRequest(question())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := adri.DecodeRequest(message); err != nil || got != question() {
		t.Errorf("question: %+v, %v", got, err)
	}
	message, err = adri.EncodeResponse(answer())
	if err != nil {
		t.Fatal(err)
	}
	got, err := adri.DecodeResponse(message)
	if diff := cmp.Diff(answer(), got); diff != "" || err != nil {
		t.Errorf("answer: %v %s", err, diff)
	}
	for _, reason := range adri.Reasons {
		want := &adri.Fault{Reason: reason, Text: "au-delà & en-deçà"}
		message, err := adri.EncodeFault(want)
		if err != nil {
			t.Fatal(err)
		}
		_, err = adri.DecodeResponse(message)
		if fault, ok := errors.AsType[*adri.Fault](err); !ok || *fault != *want {
			t.Errorf("%s: %v", reason, err)
		}
	}
}

// Whatever the texts of an answer, they come back as they were or are refused.
func TestLawTexts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := answer()
		r.Persons[1].Nom = rapid.String().Draw(t, "nom")
		r.Persons[1].AMO.ALD = rapid.Bool().Draw(t, "ald")
		r.Persons[0].AMC.Adherent = rapid.String().Draw(t, "adherent")
		r.Persons[0].AMO.Au = tables.Date(20250000 + 100*rapid.IntRange(1, 12).Draw(t, "month") + rapid.IntRange(1, 28).Draw(t, "day"))
		message, err := adri.EncodeResponse(r)
		if err != nil {
			return
		}
		got, err := adri.DecodeResponse(message)
		if diff := cmp.Diff(r, got); diff != "" || err != nil {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

func TestRefusedQuestions(t *testing.T) {
	tests := []struct {
		name   string
		change func(*adri.Request)
		field  string
	}{
		{"key of the NIR", func(r *adri.Request) { r.NIR = "297022A02077879" }, "NIR"},
		{"spaces in the NIR", func(r *adri.Request) { r.NIR = "2 97 02 2A0 207 78 78" }, "NIR"},
		{"anonymous NIR", func(r *adri.Request) { r.NIR = "A555555349001" }, "NIR"},
		{"no NIR", func(r *adri.Request) { r.NIR = "" }, "NIR"},
		{"day before year", func(r *adri.Request) { r.Naissance = "26021997" }, "Naissance"},
		{"no birth", func(r *adri.Request) { r.Naissance = "" }, "Naissance"},
		{"rank 0", func(r *adri.Request) { r.Rang = 0 }, "Rang"},
		{"rank 10", func(r *adri.Request) { r.Rang = 10 }, "Rang"},
		{"no day", func(r *adri.Request) { r.DateSoins = 0 }, "DateSoins"},
		{"short number of the professional", func(r *adri.Request) { r.NumeroAM = "99100001" }, "NumeroAM"},
		{"unknown mode", func(r *adri.Request) { r.Mode = "autre" }, "Mode"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := question()
			tt.change(&r)
			_, err := adri.EncodeRequest(r)
			wantField(t, err, tt.field)
		})
	}
	lunar := question()
	lunar.Naissance = "19800031"
	if _, err := adri.EncodeRequest(lunar); err != nil {
		t.Errorf("a lunar date: %v", err)
	}
}

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	f, ok := errors.AsType[*adri.FormatError](err)
	if !ok || f.Field != field {
		t.Fatalf("%v, want a fault of %q", err, field)
	}
	if strings.Contains(err.Error(), number[:6]) || strings.Contains(err.Error(), "ADRTROIS") {
		t.Error("the error holds what the message holds")
	}
}

func TestRefusedAnswers(t *testing.T) {
	good, err := adri.EncodeResponse(answer())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name     string
		old, new string
		field    string
	}{
		{"no mark of a demonstration", ` demonstration="true"`, ``, ""},
		{"another mark", `"true"`, `"false"`, ""},
		{"another namespace", adri.Namespace, "urn:gie:adri", ""},
		{"SOAP 1.1", "http://www.w3.org/2003/05/soap-envelope", "http://schemas.xmlsoap.org/soap/envelope/", ""},
		{"DTD", "<env:Envelope", `<!DOCTYPE x [<!ENTITY e "x">]><env:Envelope`, ""},
		{"entity", "DOMINIQUE", "&e;", ""},
		{"processing instruction", "<env:Body>", "<?php x?><env:Body>", ""},
		{"other encoding", "UTF-8", "ISO-8859-1", ""},
		{"two bodies", "<env:Body>", "<env:Body/><env:Body>", "Body"},
		{"two answers", "</env:Body>", "<d:Reponse/></env:Body>", "Body"},
		{"cut", "</env:Envelope>", "", ""},
		{"something behind", "</env:Envelope>", "</env:Envelope><x/>", ""},
		{"field twice", "<d:Regime>01</d:Regime>", "<d:Regime>01</d:Regime><d:Regime>02</d:Regime>", "Regime"},
		{"field with elements", "<d:Regime>01</d:Regime>", "<d:Regime>01<x/></d:Regime>", "Regime"},
		{"yes and no", "<d:ALD>true</d:ALD>", "<d:ALD>oui</d:ALD>", "ALD"},
		{"no day", "<d:Du>2024-01-01</d:Du>", "", "Du"},
		{"impossible day", "2024-01-01", "2024-02-30", "Du"},
		{"end before beginning", "2039-12-31", "2023-12-31", "Au"},
		{"no cover", "<d:AMO>", "<d:AM>", ""},
		{"letters in the caisse", "<d:Caisse>349", "<d:Caisse>34A", "Caisse"},
		{"no person", "Beneficiaire", "Autre", "Beneficiaire"},
		{"no name", "<d:Nom>ADRTROIS</d:Nom>", "", "Nom"},
		{"control in a name", "ADRTROIS", "ADR&#9;TROIS", "Nom"},
		{"direction mark in a name", "ADRTROIS", "ADR\u202eTROIS", "Nom"},
		{"assuré with an assuré", "<d:Qualite>6<", "<d:Qualite>0<", "Qualite"},
		{"unknown médecin traitant", "demandeur", "moi", "MedecinTraitant"},
		{"unknown exemption", "pension-militaire", "riche", "Exonere"},
		{"long element", "ADRTROIS", strings.Repeat("A", 5000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if !strings.Contains(string(good), tt.old) {
				t.Fatal("the message has no such text")
			}
			_, err := adri.DecodeResponse([]byte(strings.ReplaceAll(string(good), tt.old, tt.new)))
			wantField(t, err, tt.field)
		})
	}
}

// What a later version adds is passed over.
func TestUnknownElementsAreIgnored(t *testing.T) {
	good, err := adri.EncodeResponse(answer())
	if err != nil {
		t.Fatal(err)
	}
	more := strings.NewReplacer("<d:AMO>", "<d:Plus><d:NIR>x</d:NIR></d:Plus><d:AMO><d:Score>12</d:Score>", "<env:Body>", "<env:Header><a:b xmlns:a='urn:a'/></env:Header><env:Body>")
	got, err := adri.DecodeResponse([]byte(more.Replace(string(good))))
	if diff := cmp.Diff(answer(), got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestBounds(t *testing.T) {
	open := `<?xml version="1.0"?><env:Envelope xmlns:env="http://www.w3.org/2003/05/soap-envelope"><env:Body>`
	tests := []struct {
		name    string
		message string
	}{
		{"nothing", ""},
		{"1 MiB and a byte", open + strings.Repeat(" ", adri.MaxMessage-len(open)+1)},
		{"deep", open + strings.Repeat("<a>", 100_000)},
		{"many", open + strings.Repeat("<a/>", 200_000)},
		{"many comments", open + "<a>" + strings.Repeat("x<!---->", 100_000)},
		{"many attributes", open + "<a " + strings.Repeat(`b="" `, 100_000) + "/>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := adri.DecodeResponse([]byte(tt.message))
			wantField(t, err, "")
			_, err = adri.DecodeRequest([]byte(tt.message))
			wantField(t, err, "")
		})
	}
	many := adri.Response{Persons: make([]adri.Person, adri.MaxPersons+1)}
	_, err := adri.EncodeResponse(many)
	wantField(t, err, "Beneficiaire")
	_, err = adri.EncodeFault(&adri.Fault{Reason: "parce que"})
	wantField(t, err, "Motif")
	_, err = adri.EncodeFault(&adri.Fault{Reason: adri.Closed, Text: strings.Repeat("a", 201)})
	wantField(t, err, "Texte")
}
