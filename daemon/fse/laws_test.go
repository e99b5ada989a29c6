package fse

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// codesSeen are acts of every kind: plain, key letters, kilometres, CCAM, supplements, unknown.
var codesSeen = []string{"G", "VG", "C", "V", "MD", "MEG", "IK", "IKM", "KC", "K", "COE", "RDV", "TCG", "MHP", "APC", "CS",
	"DEQP003", "QZGA002", "HN", "DAP", "SGA", "MUT", "QQQ", ""}

func genDate(lo, hi int) *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date {
		d, _ := tables.MakeDate(rapid.IntRange(lo, hi).Draw(t, "year"), rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
		return d
	})
}

func optional[T any](t *rapid.T, name string, g *rapid.Generator[T]) *T {
	if rapid.Bool().Draw(t, name+"?") {
		return nil
	}
	v := g.Draw(t, name)
	return &v
}

func genActe(t *rapid.T) Acte {
	a := Acte{
		Code:         rapid.SampledFrom(codesSeen).Draw(t, "code"),
		Quantite:     rapid.SampledFrom([]int{0, 0, 0, 1, 2, 99, -1, 100}).Draw(t, "quantite"),
		Coefficient:  rapid.SampledFrom([]Coef{0, 0, 0, 100, 150, 6000, -5, 2_000_000}).Draw(t, "coefficient"),
		Qualificatif: rapid.SampledFrom([]string{"", "", "", "DE", "DM", "G", "N", "NJ", "?"}).Draw(t, "qualificatif"),
		EnRapportALD: rapid.Bool().Draw(t, "ald"),
		Exoneration:  rapid.SampledFrom([]string{"", "", "", "0", "1", "3", "4", "5", "6", "7", "9", "C", "8"}).Draw(t, "exoneration"),
		Honoraires:   optional(t, "honoraires", rapid.Custom(func(t *rapid.T) Cents { return Cents(rapid.Int64Range(-10, 20000).Draw(t, "cents")) })),
	}
	if a.Code == "IK" || a.Code == "IKM" || rapid.IntRange(0, 20).Draw(t, "odd km") == 0 {
		a.Km = rapid.IntRange(-1, 60).Draw(t, "km")
	}
	if tables.IsCCAM(a.Code) && rapid.Bool().Draw(t, "ccam") {
		a.CCAM = &LigneCCAM{Activite: "1", Phase: "0", Association: rapid.SampledFrom([]string{"", "1", "2", "3", "x"}).Draw(t, "association"),
			Modificateurs: rapid.SampledFrom([]string{"", "M", "é"}).Draw(t, "modificateurs")}
	}
	return a
}

