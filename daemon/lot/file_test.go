package lot

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/b2"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// drawDraft draws an invoice of any kind that the rules price.
func drawDraft(t *rapid.T) (*fse.Draft, *fse.Prix) {
	d := draft(doctor)
	if rapid.Bool().Draw(t, "sans vitale") {
		d.Mode, d.Degrade = fse.SansVitale, nil
	}
	d.Actes = nil
	for _, code := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"G", "DEQP003", "MJPA010", "GLQP012"}), 1, 3, rapid.ID).Draw(t, "acts") {
		a := fse.Acte{Code: code}
		if code != "G" {
			a.CCAM = &fse.LigneCCAM{Association: fmt.Sprint(1 + len(d.Actes))}
			if code == "MJPA010" && rapid.Bool().Draw(t, "modifier") {
				a.CCAM.Modificateurs = "M"
			}
		}
		d.Actes = append(d.Actes, a)
	}
	d.TiersPayant.AMO = rapid.Bool().Draw(t, "tiers payant")
	if rapid.Bool().Draw(t, "ALD") {
		d.AMO.ALD, d.TiersPayant.AMO = true, true
		for i := range d.Actes {
			d.Actes[i].EnRapportALD = rapid.Bool().Draw(t, "related")
		}
	}
	if rapid.Bool().Draw(t, "lunar") {
		d.Beneficiaire.Naissance = fse.Naissance{EnCarte: "19970026"}
	}
	answer := fse.Price(d, fse.Context{Today: d.DateSoins})
	if answer.Prix == nil {
		t.Fatalf("refused: %v", answer.Erreurs)
	}
	return d, answer.Prix
}

// The file of any lot is read back as what was written, has the records that the
// lot counts, and the sums.
func TestFilesOfRandomLots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := Lot{Numero: rapid.IntRange(1, maxLot).Draw(t, "lot"), NumeroAM: doctor, Regime: "01", Caisse: "349", Centre: "9881",
			Environment: Demonstration, Closed: &openDay}
		var members []FSE
		for n := range rapid.IntRange(1, 5).Draw(t, "FSE") {
			d, price := drawDraft(t)
			f := FSE{Numero: n + 1, Draft: d, Price: price, Signature: &Signature{Holder: "Ésaïe de l’Œuvre"}}
			if err := writable(&f, price, openDay); err != nil {
				t.Fatal(err)
			}
			members = append(members, f)
			l.Records += b2Records(price)
			l.Total += price.Total.Honoraires
		}
		file, err := toB2(l, members)
		if err != nil {
			t.Fatal(err)
		}
		data, err := b2.Encode(file)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(data)/b2.Size - 4; got != l.Records {
			t.Fatalf("%d records, the lot counts %d", got, l.Records)
		}
		read, err := b2.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		again, err := b2.Encode(read)
		if err != nil || string(again) != string(data) {
			t.Fatalf("written again it differs, %v", err)
		}
		total := fse.Cents(0)
		for i := range read.Lots[0].Factures {
			total += fse.Cents(read.Lots[0].Factures[i].Totaux().Honoraires4)
		}
		if total != l.Total || read.Lots[0].Nom != "ESAIE DE L'OEUVRE" {
			t.Fatalf("total %d, want %d; name %q", total, l.Total, read.Lots[0].Nom)
		}
	})
}

// Who is named in record 1.
func TestNomB2(t *testing.T) {
	own, replaced := draft(doctor), draft(doctor)
	replaced.Professionnel.Remplace = &fse.MedecinRemplace{NumeroAM: "991000031", Nom: "Titulaire"}
	nameless := draft(doctor)
	nameless.Professionnel.Remplace = &fse.MedecinRemplace{NumeroAM: "991000031"}
	signedBy := func(name string) *Signature { return &Signature{Holder: name} }
	tests := []struct {
		name    string
		members []FSE
		want    string
	}{
		{"the holder", []FSE{{Draft: own, Signature: signedBy("ESSAI CLAIRE")}}, "ESSAI CLAIRE"},
		{"the replaced doctor", []FSE{{Draft: replaced, Signature: signedBy("FACTICE PAUL")}}, "TITULAIRE"},
		{"nobody: not the remplaçant", []FSE{{Draft: nameless, Signature: signedBy("FACTICE PAUL")}}, "123456789"},
		{"signed by version 1", []FSE{{Draft: own, Signature: signedBy("")}}, "123456789"},
		{"the first that is known", []FSE{{Draft: own, Signature: signedBy("")}, {Draft: own, Signature: signedBy("ESSAI CLAIRE")}}, "ESSAI CLAIRE"},
		{"cut", []FSE{{Draft: own, Signature: signedBy(strings.Repeat("é", 50))}}, strings.Repeat("E", 40)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, nomB2(Lot{NumeroAM: "123456789"}, test.members)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// What no file can hold has no number and enters no lot.
func TestUnwritable(t *testing.T) {
	b := openBook(t, t.TempDir())
	d := draft(doctor)
	tests := []struct {
		name   string
		change func(*fse.Prix)
		want   error
	}{
		{"an act without group", func(p *fse.Prix) { p.Lignes[0].Code = "JKLD001" }, b2.ErrRegroupement},
		{"an amount that is too large", func(p *fse.Prix) { p.Lignes[0].Honoraires = 10_000_000 }, ErrB2},
		{"more records than a lot may have", func(p *fse.Prix) {
			for range b2.CoupureRecords {
				p.Lignes = append(p.Lignes, p.Lignes[0])
			}
		}, ErrB2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			price := *priceOf(t, d)
			test.change(&price)
			f, err := b.Create(t.Context(), alice, d, Call{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err = b.Reserve(t.Context(), alice, f.ID, &price, Call{}); !errors.Is(err, test.want) || !errors.Is(err, ErrB2) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if f, err = b.Get(alice, f.ID); err != nil || f.Numero != 0 || f.State != fse.Brouillon {
				t.Errorf("the FSE is %s with number %d, %v", f.State, f.Numero, err)
			}
		})
	}
}
