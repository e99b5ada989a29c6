package tables

import "errors"

// Taux is one rate of the compulsory insurance, with the exemption code that goes with it.
type Taux struct {
	Entry
	Cle         CleTaux
	Taux        int    // percent of the base
	Exoneration string // code written on the line
}

// CleTaux names a rate.
type CleTaux string

// The rates, as the column cle of the table taux names them.
const (
	TauxAME               CleTaux = "ame"
	TauxAT                CleTaux = "at"
	TauxMaternite         CleTaux = "maternite"
	TauxPrevention        CleTaux = "prevention"
	TauxSMG               CleTaux = "smg"
	TauxMines             CleTaux = "mines"
	TauxExonere           CleTaux = "exonere"
	TauxCCAMExonere       CleTaux = "ccam-exonere"
	TauxProgramme         CleTaux = "programme-prevention"
	TauxTarif             CleTaux = "tarif-100"
	TauxALD               CleTaux = "ald"
	TauxSoinsParticuliers CleTaux = "soins-particuliers"
	TauxSeuilCCAM         CleTaux = "seuil-ccam"
	TauxSeuilNGAP         CleTaux = "seuil-ngap"
	TauxRenteAT           CleTaux = "rente-at"
	TauxAlsaceMoselle     CleTaux = "alsace-moselle"
	TauxFrontalier        CleTaux = "frontalier"
	TauxASPA              CleTaux = "aspa"
	TauxC2S               CleTaux = "c2s" // of what the AMO leaves, not of the base
	TauxBase              CleTaux = "base"
	TauxGratuit           CleTaux = "gratuit"
	TauxNonRemboursable   CleTaux = "non-remboursable"
)

// Parametre is a dated number of the rules.
type Parametre struct {
	Entry
	Cle    CleParametre
	Valeur int64 // cents for EUR, hundredths for COEFFICIENT, yyyymmdd for DATE, else a plain number
	Unite  string
}

// CleParametre names a dated number of the rules.
type CleParametre string

// The numbers of the rules, as the column cle of the table parametres names them.
const (
	ParamForfaitaire      CleParametre = "PF"                 // cents, kept back by the payer per act
	ParamForfait          CleParametre = "FORFAIT24"          // cents, per executant and date
	ParamPlafondMTM       CleParametre = "PLAFOND_MTM"        // cents, per act
	ParamTauxMTM          CleParametre = "TAUX_MTM"           // percent of the base
	ParamAgeMTM           CleParametre = "AGE_MTM"            // years
	ParamSeuilCCAM        CleParametre = "SEUIL_CCAM"         // cents
	ParamSeuilNGAP        CleParametre = "SEUIL_NGAP"         // coefficient
	ParamAgeMajorite      CleParametre = "AGE_MAJORITE"       // years
	ParamMoisMaternite    CleParametre = "MOIS_MATERNITE"     // months
	ParamJoursMaternite   CleParametre = "JOURS_MATERNITE"    // days
	ParamDelaiPaye        CleParametre = "DELAI_PAYE"         // working days
	ParamDelaiTiersPayant CleParametre = "DELAI_TIERS_PAYANT" // working days
	ParamDelaiAccuse      CleParametre = "DELAI_ACCUSE"       // working days
	ParamAgeActe          CleParametre = "AGE_ACTE"           // days
	ParamMillesime2022    CleParametre = "MILLESIME_2022"     // date, last day of the 2022 table
	ParamMillesime2022Du  CleParametre = "MILLESIME_2022_DU"  // date, first day of its rows that give none
)

// Exoneration is a justification of exemption.
type Exoneration struct {
	Entry
	Code    string
	Taux100 bool // any such exemption means 100 %
	Saisie  bool // may be entered on an act
}

// Nature is a nature d'assurance.
type Nature struct {
	Entry
	Cle    string // as in the draft: maladie, maternite…; "" for rows of other norms
	Code   string // as in B2
	Schema string // norm that the code belongs to
}

// Sens says what a qualifier does to a line.
type Sens string

// The kinds of qualifiers.
const (
	SensDepassement     Sens = "depassement"      // justifies fees above the base
	SensGratuit         Sens = "gratuit"          // free of charge
	SensNonRemboursable Sens = "non-remboursable" // nothing is reimbursed
	SensSysteme         Sens = "systeme"          // set by payers' systems: not to be entered
)

// Qualificatif is a qualifier of the expense.
type Qualificatif struct {
	Entry
	Code        string
	Sens        Sens
	Conventions []string     // conventions that it is reserved to, optam for OPTAM; empty = any
	Specialites *Specialites // specialities that it is reserved to; nil = any
}

// Parcours is a situation in the coordinated care pathway.
type Parcours struct {
	Entry
	Code string
	Hors bool // outside the pathway
}

// Regime is a régime of the compulsory insurance.
type Regime struct {
	Entry
	Code       string
	TauxPropre bool // has rates of its own, which are not public
}

// Specialite is a doctors' speciality.
type Specialite struct {
	Entry
	Num     int
	Medecin bool
}

// TypeNIR is a kind of NIR.
type TypeNIR struct {
	Entry
	Code   string
	Fictif bool
}

// Attestation is what a paper certificate of rights grants, for degraded mode.
type Attestation struct {
	Entry
	Cle          string
	Groupe       string
	ReferenceALD bool // a free text is to be kept with it
	TauxALD      int  // percent, for acts in relation with the ALD
	Taux         int  // percent, for the other medical acts
	ExoALD       string
	Exo          string
	RegimeLocal  string // alsace-moselle, frontalier or ""
	Condition    string // the rate of the other acts holds only in this case, or ""
}

// AssociationCCAM is the share of the tariff that an association code grants.
type AssociationCCAM struct {
	Entry
	Taux int // percent
}

// Modificateur is a modifier of a CCAM act: a sum, or a percentage of the tariff.
type Modificateur struct {
	Entry
	Code    string
	Montant Cents
	Taux    int // percent of the tariff in all (110 = + 10 %); 0 for a sum
}

// Code is a row of a table that only gives labels.
type Code struct {
	Entry
	Code string
}

// dated is an index of rows by key, several rows of one key following each other in time.
type dated[R any] map[string][]row[R]

type row[R any] struct {
	entry *Entry
	value *R
}

func (d dated[R]) at(key string, on Date) (*R, bool) {
	for _, r := range d[key] {
		if r.entry.ValidAt(on) {
			return r.value, true
		}
	}
	return nil, false
}

func (d dated[R]) add(r *record, key string, v *R, e *Entry) {
	for _, other := range d[key] {
		if meet(other.entry.Du, other.entry.Au, e.Du, e.Au) {
			r.fail("", errors.New("two rows of the same key are valid on the same day"))
		}
	}
	d[key] = append(d[key], row[R]{e, v})
}

// meet reports whether two periods have a day in common.
func meet(du1, au1, du2, au2 Date) bool {
	return (au1 == 0 || du2 <= au1) && (au2 == 0 || du1 <= au2)
}
