package fse

import "github.com/agrafe-fse/agrafe/daemon/fse/tables"

// Cents is an amount in euro cents.
type Cents = tables.Cents

// Coef is a coefficient in hundredths, a string in JSON: "1.5".
type Coef = tables.Coef

// Date is a civil date, "2006-01-02" in JSON; its zero value is no date.
type Date = tables.Date

// Mode says how the invoice is secured.
type Mode string

// The modes.
const (
	Securise   Mode = "securise"   // Vitale and CPS: lot certification S
	Degrade    Mode = "degrade"    // CPS alone, paper follows: certification D
	SansVitale Mode = "sansVitale" // CPS alone by nature of the act: certification F
)

// Draft is an invoice as it is being written: what the front end knows of it.
// Prices are not part of it, Price gives them.
type Draft struct {
	Mode          Mode          `json:"mode"`
	DateSoins     Date          `json:"dateSoins"`
	Professionnel Professionnel `json:"professionnel"`
	Beneficiaire  Personne      `json:"beneficiaire"`
	Assure        *Personne     `json:"assure"` // when it is another person
	AMO           AMO           `json:"amo"`
	AMC           *AMC          `json:"amc"`
	Nature        Nature        `json:"nature"`
	AccidentTiers Date          `json:"accidentTiers"` // accident caused by a third party
	Parcours      string        `json:"parcours"`      // letter of the table parcours
	TiersPayant   TiersPayant   `json:"tiersPayant"`
	Actes         []Acte        `json:"actes"`
	Degrade       *Degradation  `json:"degrade"` // only in degraded mode
	Prescripteur  *Prescripteur `json:"prescripteur,omitempty"`
	DoublonForce  string        `json:"doublonForce,omitempty"` // reason why a suspected duplicate is right
}

// Professionnel is who bills, as the CPS says.
type Professionnel struct {
	NumeroAM   string           `json:"numeroAM"` // 9 digits, key included
	RPPS       string           `json:"rpps"`     // 11 digits
	Specialite string           `json:"specialite"`
	Convention int              `json:"convention"` // 0 none, 1 secteur 1, 2 secteur 1 DP, 3 secteur 2
	OPTAM      bool             `json:"optam"`
	Zone       string           `json:"zone"`                // zone of the tariffs: metro
	Structure  string           `json:"structure,omitempty"` // FINESS of the structure, 9 characters
	Remplace   *MedecinRemplace `json:"remplace"`            // the doctor stood in for
}

// MedecinRemplace is the doctor under whose number a remplaçant bills.
type MedecinRemplace struct {
	NumeroAM string `json:"numeroAM"`
	RPPS     string `json:"rpps,omitempty"`
	Nom      string `json:"nom,omitempty"`
}

// Prescripteur is who prescribed the acts, and when.
type Prescripteur struct {
	NumeroAM   string `json:"numeroAM"`
	RPPS       string `json:"rpps,omitempty"`
	Specialite string `json:"specialite,omitempty"`
	Date       Date   `json:"date"`
}

// Personne is the beneficiary or the assuré.
type Personne struct {
	NIR            string    `json:"nir"` // 13 characters and the key
	Nom            string    `json:"nom"` // nom usuel
	NomFamille     string    `json:"nomFamille"`
	Prenom         string    `json:"prenom"`
	Naissance      Naissance `json:"naissance"`
	Rang           int       `json:"rang"`                     // of birth among twins; 0 = 1
	Qualite        string    `json:"qualite"`                  // digit of the table qualites
	Identification string    `json:"identification,omitempty"` // code of the table nir_types; "" = 00
}

// Naissance is a date of birth: as the card writes it and as a day of the calendar.
type Naissance struct {
	EnCarte string `json:"enCarte"` // JJMMAAAA, AAAAMMJJ or JJMMAA, sent and printed unchanged
	Civile  Date   `json:"civile"`  // for ages; absent = worked out from EnCarte
}

// AMO is the compulsory insurance and the rights it opens.
type AMO struct {
	Regime      string `json:"regime"`
	Caisse      string `json:"caisse"`
	Centre      string `json:"centre"`
	Attestation string `json:"attestation,omitempty"` // key of the table attestations
	TexteALD    string `json:"texteALD,omitempty"`    // free text kept with an attestation
	ALD         bool   `json:"ald"`
	RegimeLocal string `json:"regimeLocal,omitempty"` // alsace-moselle, frontalier
	ASPA        bool   `json:"aspa"`
	AME         bool   `json:"ame"`
	Exonere     string `json:"exonere,omitempty"` // pension-militaire, invalidite, rente-at
	Taux        int    `json:"taux,omitempty"`    // rate entered for a régime that has its own, percent
}

