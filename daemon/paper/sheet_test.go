package paper

import (
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// text returns what is printed, with ordinary spaces.
func text(t *testing.T, pdf []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(tool(t, pdf, "pdftotext", "-layout", "-", "-")), nbsp, " ")
}

// The 16 items of an electronic FSE (arrêté of 9 April 1998) that a sheet can have are
// on it; presence proofs and seals are said in words.
func TestSixteenItems(t *testing.T) {
	s := secured(t)
	d := s.Draft
	child := patient()
	child.Nom, child.Qualite, child.Rang = "Enfant", "6", 2
	child.NIR, child.Naissance = "", fse.Naissance{EnCarte: "15032020"}
	insured := patient()
	d.Assure, d.Beneficiaire = &insured, child
	d.Professionnel.Structure = "470000999"
	d.Actes[0].Entente, d.Actes[0].Appareil = 20261001, "77777"
	d.Nature = fse.Nature{Code: fse.AT, Numero: "264710001", Date: 20261031}
	s.Prix.Lignes[0].Honoraires, s.Prix.Lignes[0].Qualificatif = 3550, "DE"
	pdf, err := FeuilleDeSoins(cabinet(), s, printed)
	page := text(t, pdf, err)
	items := []struct{ name, want string }{
		{"date", "soins du 16/11/2026"}, {"order number", "FSE n° 000000123"}, {"NIR of the assuré", "2 55 08 14 168 025 38"},
		{"birth of the beneficiary", "15/03/2020"}, {"organism", "01-471-0000"}, {"professional", "991234567"}, {"structure", "470000999"},
		{"prescriber", "991111117"}, {"date of the prescription", "10/11/2026"}, {"nature d'assurance", "accident du travail"},
		{"accident number", "264710001"}, {"accident date", "31/10/2026"}, {"third party", "oui, le 01/11/2026"},
		{"exemption", "pas d'exonération"}, {"fees", "35,50"}, {"excess", "5,50"}, {"its nature", "DE"}, {"ID", "MD"}, {"IK", "IK : 12 km"},
		{"entente préalable", "entente préalable du 01/10/2026"}, {"imaging device", "appareil n° 77777"}, {"total", "47,32 €"},
		{"tiers payant AMO", "33,12 €"}, {"tiers payant AMC", "14,20 €"}, {"monetary unit", "euro (EUR)"},
		{"document for the AMC", "Document pour l’AMC"}, {"signatures", "en présence de la carte Vitale"},
	}
	for _, item := range items {
		t.Run(item.name, func(t *testing.T) {
			if !strings.Contains(page, item.want) {
				t.Errorf("%q is not on the sheet", item.want)
			}
		})
	}
}

// No document bears a name beside an anonymous number, nor for secret care.
func TestAnonymousHasNoName(t *testing.T) {
	secret := anonymous(t)
	secret.Draft.Beneficiaire.NIR, secret.Draft.Beneficiaire.Identification = patient().NIR, "06"
	parent := patient()
	parent.Nom, parent.NIR = "Parent", "A555555471042"
	ofParent := anonymous(t)
	ofParent.Draft.Beneficiaire.NIR, ofParent.Draft.Assure = "", &parent
	for _, s := range []*Sheet{anonymous(t), secret, ofParent} {
		lot := lotOf(t, 1)
		lot.Sheets = []Sheet{*s}
		onPaper := *s
		onPaper.Numero = ""
		pages := map[string]func() ([]byte, error){
			"bundle":   func() ([]byte, error) { return Liasse(cabinet(), lot, printed) },
			"paper":    func() ([]byte, error) { return FeuillePapier(cabinet(), &onPaper, printed) },
			"receipt":  func() ([]byte, error) { return Quittance(cabinet(), s, Payment{}, printed) },
			"by hand":  func() ([]byte, error) { return ALaMain(cabinet(), lot, printed) },
			"takings":  func() ([]byte, error) { return RecetteDuJour(cabinet(), 20261116, []Sheet{*s, onPaper}, printed) },
			"envelope": func() ([]byte, error) { return Enveloppe(cabinet(), lot, printed) },
		}
		for name, page := range pages {
			t.Run(name, func(t *testing.T) {
				pdf, err := page()
				got := text(t, pdf, err)
				for _, bad := range []string{"chantillon", "Hélène", "ssai", "Parent"} {
					if strings.Contains(got, bad) {
						t.Errorf("the page holds a name")
					}
				}
			})
		}
	}
}