// genDraft draws any draft, right or wrong.
func genDraft(t *rapid.T) *Draft {
	d := &newScript().draft
	d.Mode = rapid.SampledFrom([]Mode{Securise, Securise, Degrade, SansVitale, "x"}).Draw(t, "mode")
	if d.Mode == Degrade {
		d.Degrade = &Degradation{Motif: "carte-absente"}
		d.AMO.Attestation = rapid.SampledFrom([]string{"", "100-toutes", "ald-sinon-autres", "ald-sinon-fsv", "x"}).Draw(t, "attestation")
	}
	d.DateSoins = genDate(2021, 2027).Draw(t, "date")
	d.Professionnel.Convention = rapid.SampledFrom([]int{1, 1, 2, 3, 0}).Draw(t, "convention")
	d.Professionnel.OPTAM = rapid.Bool().Draw(t, "optam")
	d.Professionnel.Specialite = rapid.SampledFrom([]string{"01", "01", "05", "22", "33", "xx"}).Draw(t, "specialite")
	d.Beneficiaire.Naissance.Civile = genDate(1930, 2026).Draw(t, "naissance")
	d.AMO.Regime = rapid.SampledFrom([]string{"01", "01", "01", "04", "07"}).Draw(t, "regime")
	d.AMO.Caisse, d.AMO.Centre = map[string]string{"01": "349", "04": "110", "07": "225"}[d.AMO.Regime], "0000"
	d.AMO.ALD, d.AMO.ASPA = rapid.Bool().Draw(t, "ald"), rapid.Bool().Draw(t, "aspa")
	d.AMO.AME = rapid.IntRange(0, 9).Draw(t, "ame") == 0
	d.AMO.RegimeLocal = rapid.SampledFrom([]string{"", "", AlsaceMoselle, Frontalier}).Draw(t, "regime local")
	d.AMO.Exonere = rapid.SampledFrom([]string{"", "", Invalidite, RenteAT}).Draw(t, "exonere")
	d.Parcours = rapid.SampledFrom([]string{"T", "S", "", "?"}).Draw(t, "parcours")
	d.TiersPayant = TiersPayant{rapid.Bool().Draw(t, "tp amo"), rapid.Bool().Draw(t, "tp amc")}
	d.AMC = optional(t, "amc", rapid.Custom(func(t *rapid.T) AMC {
		return AMC{Organisme: "99999997", Contrat: rapid.SampledFrom([]string{"01", "89"}).Draw(t, "contrat"), Part: rapid.SampledFrom([]string{"", "33TM", "x"}).Draw(t, "part")}
	}))
	d.Nature = genNature(t)
	d.Actes = rapid.SliceOfN(rapid.Custom(genActe), 0, 5).Draw(t, "actes")
	return d
}

func genNature(t *rapid.T) Nature {
	n := Nature{Code: rapid.SampledFrom([]string{Maladie, Maladie, Maladie, Maternite, AT, Prevention, SMG, SMG, "x"}).Draw(t, "nature")}
	n.Date = genDate(2020, 2025).Draw(t, "nature date")
	if n.Code == SMG {
		n.Confirme = true
		n.PlafondAttestation = optional(t, "plafond", rapid.Custom(func(t *rapid.T) Cents { return Cents(rapid.Int64Range(-1, 6000).Draw(t, "cents")) }))
		n.AccordCNMSS = optional(t, "accord", rapid.Custom(func(t *rapid.T) AccordCNMSS {
			return AccordCNMSS{Date: 20200101, Montant: Cents(rapid.Int64Range(0, 90000).Draw(t, "accord"))}
		}))
	}
	return n
}

// checkAnswer fails when an answer breaks what every answer promises.
func checkAnswer(t interface{ Fatalf(string, ...any) }, d *Draft, a Answer) {
	if (a.Prix == nil) != (len(a.Erreurs) > 0) {
		t.Fatalf("price %v with errors %v", a.Prix, a.Erreurs)
	}
	for _, is := range slices.Concat(a.Erreurs, a.Avertissements) {
		if is.Message == "" || codeIndex[is.Code] == nil {
			t.Fatalf("issue without a message or a known code: %+v", is)
		}
	}
	if a.Prix == nil {
		return
	}
	var sum Total
	for _, l := range a.Prix.Lignes {
		if l.AMO+l.AMC+l.Patient+l.NonPrisEnCharge != l.Honoraires {
			t.Fatalf("the parts of a line don't make its fees: %+v", l)
		}
		if min(l.AMO, l.AMC, l.Patient, l.NonPrisEnCharge, l.Base) < 0 || l.AMO > l.Base || l.Base > l.Honoraires {
			t.Fatalf("amounts out of bounds: %+v", l)
		}
		if l.NonPrisEnCharge > 0 && (d.Nature.Code != SMG || d.Nature.PlafondAttestation == nil) {
			t.Fatalf("something is left uncovered without an SMG maximum: %+v", l)
		}
		if l.Exoneration != "0" && l.Exoneration != "9" && l.Taux != 100 {
			t.Fatalf("an exemption that does not give 100 %%: %+v", l)
		}
		if len(l.Explications) == 0 {
			t.Fatalf("a line without explanation: %+v", l)
		}
		sum.Honoraires += l.Honoraires
		sum.AMO += l.AMO
		sum.AMC += l.AMC
		sum.Patient += l.Patient
		sum.NonPrisEnCharge += l.NonPrisEnCharge
	}
	tot := a.Prix.Total
	if tot.AMO != sum.AMO || tot.AMC != sum.AMC || tot.Patient != sum.Patient || tot.Honoraires != sum.Honoraires || tot.NonPrisEnCharge != sum.NonPrisEnCharge {
		t.Fatalf("the total %+v is not the sum %+v", tot, sum)
	}
	if tot.ARegler < 0 || tot.ARegler > tot.Honoraires || tot.AMO+tot.AMC+tot.Patient+tot.NonPrisEnCharge != tot.Honoraires {
		t.Fatalf("the parts of the total don't make the fees: %+v", tot)
	}
	if d.Nature.Code == SMG && (tot.Patient != 0 || tot.ARegler != 0) {
		t.Fatalf("an SMG patient pays: %+v", tot)
	}
}

