package noemie

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func parse(t testing.TB, data []byte) *File {
	t.Helper()
	f, err := Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestReturnsNewer(t *testing.T) {
	base := Return{Lot: 7, DateLot: 250808, TypeFacture: "F", DateFacture: 250807, Demande: 2100, TypeRetour: "01",
		Date: 250819, Virement: "VIREMENT INVENTÉ 0042"}
	with := func(change func(*Return)) Return {
		r := base
		change(&r)
		return r
	}
	numbered := func(r *Return, record int, entite string, n int, k Kind, p Part, state string) {
		r.Record, r.Entite, r.Numero, r.Facture, r.Kind, r.Part, r.Etat = record, entite, n, fmt.Sprintf("%09d", n), k, p, state
	}
	want := []Return{
		with(func(r *Return) { numbered(r, 6, "198", 101, Paye, PartAMO, "P"); r.Montant = 2100 }),
		with(func(r *Return) {
			numbered(r, 7, "199", 101, Differe, PartAMC, "D")
			r.Demande, r.Organisme = 900, "0000000000"
		}),
		with(func(r *Return) {
			numbered(r, 9, "198", 102, PayePartiel, PartAMO, "P")
			r.Montant = 1500
			r.Libelles = []Libelle{{Entite: "295", Texte: "Vu avec Mme Personne"}}
		}),
		with(func(r *Return) {
			numbered(r, 12, "198", 103, Rejete, PartAMO, "R")
			r.Libelles = []Libelle{{Entite: "294", Code: "X001", Texte: "LIBELLÉ INVENTÉ", Niveau: "F", Part: "O", Ligne: "000"}}
		}),
		{Record: 14, Entite: "777", Date: 250819, Virement: base.Virement, TypeRetour: "01"},
		with(func(r *Return) { numbered(r, 16, "198", 104, Repris, PartAMO, "P"); r.Lot, r.Montant = 8, -2100 }),
		{Record: 17, Entite: "250", Date: 250819, Virement: base.Virement, TypeRetour: "01", Montant: -500},
	}
	f := parse(t, newer(t))
	if diff := cmp.Diff(want, Returns(f)); diff != "" {
		t.Errorf("returns (-want +got):\n%s", diff)
	}
	e := f.Entete()
	if diff := cmp.Diff(sampleEntete(), e); diff != "" || !e.Demonstration() {
		t.Errorf("header (-want +got):\n%s", diff)
	}
}

func TestReturnsClassic(t *testing.T) {
	base := Return{Entite: "100", Lot: 7, DateLot: 250808, Date: 250819}
	paid := base
	paid.Record, paid.Facture, paid.Numero, paid.Kind, paid.Part, paid.Montant = 4, "000000101", 101, Paye, PartAMO, 2100
	amc := paid
	amc.Part, amc.Montant = PartAMC, 900
	rejected := base
	rejected.Record, rejected.Facture, rejected.Numero, rejected.Kind = 7, "000000102", 102, Rejete
	rejected.Libelles = []Libelle{{Entite: "290", Code: "X0001", Texte: "LIBELLE INVENTE", Ligne: "00"}}
	lot := Return{Record: 11, Entite: "290", Lot: 8, DateLot: 250809, Date: 250819, Kind: Rejete,
		Libelles: []Libelle{{Entite: "290", Code: "X0002", Texte: "LOT REFUSE", Ligne: "00"}}}
	if diff := cmp.Diff([]Return{paid, amc, rejected, lot}, Returns(parse(t, classic(t)))); diff != "" {
		t.Errorf("returns (-want +got):\n%s", diff)
	}
}

func TestReturnsARL(t *testing.T) {
	data := acknowledgement(t)
	var layout ARL = ARLAgrafe{}
	if !layout.Recognises(data) || layout.Recognises(newer(t)) || layout.Recognises(nil) {
		t.Error("the acknowledgement is not recognised by its norm")
	}
	got, err := layout.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	first := Return{Record: 2, Entite: "600", Kind: ARLPositif, Identifiant: "ACCUSE-1", Date: 250810, Lot: 7, DateLot: 250808}
	refused := first
	refused.Record, refused.Entite, refused.Kind, refused.Facture, refused.Numero = 3, "610", ARLNegatif, "000000103", 103
	refused.Libelles = []Libelle{{Entite: "610", Code: "X001", Texte: "LIBELLE INVENTE"}}
	second := Return{Record: 4, Entite: "600", Kind: ARLNegatif, Identifiant: "ACCUSE-2", Date: 250810, Lot: 8, DateLot: 250809,
		Libelles: []Libelle{{Entite: "600", Code: "X002", Texte: "LOT REFUSE"}}}
	if diff := cmp.Diff([]Return{first, refused, second}, got); diff != "" {
		t.Errorf("returns (-want +got):\n%s", diff)
	}
	var problems Problems
	if _, err := layout.Decode(newer(t)); !errors.As(err, &problems) {
		t.Errorf("NOEMIE as an acknowledgement: %v", err)
	}
	if _, err := layout.Encode(sampleEntete(), Accuse{Lot: 1000}); err == nil {
		t.Error("lot 1000 was written")
	}
}

func TestPartKinds(t *testing.T) {
	tests := []struct {
		name  string
		asked int64
		state string
		paid  int64
		sign  string
		want  Kind
		none  bool
	}{
		{"paid", 2100, "P", 2100, "P", Paye, false},
		{"paid more", 2100, "P", 2200, "P", Paye, false},
		{"paid less", 2100, "P", 2099, "P", PayePartiel, false},
		{"paid nothing", 2100, "P", 0, "P", PayePartiel, false},
		{"nothing asked", 0, "P", 0, "", Paye, false},
		{"taken back", 2100, "P", 2100, "N", Repris, false},
		{"sign unknown", 2100, "P", 2100, "", Autre, false},
		{"rejected", 2100, "R", 0, "P", Rejete, false},
		{"deferred", 2100, "D", 0, "P", Differe, false},
		{"state unknown", 2100, "Z", 0, "P", Autre, false},
		{"not treated", 2100, "", 0, "P", Autre, true},
		{"not treated but paid", 2100, "", 100, "P", Autre, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Returns(parse(t, write(t, sampleEntete(), facture(t, 5, "001"), part(t, "198", test.asked, test.state, test.paid, test.sign))))
			if len(got) != 1 || got[0].Kind != test.want || (got[0].Entite == "102") != test.none {
				t.Errorf("%+v, want one %v", got, test.want)
			}
		})
	}
	blank := rec(t, "198", Number(fields.amo.demande.Name, 2100), Text(fields.amo.etat.Name, "P"), Text(fields.amo.montant.Name, ""))
	if got := Returns(parse(t, write(t, sampleEntete(), facture(t, 5, "001"), blank))); got[0].Kind != Autre || !got[0].SansMontant {
		t.Errorf("paid without an amount: %+v", got[0])
	}
}

