package fse

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// AvantSMG is what the draft said before SMG was confirmed.
type AvantSMG struct {
	AMO         AMO         `json:"amo"`
	Nature      Nature      `json:"nature"`
	Parcours    string      `json:"parcours"`
	TiersPayant TiersPayant `json:"tiersPayant"`
}

// QuestionSMG is the confirmation that ticking SMG asks for.
type QuestionSMG struct {
	Jeton        string    `json:"jeton"` // to give back with the answer
	Phrase       string    `json:"phrase"`
	Destinataire Organisme `json:"destinataire"`
}

// Refus is an Issue given as an error.
type Refus struct{ Issue Issue }

func (r *Refus) Error() string { return r.Issue.Message }

// ProposeSMG reports whether the rights name the payer of SMG while the draft
// has another nature: the front end may propose SMG, the doctor decides, for only
// the doctor knows that the act concerns the pensioned disability.
func ProposeSMG(d *Draft) bool {
	return d.Nature.Code != SMG && Organisme{Regime: d.AMO.Regime, Caisse: d.AMO.Caisse, Centre: d.AMO.Centre} == smgPayer
}

// AskSMG makes the question of ticking SMG. The draft does not change.
func AskSMG(d *Draft) QuestionSMG {
	return QuestionSMG{Jeton: tokenOf(d), Phrase: PhraseSMG, Destinataire: smgPayer}
}

// tokenOf names the content of a draft: an answer holds for the draft it was asked about.
func tokenOf(d *Draft) string {
	b, err := json.Marshal(d)
	if err != nil {
		return "" // a draft holds nothing that cannot be written
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// ConfirmSMG returns the draft with the nature SMG: the CNMSS as payer, tiers
// payant of the compulsory insurance, no exemption, no care pathway. What it
// replaces is kept for LeaveSMG. Its error is a *Refus when the token is not that
// of this draft.
func ConfirmSMG(d *Draft, jeton string) (*Draft, error) {
	if jeton == "" || jeton != tokenOf(d) {
		return nil, &Refus{newIssue(CodeSMGJeton, "nature")}
	}
	n := clone(d)
	before := d.Nature
	if d.Nature.Code != SMG {
		n.Nature = Nature{Code: SMG}
	} else if before = (Nature{Code: Maladie}); d.Nature.Confirme || d.Nature.Avant != nil {
		n.Nature.Confirme = true
		return n, nil
	} // else it came so, from a split or a front end: nothing was there before
	n.Nature.Confirme = true
	n.Nature.Avant = &AvantSMG{AMO: d.AMO, Nature: before, Parcours: d.Parcours, TiersPayant: d.TiersPayant}
	n.AMO = AMO{Regime: tables.SMGRegime, Caisse: tables.SMGCaisse, Centre: tables.SMGCentre, AME: d.AMO.AME}
	if d.Mode == Degrade {
		// The 100 % comes from the nature, not from a certificate.
		n.AMO.Attestation = attestationNonExonere
	}
	n.Parcours = ""
	n.TiersPayant.AMO = true
	return n, nil
}

const attestationNonExonere = "non-exonere"

// LeaveSMG returns the draft as it was before SMG was confirmed: payer, rights,
// nature, pathway and tiers payant. The acts stay as they are. A draft that never
// confirmed SMG here falls back to the nature maladie.
func LeaveSMG(d *Draft) *Draft {
	n := clone(d)
	if d.Nature.Code != SMG {
		return n
	}
	if b := d.Nature.Avant; b != nil {
		n.AMO, n.Nature, n.Parcours, n.TiersPayant = b.AMO, b.Nature, b.Parcours, b.TiersPayant
		return n
	}
	n.Nature = Nature{Code: Maladie}
	return n
}

// clone copies a draft so that changing one leaves the other.
func clone(d *Draft) *Draft {
	n := *d
	n.Actes = make([]Acte, len(d.Actes))
	for i, a := range d.Actes {
		a.Honoraires = copyOf(a.Honoraires)
		a.CCAM = copyOf(a.CCAM)
		n.Actes[i] = a
	}
	n.Assure, n.AMC = copyOf(d.Assure), copyOf(d.AMC)
	n.Prescripteur, n.Professionnel.Remplace = copyOf(d.Prescripteur), copyOf(d.Professionnel.Remplace)
	if n.Degrade = copyOf(d.Degrade); n.Degrade != nil {
		n.Degrade.Remplace = copyOf(d.Degrade.Remplace)
	}
	n.Nature = cloneNature(d.Nature)
	return &n
}

func cloneNature(n Nature) Nature {
	n.PlafondAttestation, n.MontantValide, n.ResteReconnu = copyOf(n.PlafondAttestation), copyOf(n.MontantValide), copyOf(n.ResteReconnu)
	n.AccordCNMSS = copyOf(n.AccordCNMSS)
	if n.Avant = copyOf(n.Avant); n.Avant != nil {
		n.Avant.Nature = cloneNature(n.Avant.Nature)
	}
	return n
}

func copyOf[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}
