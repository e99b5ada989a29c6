package paper

import "github.com/agrafe-fse/agrafe/daemon/fse/tables"

// fspBox is a box of the paper sheet.
type fspBox uint8

const (
	fspBeneficiaire fspBox = iota
	fspAssure
	fspMedecin
	fspStructure
	fspConditions
	fspMaladie
	fspL212
	fspTiers
	fspMaternite
	fspAT
	fspParcours
	fspAccord
	fspActes
	fspNonPayeObligatoire
	fspNonPayeComplementaire
	fspSignatureMedecin
	fspSignatureAssure
	fspBoxes // how many
)

// fspNames are the names of the boxes of the form cerfa 12541. They come from memory
// and were not compared with the form; the wording of L.212-1 was seen in what the
// CNMSS writes to professionals, for the article only.
var fspNames = [fspBoxes]struct {
	name      string
	certitude tables.Certitude
}{
	fspBeneficiaire:          {"Personne recevant les soins", tables.Memoire},
	fspAssure:                {"Assuré(e)", tables.Memoire},
	fspMedecin:               {"Médecin", tables.Memoire},
	fspStructure:             {"Structure", tables.Memoire},
	fspConditions:            {"Conditions de prise en charge des soins", tables.Memoire},
	fspMaladie:               {"Maladie", tables.Memoire},
	fspL212:                  {articleSMG, tables.Memoire},
	fspTiers:                 {"Accident causé par un tiers", tables.Memoire},
	fspMaternite:             {"Maternité", tables.Memoire},
	fspAT:                    {"AT/MP", tables.Memoire},
	fspParcours:              {"Parcours de soins", tables.Memoire},
	fspAccord:                {"Accord préalable, demande du", tables.Memoire},
	fspActes:                 {"Actes effectués", tables.Memoire},
	fspNonPayeObligatoire:    {"L’assuré(e) n’a pas payé la part obligatoire", tables.Memoire},
	fspNonPayeComplementaire: {"L’assuré(e) n’a pas payé la part complémentaire", tables.Memoire},
	fspSignatureMedecin:      {"Signature du médecin ayant effectué l’acte ou les actes", tables.Memoire},
	fspSignatureAssure:       {"Signature de l’assuré(e)", tables.Memoire},
}

// fspCertitude returns the weakest mark of the names, which the page bears.
func fspCertitude() tables.Certitude {
	weakest := fspNames[0].certitude
	for _, n := range fspNames {
		weakest = weakest.Weakest(n.certitude)
	}
	return weakest
}

func (b fspBox) String() string { return fspNames[b].name }