func TestReturnsAttribution(t *testing.T) {
	label := func(code, part string) Record {
		return rec(t, "294", Text("Codification du rejet", code), Text("Part concerné", part))
	}
	f := parse(t, write(t, sampleEntete(), part(t, "198", 1, "P", 1, "P"), facture(t, 5, "001"),
		part(t, "198", 1, "R", 0, "P"), part(t, "199", 1, "R", 0, "P"), label("A", "O"), label("B", "C"), label("C", ""),
		facture(t, 6, "001"), part(t, "198", 1, "R", 0, "P"), label("D", "C"), rec(t, "010"), label("E", "O"),
		rec(t, "261", Number("Montant paiment ponctuel ou forfaitaire", 700)), rec(t, "262", Text("Codification", "F")),
		rec(t, "210", Number("Montant remboursé", 1)), facture(t, 0, "X")))
	var got []string
	for _, r := range Returns(f) {
		codes := ""
		for _, l := range r.Libelles {
			codes += l.Code
		}
		got = append(got, fmt.Sprint(r.Entite, " ", r.Kind, " ", r.Lot, "/", r.Numero, " ", r.Part, " ", codes))
	}
	want := []string{"198 autre 0/0 AMO ", "198 rejeté 1/5 AMO AC", "199 rejeté 1/5 AMC BC", "198 rejeté 1/6 AMO D",
		"294 rejeté 0/0  E", "261 autre 0/0  F", "210 autre 0/0  ", "102 autre 0/0  "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("returns (-want +got):\n%s", diff)
	}
}