// AMC is the complementary insurance contract.
type AMC struct {
	Organisme   string `json:"organisme"`
	Contrat     string `json:"contrat"` // type; 89 = C2S
	Adherent    string `json:"adherent"`
	Part        string `json:"part"`                  // share of the ticket modérateur: "100TM"; "" = 100TM
	DocumentAMC bool   `json:"documentAMC,omitempty"` // the invoice is also sent to it (DRE)
}

// Nature is the nature d'assurance with its data.
type Nature struct {
	Code      string `json:"code"` // maladie, maternite, at, prevention, smg
	Date      Date   `json:"date,omitzero"`
	Evenement string `json:"evenement,omitempty"` // maternite: grossesse (default) or naissance, what Date is
	Numero    string `json:"numero,omitempty"`    // at

	Confirme           bool         `json:"confirme,omitempty"`           // smg: the doctor confirmed
	PlafondAttestation *Cents       `json:"plafondAttestation,omitempty"` // smg: maximum that the attestation grants
	AccordCNMSS        *AccordCNMSS `json:"accordCNMSS,omitempty"`        // smg
	MontantValide      *Cents       `json:"montantValide,omitempty"`      // smg: computed amount that the user validated
	ResteReconnu       *Cents       `json:"resteReconnu,omitempty"`       // smg: part not covered that the user acknowledged
	Avant              *AvantSMG    `json:"avant,omitempty"`              // smg: what unticking restores
}

// AccordCNMSS is a prior agreement of the CNMSS to pay fees above the tariff.
type AccordCNMSS struct {
	Date    Date  `json:"date"`
	Montant Cents `json:"montant"`
}

// TiersPayant says which parts the patient does not advance.
type TiersPayant struct {
	AMO bool `json:"amo"`
	AMC bool `json:"amc"`
}

// Acte is one act or supplement.
type Acte struct {
	Code         string     `json:"code"`
	Date         Date       `json:"date,omitzero"`         // absent = dateSoins
	Quantite     int        `json:"quantite,omitempty"`    // absent = 1
	Coefficient  Coef       `json:"coefficient,omitempty"` // absent = "1"
	Honoraires   *Cents     `json:"honoraires,omitempty"`  // absent = the tariff
	Qualificatif string     `json:"qualificatif,omitempty"`
	EnRapportALD bool       `json:"enRapportALD"`
	Exoneration  string     `json:"exoneration,omitempty"` // code entered for this act
	Km           int        `json:"km,omitempty"`          // kilometres after the abatement
	Complement   string     `json:"complement,omitempty"`  // N night, F Sunday or holiday: old rows only
	Heure        string     `json:"heure,omitempty"`       // 15:04, for acts that depend on it
	Entente      Date       `json:"ententePrealable,omitzero"`
	Appareil     string     `json:"appareil,omitempty"` // number of the imaging device
	CCAM         *LigneCCAM `json:"ccam,omitempty"`
	Nature       string     `json:"nature,omitempty"`   // when it is not the invoice's: to be split
	Parcours     string     `json:"parcours,omitempty"` // when it is not the invoice's: to be split
}

// LigneCCAM is what a CCAM act adds to its code.
type LigneCCAM struct {
	Activite      string `json:"activite"`
	Phase         string `json:"phase"`
	Modificateurs string `json:"modificateurs,omitempty"` // one character each
	Association   string `json:"association,omitempty"`   // 1, 2, 3; absent = 1 for a single CCAM act
}

// Degradation says why there is no Vitale.
type Degradation struct {
	Motif     string `json:"motif"` // key of the table motifs_degrade
	Precision string `json:"precision"`
	Remplace  *Rejet `json:"remplace"` // the rejected invoice that this one makes again
}

// Rejet is a rejected invoice as a return, a letter or a web site names it.
type Rejet struct {
	Numero  string `json:"numero"`
	Date    Date   `json:"date"`
	Libelle string `json:"libelle,omitempty"`
	Externe bool   `json:"externe,omitempty"` // made by another software
}

// Certification returns the certification of the lot that the invoice goes
// into: S with Vitale, F without by nature, D degraded. An unknown mode has none.
func Certification(d *Draft) string {
	switch d.Mode {
	case Securise:
		return "S"
	case SansVitale:
		return "F"
	case Degrade:
		return "D"
	}
	return ""
}