// TestLawSums draws 100 drafts per check, so 10 000 in a run.
func TestLawSums(t *testing.T) {
	c := Context{Tables: tables.Default(), Today: 20270601}
	rapid.Check(t, func(t *rapid.T) {
		for range 100 {
			d := genDraft(t)
			checkAnswer(t, d, Price(d, c))
		}
	})
}

func TestLawPriceIsPure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genDraft(t)
		before := clone(d)
		first := Price(d, Context{})
		if diff := cmp.Diff(before, d); diff != "" {
			t.Fatalf("Price changed the draft:\n%s", diff)
		}
		if diff := cmp.Diff(first, Price(clone(d), Context{})); diff != "" {
			t.Fatalf("a second price differs:\n%s", diff)
		}
	})
}

// genRight draws a draft that is priced: known acts at their tariff.
func genRight(t *rapid.T) *Draft {
	d := &newScript().draft
	d.DateSoins = genDate(2025, 2026).Draw(t, "date")
	d.Parcours = rapid.SampledFrom([]string{"T", "S", "U"}).Draw(t, "parcours")
	d.TiersPayant.AMO = true
	d.AMO.RegimeLocal = rapid.SampledFrom([]string{"", AlsaceMoselle}).Draw(t, "regime local")
	if rapid.Bool().Draw(t, "amc") {
		d.AMC = &AMC{Organisme: "99999997", Part: "60TM", Contrat: rapid.SampledFrom([]string{"01", "89"}).Draw(t, "contrat")}
		d.TiersPayant.AMC = true
	}
	codes := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"G", "VG", "MD", "TCG", "MUT", "K", "IMT"}), 1, 5, rapid.ID[string]).Draw(t, "codes")
	for _, c := range codes {
		d.Actes = append(d.Actes, Acte{Code: c, Quantite: rapid.IntRange(1, 9).Draw(t, "quantite")})
	}
	return d
}

func priced(t *rapid.T, d *Draft) *Prix {
	a := Price(d, Context{})
	if a.Prix == nil {
		t.Fatalf("refused: %v", a.Erreurs)
	}
	return a.Prix
}

func TestLawRepricingIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genRight(t)
		first := priced(t, d)
		for i := range d.Actes {
			h := first.Lignes[i].Honoraires
			d.Actes[i].Honoraires = &h
		}
		if diff := cmp.Diff(first, priced(t, d)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestLawMoreActsNeverLowerThePart(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genRight(t)
		before := priced(t, d)
		d.Actes[rapid.IntRange(0, len(d.Actes)-1).Draw(t, "which")].Quantite++
		after := priced(t, d)
		if after.Total.AMO < before.Total.AMO || after.Total.Base <= before.Total.Base {
			t.Fatalf("one more act: AMO %s then %s", before.Total.AMO, after.Total.AMO)
		}
	})
}