// drawReturn draws a return that Compose writes.
func drawReturn(t *rapid.T) Return {
	r := Return{
		Part: rapid.SampledFrom([]Part{PartAMO, PartAMC}).Draw(t, "part"), Lot: rapid.IntRange(0, 999).Draw(t, "lot"),
		DateLot: 250808, Numero: rapid.IntRange(1, 999_999_999).Draw(t, "numero"), TypeFacture: "F",
		DateFacture: rapid.SampledFrom([]Date{0, 250807}).Draw(t, "date"), Date: rapid.SampledFrom([]Date{250819, 250820}).Draw(t, "paid"),
		Virement:   rapid.SampledFrom([]string{"", "VIREMENT INVENTÉ", "TRENTE-DEUX CARACTERES, TOUT PIL ET LA SUITE"}).Draw(t, "virement"),
		TypeRetour: rapid.SampledFrom([]string{"01", "04"}).Draw(t, "type"), Demande: rapid.Int64Range(0, 99_999_999).Draw(t, "asked"),
		Etat: rapid.SampledFrom([]string{"P", "R", "D"}).Draw(t, "state"),
	}
	if r.Lot == 0 {
		r.DateLot = 0
	}
	r.Facture = fmt.Sprintf("%09d", r.Numero)
	label := Libelle{Entite: "294", Code: "X1", Texte: "É", Niveau: "F", Part: "O", Ligne: "001"}
	if r.Part == PartAMC {
		r.Organisme, label.Part = "0000000042", "C"
	}
	switch r.Etat {
	case "R":
		r.Kind, r.Libelles = Rejete, []Libelle{label}
	case "D":
		r.Kind = Differe
	default:
		r.Montant = rapid.Int64Range(-99_999_999, 99_999_999).Draw(t, "paid")
		r.Kind = map[bool]Kind{true: PayePartiel, false: Paye}[r.Montant < r.Demande]
		if r.Montant < 0 {
			r.Kind = Repris
		}
	}
	return r
}

func TestComposeLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(drawReturn), 1, 6).Draw(t, "returns")
		for i := range want[1:] { // some share an invoice
			if rapid.Bool().Draw(t, "same") && want[i].Part == PartAMO && want[i+1].Part == PartAMC {
				x := &want[i+1]
				x.Lot, x.DateLot, x.Numero, x.Facture = want[i].Lot, want[i].DateLot, want[i].Numero, want[i].Facture
			}
		}
		f, err := Compose(sampleEntete(), want)
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Notices()) > 0 {
			t.Fatalf("notices %v", f.Notices())
		}
		if diff := cmp.Diff(want, Returns(f), cmpopts.IgnoreFields(Return{}, "Record", "Entite")); diff != "" {
			t.Fatalf("returns (-want +got):\n%s", diff)
		}
	})
}

func TestComposeRefuses(t *testing.T) {
	good := Return{Kind: Rejete, Etat: "R", Part: PartAMO, Facture: "000000001", Numero: 1, TypeRetour: "01", Date: 250819}
	if _, err := Compose(sampleEntete(), []Return{good}); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Return)
	}{
		{"no part", func(r *Return) { r.Part = PartAucune }},
		{"no state", func(r *Return) { r.Etat = "" }},
		{"kind against state", func(r *Return) { r.Kind = Paye }},
		{"number against invoice", func(r *Return) { r.Numero = 2 }},
		{"no kind of return", func(r *Return) { r.TypeRetour = "" }},
		{"lot", func(r *Return) { r.Lot = 1000 }},
		{"amount", func(r *Return) { r.Demande = 1e8 }},
		{"transfer too long", func(r *Return) { r.Virement = string(make([]byte, 100)) }},
		{"label of another entity", func(r *Return) { r.Libelles = []Libelle{{Entite: "290", Code: "1"}} }},
		{"identifier", func(r *Return) { r.Identifiant = "X" }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := good
			test.change(&r)
			if _, err := Compose(sampleEntete(), []Return{r}); err == nil {
				t.Error("accepted")
			}
		})
	}
}

// TestClassicSigns: what an act takes back, and an amount without sign.
func TestClassicSigns(t *testing.T) {
	tests := []struct {
		name, sign string
		amount     int64
		want       Kind
		montant    int64
	}{
		{"paid", "P", 2000, Paye, 2000},
		{"taken back", "N", 2000, Repris, -2000},
		{"no sign", "", 2000, Autre, 0},
		{"nothing", "P", 0, Autre, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Returns(parse(t, write(t, sampleEntete(), rec(t, "100", Text(fields.facture100.Name, "000000005")),
				rec(t, "220", Number("Montant complémentaire Alsace/Moselle", test.amount), Text("Signe de l'acte", test.sign)))))
			if len(got) != 1 || got[0].Kind != test.want || got[0].Montant != test.montant || got[0].Numero != 5 {
				t.Errorf("%+v, want %v of %d", got, test.want, test.montant)
			}
		})
	}
}