func TestDemonstrationIsSaidOnEveryPage(t *testing.T) {
	const band = "DÉMONSTRATION — document"
	real := printed
	real.Production = true
	test := lotOf(t, 60)
	x := *test.Sheets[0].Prix
	x.Demonstration = true
	test.Sheets[0].Prix = &x
	tests := []struct {
		name        string
		l           *Lot
		o           Print
		pages, want int
	}{
		{"not said to be production", lotOf(t, 60), printed, 62, 62},
		{"production", lotOf(t, 60), real, 62, 0},
		{"test payer in production: its bordereau and its sheet", test, real, 62, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pdf, err := Liasse(cabinet(), tt.l, tt.o)
			pages := text(t, pdf, err)
			if got := strings.Count(pages, "\f"); got != tt.pages {
				t.Errorf("%d pages, want %d", got, tt.pages)
			}
			if got := strings.Count(pages, band); got != tt.want {
				t.Errorf("said on %d pages, want %d", got, tt.want)
			}
		})
	}
}

func TestSMGGoesToTheCNMSS(t *testing.T) {
	lot := lotOf(t, 1)
	lot.Sheets = []Sheet{*smg(t)}
	lot.Payer = lot.Sheets[0].Prix.Destinataire
	noAddress := cabinet()
	noAddress.Rattachement = Caisse{}
	pdf, err := Enveloppe(noAddress, lot, printed)
	page := text(t, pdf, err)
	for _, want := range []string{"CNMSS/DSBP", "247 avenue Jacques Cartier", "83090 TOULON CEDEX 9", "FSE DÉGRADÉ"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the envelope", want)
		}
	}
}

func TestACaisseOfItsOwnForARegime(t *testing.T) {
	p := cabinet()
	p.ParRegime = map[string]Caisse{"02": {"MSA d’essai", []string{"1 place du Marché", "47000 AGEN"}}}
	lot := lotOf(t, 1)
	lot.Payer.Regime = "02"
	lines, err := PlainLines(p, lot, printed)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines, "\n"); !strings.Contains(got, "MSA d’essai") || strings.Contains(got, "CPAM") {
		t.Errorf("got\n%s", got)
	}
}

// The plain lines say all that a caisse asks for, and nothing that a screen can't show.
func TestPlainLines(t *testing.T) {
	lot := sent(lotOf(t, 2))
	lot.Sheets[1].Draft.Beneficiaire.Nom = "a\nb\x1b[2J"
	lines, err := PlainLines(cabinet(), lot, printed)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.ReplaceAll(strings.Join(lines, "\n"), nbsp, " ")
	for _, want := range []string{"DÉMONSTRATION", "Lot n° 012", "LOT NON SÉCURISÉ", "20/11/2026", "991234567", "01-471-0000",
		"FSE n° 000000200", "FSE n° 000000201", "« Mode dégradé »", "« FSE DÉGRADÉ »", "47914 AGEN cedex 9", "30,00 €"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not there", want)
		}
	}
	for _, line := range lines {
		if strings.ContainsAny(line, "\n\r\x1b") {
			t.Errorf("the line %q breaks a screen", line)
		}
	}
}

// Numbers, names and words of the practice stay within the margins too, on every document.
func TestNothingLeavesThePage(t *testing.T) {
	bad := strings.Repeat("W", 700) + "\r\n\x1b[31m 王小明"
	p := &Practice{
		Nom: bad, Titre: bad, NumeroAM: bad, RPPS: bad, Specialite: bad, Situation: bad, Structure: bad, Telephone: bad,
		Adresse: []string{bad, "", bad}, Rattachement: Caisse{bad, []string{bad, bad}},
	}
	s := hostile(t)
	s.Numero, s.Lot = bad, bad
	s.Signature.CPS = bad
	lot := lotOf(t, 60)
	lot.Numero, lot.Certification, lot.Payer.Nom, lot.Payer.Regime = bad, bad, bad, bad
	lot.Sheets[0] = *s
	onPaper := *s
	onPaper.Numero = ""
	tests := []struct {
		name string
		make func() ([]byte, error)
	}{
		{"bundle", func() ([]byte, error) { return Liasse(p, lot, printed) }},
		{"paper", func() ([]byte, error) { return FeuillePapier(p, &onPaper, printed) }},
		{"receipt", func() ([]byte, error) { return Quittance(p, s, Payment{999_999_999, 20261116, bad}, printed) }},
		{"by hand", func() ([]byte, error) { return ALaMain(p, lot, printed) }},
		{"takings", func() ([]byte, error) { return RecetteDuJour(p, 20261116, append(lot.Sheets, onPaper), printed) }},
		{"envelope", func() ([]byte, error) { return Enveloppe(p, lot, printed) }},
		{"nothing known", func() ([]byte, error) {
			return FeuilleDeSoins(&Practice{}, &Sheet{Numero: "1", Draft: &fse.Draft{}, Prix: &fse.Prix{}}, printed)
		}},
		{"nothing known on paper", func() ([]byte, error) { return FeuillePapier(&Practice{}, &Sheet{Draft: &fse.Draft{}}, printed) }},
		{"no takings", func() ([]byte, error) { return RecetteDuJour(&Practice{}, 0, nil, printed) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			pdf, err := tt.make()
			if err != nil {
				t.Fatal(err)
			}
			inside(t, tool(t, pdf, "pdftotext", "-bbox", "-", "-"))
		})
	}
}