func TestLawExemptionNeverLowersThePart(t *testing.T) {
	exempt := map[string]func(*Draft){
		"ALD":        func(d *Draft) { d.AMO.ALD = true; d.Actes[0].EnRapportALD = true },
		"invalidité": func(d *Draft) { d.AMO.Exonere = Invalidite },
		"rente AT":   func(d *Draft) { d.AMO.Exonere = RenteAT },
		"ASPA":       func(d *Draft) { d.AMO.ASPA = true },
		"local":      func(d *Draft) { d.AMO.RegimeLocal = AlsaceMoselle },
		"code 3":     func(d *Draft) { d.Actes[0].Exoneration = "3" },
		"code 9":     func(d *Draft) { d.Actes[0].Exoneration = "9" },
		"nature AT":  func(d *Draft) { d.Nature = Nature{Code: AT, Numero: "1"} },
		"prévention": func(d *Draft) { d.Nature = Nature{Code: Prevention} },
		"maternité":  func(d *Draft) { d.Nature = Nature{Code: Maternite, Date: d.DateSoins} },
	}
	for name, apply := range exempt {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				d := genRight(t)
				before := priced(t, d)
				apply(d)
				if after := priced(t, d); after.Total.AMO < before.Total.AMO {
					t.Fatalf("AMO %s, then %s", before.Total.AMO, after.Total.AMO)
				}
			})
		})
	}
}

func TestLawSplittingKeepsTheSum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genRight(t)
		whole := priced(t, d).Total
		var parts Total
		for i := range d.Actes {
			one := clone(d)
			one.Actes = []Acte{d.Actes[i]}
			p := priced(t, one).Total
			parts.Base += p.Base
			parts.Honoraires += p.Honoraires
			parts.AMO += p.AMO
			parts.AMC += p.AMC
			parts.Patient += p.Patient
			parts.MTM += p.MTM
			parts.ARegler += p.ARegler
			parts.Retenue += p.Retenue
			parts.Certitude = parts.Certitude.Weakest(p.Certitude)
		}
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestLawSMGMaximumIsSpreadInProportion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genRight(t)
		d.Nature = Nature{Code: SMG, Confirme: true}
		d.AMC, d.TiersPayant.AMC = nil, false
		full := priced(t, d)
		most := Cents(rapid.Int64Range(0, int64(full.Total.AMO)).Draw(t, "maximum"))
		d.Nature.PlafondAttestation = &most
		capped := priced(t, d)
		if capped.Total.AMO != most {
			t.Fatalf("AMO %s, want the maximum %s", capped.Total.AMO, most)
		}
		extra := true // the lines with a cent more come first
		for i, l := range capped.Lignes {
			exact := int64(full.Lignes[i].AMO) * int64(most)
			floor, rest := exact/int64(full.Total.AMO), exact%int64(full.Total.AMO)
			got := int64(l.AMO) - floor
			if got != 0 && got != 1 || got == 1 && !extra {
				t.Fatalf("line %d: AMO %s for a share of %d", i, l.AMO, floor)
			}
			if got == 0 && rest != 0 {
				extra = false
			}
		}
	})
}

func TestLawLeavingSMGRestoresTheDraft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genDraft(t)
		if d.Nature.Code == SMG {
			d.Nature = Nature{Code: Maladie}
		}
		before := clone(d)
		smg, err := ConfirmSMG(d, AskSMG(d).Jeton)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, LeaveSMG(smg)); diff != "" {
			t.Fatalf("confirming then leaving SMG (-before +after):\n%s", diff)
		}
		if diff := cmp.Diff(before, d); diff != "" {
			t.Fatalf("the draft itself changed:\n%s", diff)
		}
	})
}

func TestLawJSONKeepsTheDraft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := genDraft(t)
		for i := range d.Actes {
			d.Actes[i].Coefficient = max(d.Actes[i].Coefficient, 0) // a coefficient has no sign in JSON
		}
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		back, err := DecodeDraft(b)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.Actes) == 0 {
			d.Actes, back.Actes = nil, nil
		}
		if diff := cmp.Diff(d, back); diff != "" {
			t.Fatal(diff)
		}
	})
}
