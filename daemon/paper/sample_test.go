package paper

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
)

// printed is when every page of the tests is printed.
var printed = Print{Created: time.Date(2026, 11, 20, 18, 5, 0, 0, time.UTC)}

// cabinet is an invented practice.
func cabinet() *Practice {
	return &Practice{
		Nom: "Claire Exemple", Titre: "Docteur", NumeroAM: "991234567", RPPS: "99900012345",
		Specialite: "Médecine générale", Situation: "Secteur 1",
		Adresse: []string{"12 rue de l’Hôpital", "47000 AGEN"}, Telephone: "05 00 00 00 00",
		Rattachement: Caisse{"CPAM de Lot-et-Garonne", []string{"2 rue Diderot", "47914 AGEN cedex 9"}},
	}
}

func cents(n fse.Cents) *fse.Cents { return &n }

// patient is the public test identity of a NIR that textbooks print.
func patient() fse.Personne {
	return fse.Personne{
		NIR: "255081416802538", Nom: "Échantillon", NomFamille: "D’Éssai", Prenom: "Hélène",
		Naissance: fse.Naissance{EnCarte: "00081955"}, Rang: 1, Qualite: "0",
	}
}

// draft is an ordinary consultation.
func draft(mode fse.Mode, acts ...fse.Acte) *fse.Draft {
	d := &fse.Draft{
		Mode: mode, DateSoins: 20261116,
		Professionnel: fse.Professionnel{NumeroAM: "991234567", RPPS: "99900012345", Specialite: "01", Convention: 1, Zone: "metro"},
		Beneficiaire:  patient(),
		AMO:           fse.AMO{Regime: "01", Caisse: "471", Centre: "0000"},
		Nature:        fse.Nature{Code: fse.Maladie},
		Parcours:      "T",
		Actes:         acts,
	}
	if mode == fse.Degrade {
		d.Degrade = &fse.Degradation{Motif: "carte-absente", Precision: "oubliée à la maison"}
		d.AMO.Attestation = "non-exonere"
	}
	return d
}

// priced prices a draft as the product does.
func priced(t testing.TB, d *fse.Draft) *fse.Prix {
	t.Helper()
	a := fse.Price(d, fse.Context{Today: 20261120})
	if a.Prix == nil {
		t.Fatalf("the sample has no price: %+v", a.Erreurs)
	}
	return a.Prix
}

func sheet(t testing.TB, numero int, d *fse.Draft) *Sheet {
	t.Helper()
	return &Sheet{
		Numero: fmt.Sprintf("%09d", numero), Lot: "012", Draft: d, Prix: priced(t, d),
		Signature: &Signature{At: printed.Created.Add(-time.Hour), CPS: "8000000123", Vitale: d.Mode == fse.Securise},
	}
}

// secured is a sheet with a consultation, an increase and a complementary insurance.
func secured(t testing.TB) *Sheet {
	d := draft(fse.Securise, fse.Acte{Code: "G"}, fse.Acte{Code: "MD"}, fse.Acte{Code: "IK", Km: 12})
	d.Actes[0].Code = "VG"
	d.AMC = &fse.AMC{Organisme: "88888888", Adherent: "000123456", DocumentAMC: true}
	d.TiersPayant = fse.TiersPayant{AMO: true, AMC: true}
	d.AccidentTiers = 20261101
	d.Prescripteur = &fse.Prescripteur{NumeroAM: "991111117", Date: 20261110}
	d.Professionnel.Remplace = &fse.MedecinRemplace{NumeroAM: "997777771", Nom: "Jean Titulaire"}
	return sheet(t, 123, d)
}

func degraded(t testing.TB) *Sheet {
	d := draft(fse.Degrade, fse.Acte{Code: "G"})
	d.Degrade = &fse.Degradation{Motif: "rejet", Precision: "dates incohérentes", Remplace: &fse.Rejet{Numero: "000000098", Date: 20261102, Libelle: "bénéficiaire inconnu"}}
	return sheet(t, 124, d)
}

// smg is a sheet of soins médicaux gratuits above the maximum of the certificate.
func smg(t testing.TB) *Sheet {
	d := draft(fse.Degrade, fse.Acte{Code: "G"})
	d.Nature = fse.Nature{Code: fse.SMG, Confirme: true, PlafondAttestation: cents(2500), MontantValide: cents(3000), ResteReconnu: cents(500)}
	d.TiersPayant.AMO = true
	return sheet(t, 125, d)
}

func anonymous(t testing.TB) *Sheet {
	d := draft(fse.Securise, fse.Acte{Code: "G"})
	d.Beneficiaire.NIR = "A555555471042"
	return sheet(t, 126, d)
}

// long is a sheet of 80 acts, on several pages.
func long(t testing.TB) *Sheet {
	s := sheet(t, 127, draft(fse.Degrade, fse.Acte{Code: "G"}))
	line := s.Prix.Lignes[0]
	s.Prix.Lignes = nil
	s.Prix.Total = fse.Total{}
	for i := range 80 {
		l := line
		l.Honoraires = 3000 + fse.Cents(i)
		l.Patient = l.Honoraires - l.AMO
		s.Prix.Lignes = append(s.Prix.Lignes, l)
		s.Prix.Total.Base += l.Base
		s.Prix.Total.Honoraires += l.Honoraires
		s.Prix.Total.AMO += l.AMO
		s.Prix.Total.Patient += l.Patient
	}
	s.Prix.Total.ARegler = s.Prix.Total.Honoraires
	return s
}

// hostile is a sheet in which every text is bad.
func hostile(t testing.TB) *Sheet {
	s := sheet(t, 128, draft(fse.Degrade, fse.Acte{Code: "G"}))
	d := s.Draft
	d.Beneficiaire.Nom = "O’Brien\r\n\x1b[31mFAUX\x00 😀 \u202Edrowssap"
	d.Beneficiaire.Prenom = "محمد 王小明"
	d.Beneficiaire.NomFamille = strings.Repeat("Ẅ", 300)
	d.AMC = &fse.AMC{Organisme: strings.Repeat("long ", 100), Contrat: "\xff\xfe", Adherent: strings.Repeat("9", 500)}
	d.Degrade = &fse.Degradation{Motif: "autre", Precision: strings.Repeat("sans espace", 60)}
	s.Prix.Lignes[0].Code = strings.Repeat("G", 60)
	s.Prix.Lignes[0].Honoraires = 999_999_999_999
	s.Remplace = &fse.Rejet{Numero: strings.Repeat("1", 300), Libelle: strings.Repeat("x ", 3000)}
	return s
}

// lotOf is a lot of n degraded sheets.
func lotOf(t testing.TB, n int) *Lot {
	l := &Lot{
		Numero: "012", Created: printed.Created.Add(-8 * time.Hour), Certification: "D",
		Payer: fse.Organisme{Regime: "01", Caisse: "471", Centre: "0000", Nom: "CPAM de Lot-et-Garonne"},
	}
	prix := priced(t, draft(fse.Degrade, fse.Acte{Code: "G"}))
	for i := range n {
		d := draft(fse.Degrade, fse.Acte{Code: "G"})
		d.Beneficiaire.Prenom = fmt.Sprintf("Hélène %d", i+1)
		l.Sheets = append(l.Sheets, Sheet{Numero: fmt.Sprintf("%09d", 200+i), Draft: d, Prix: prix,
			Signature: &Signature{At: printed.Created.Add(-2 * time.Hour), CPS: "8000000123"}})
	}
	return l
}

func sent(l *Lot) *Lot {
	l.Sent = printed.Created.Add(-time.Minute)
	return l
}
