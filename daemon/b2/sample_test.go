package b2

import "testing"

// sampleDate is the day of the samples.
const sampleDate = Date(250808)

// sampleFile is a demonstration file of invented and public test identities:
// a consultation with a ticket modérateur, and one of soins médicaux gratuits
// with a CCAM act whose detail is kept as it is.
func sampleFile(t testing.TB) File {
	fichier, lot := Medecin()
	return File{
		Emetteur: "00000991000015", Destinataire: SMG, Identifiant: "AGR001", Creation: sampleDate,
		Message: "AGRAFE", Demonstration: true, Constantes: fichier,
		Lots: []Lot{{
			Numero: 7, NumeroPS: "991000015", Organisme: "835", Nom: "MEDECIN DE TEST", Date: sampleDate, Constantes: lot,
			Factures: []Facture{sampleConsultation(), sampleSMG(t)},
		}},
	}
}

func sampleConsultation() Facture {
	return Facture{
		Numero: 101, NIR: "297022A020778", CleNIR: "78", Regime: "01", Caisse: "349", Centre: "9881", NaturePiece: "1",
		Nature: "10", Exoneration: "0", Naissance: 970226, RangNaissance: 1,
		Complement: &ComplementFacture{Parcours: "T", DeclarationMT: "O"},
		Lignes: []Ligne{{
			Executant: "991000015", ZoneTarif: "01", Specialite: "01", Date: sampleDate,
			Code: "G", Quantite: 1, Coefficient: 100, Denombrement: 1, PrixUnitaire: 3000, Base: 3000, Taux: 70,
			AMO: 2100, Honoraires: 3000,
		}},
	}
}

func sampleSMG(t testing.TB) Facture {
	ccam, err := NewRecord(Kind4M)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"Code acte CCAM": "DEQP003", "Code activité": "1"} {
		if err := ccam.SetText(name, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := ccam.SetNumber("Séquence", 1); err != nil {
		t.Fatal(err)
	}
	line := Ligne{
		Executant: "991000015", Specialite: "01", Date: sampleDate, Code: "G", Quantite: 1,
		Coefficient: 100, Denombrement: 1, PrixUnitaire: 3000, Base: 3000, Taux: 100, AMO: 3000, Honoraires: 3000,
	}
	act := line
	act.Code, act.PrixUnitaire, act.Base, act.AMO, act.Honoraires = "ATM", 1426, 1426, 1426, 1426
	act.Complement = &ComplementLigne{DomaineActivite: "1"}
	act.Suite = []Record{ccam}
	return Facture{
		Numero: 102, NIR: "2360663220836", CleNIR: "56", Regime: "08", Caisse: "835", Centre: "0300",
		NaturePiece: "1", Nature: "22", Exoneration: "0", Naissance: 360621, RangNaissance: 1,
		Lignes: []Ligne{line, act},
	}
}
