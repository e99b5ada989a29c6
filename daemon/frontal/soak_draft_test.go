package frontal_test

import (
	"math/rand/v2"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

// doctorCard is a professional of the practice: the card file, and what the card says.
type doctorCard struct {
	card string
	who  fse.Professionnel
}

var doctors = []doctorCard{
	{"medecin-secteur1", fse.Professionnel{NumeroAM: "991000015", RPPS: "99900000011", Specialite: "01", Convention: 1, Zone: "metro"}},
	{"medecin-bis", fse.Professionnel{NumeroAM: "991000031", RPPS: "99900000037", Specialite: "01", Convention: 3, OPTAM: true, Zone: "metro"}},
	{"medecin-cps4", fse.Professionnel{NumeroAM: "991000049", RPPS: "99900000060", Specialite: "01", Convention: 1, Zone: "metro"}},
}

// practice is the invented practice of a doctor.
func (d doctorCard) practice() cabinet.Cabinet {
	return cabinet.Cabinet{NumeroAM: d.who.NumeroAM, RPPS: d.who.RPPS, Titre: "Docteur", Nom: "ESSAI", Prenom: "Claire", Specialite: "01",
		Convention: d.who.Convention, OPTAM: d.who.OPTAM, Zone: "metro", Adresse: []string{"1 rue de l’Exemple", "75000 EXEMPLE"},
		Rattachement: cabinet.Caisse{Nom: "CPAM d’exemple", Adresse: []string{"2 rue de l’Exemple", "75000 EXEMPLE"}}}
}

// patients are card files of Vitales. More than one payer, and more than one way to pay.
var patients = []string{"patient", "patient", "patient-ald", "patient-c2s", "patient-ame", "patient-cnmss", "patient-corse", "patient-alsace-moselle"}

// caisses are other payers of the régime général, and two of one centre of payment: they
// number their lots apart and answer from the same address.
var caisses = []fse.AMO{
	{Regime: "01", Caisse: "999", Centre: "0000"}, {Regime: "01", Caisse: "131", Centre: "0000"}, {Regime: "01", Caisse: "331", Centre: "0000"},
	{Regime: "02", Caisse: "121", Centre: "0000"}, {Regime: "02", Caisse: "125", Centre: "0000"},
}

// day is the civil date of a moment.
func day(at time.Time) fse.Date {
	year, month, day := at.Local().Date()
	d, _ := tables.MakeDate(year, int(month), day)
	return d
}

// drafting makes random drafts.
type drafting struct {
	rng *rand.Rand
	now time.Time
}

func (w *drafting) in(n int) bool { return w.rng.IntN(n) == 0 }

// draft is a random one of a doctor, and the card file of the patient.
func (w *drafting) draft(by doctorCard) (*fse.Draft, string, error) {
	name := patients[w.rng.IntN(len(patients))]
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		return nil, "", err
	}
	p := spec.Persons[0]
	d := &fse.Draft{Mode: fse.Securise, DateSoins: day(w.now), Parcours: "T", DoublonForce: "essai", Professionnel: by.who,
		Beneficiaire: fse.Personne{NIR: p.NIR, Nom: p.Nom, NomFamille: p.Nom, Prenom: p.Prenom,
			Naissance: fse.Naissance{EnCarte: p.Naissance}, Rang: 1, Qualite: p.Droits.Qualite},
		AMO: fse.AMO{Regime: p.Droits.Regime, Caisse: p.Droits.Caisse, Centre: p.Droits.Centre, ALD: p.Droits.ALD, ASPA: p.Droits.ASPA,
			AME: p.Droits.AME, RegimeLocal: p.Droits.RegimeLocal, Exonere: p.Droits.Exonere},
		Nature: fse.Nature{Code: "maladie"}, Actes: []fse.Acte{{Code: "G"}}}
	if a := p.Droits.AMC; a != nil {
		d.AMC = &fse.AMC{Organisme: a.Organisme, Contrat: a.Contrat, Adherent: a.Adherent}
	}
	if d.AMO.Regime == "01" && d.AMO.RegimeLocal == "" && w.in(4) {
		other := caisses[w.rng.IntN(len(caisses))]
		d.AMO.Regime, d.AMO.Caisse, d.AMO.Centre = other.Regime, other.Caisse, other.Centre
	}
	w.vary(d)
	return d, name, nil
}

// vary makes something else of a plain draft: degraded, without Vitale, with tiers payant.
func (w *drafting) vary(d *fse.Draft) {
	poor := d.AMO.AME || d.AMC != nil && d.AMC.Contrat == "89" // tiers payant and tariffs are theirs by law
	d.TiersPayant.AMO = poor || d.AMO.ALD || w.in(2)
	d.TiersPayant.AMC = d.TiersPayant.AMO && (d.AMC != nil || d.AMO.AME) && w.in(2)
	d.Actes[0].EnRapportALD = d.AMO.ALD && w.in(2)
	if d.Professionnel.Convention == 3 && !poor && w.in(2) {
		fees := fse.Cents(3000 + 100*w.rng.IntN(40))
		d.Actes[0].Honoraires = &fees
	}
	switch w.rng.IntN(6) {
	case 0:
		d.Mode = fse.SansVitale
	case 1, 2:
		d.Mode = fse.Degrade
		d.Degrade = &fse.Degradation{Motif: "carte-absente"}
	}
}
