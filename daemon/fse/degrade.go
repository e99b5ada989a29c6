package fse

// The reasons of degraded mode that ask for more than themselves.
const (
	MotifRejet = "rejet" // the number of the rejected invoice
	MotifAutre = "autre" // a text
)

// ToDegrade returns the draft in degraded mode: made with the CPS alone, for a
// reason that is kept. Rights that nobody could read are "Non exonéré" until an
// attestation is chosen: a certificate of rights that the draft already names
// stays, and so do the rights that an earlier reading gave.
func ToDegrade(d *Draft, motif, precision string) *Draft {
	n := clone(d)
	n.Mode = Degrade
	n.Degrade = &Degradation{Motif: motif, Precision: precision}
	a := &n.AMO
	unknown := !a.ALD && !a.ASPA && !a.AME && a.RegimeLocal == "" && a.Exonere == ""
	if a.Attestation == "" && unknown {
		a.Attestation = attestationNonExonere
	}
	return n
}

// Remake returns a rejected invoice as a new draft, to be corrected and signed
// under a new number: in degraded mode with the reason "rejet", or in the mode of
// the original when the Vitale is there again. It keeps no amount that the user
// has to validate anew. The link to the original is in the draft in degraded
// mode, and in FSE.Remplace in every mode.
func Remake(original *Draft, r Rejet, mode Mode) *Draft {
	if mode == Degrade {
		n := ToDegrade(original, MotifRejet, r.Libelle)
		n.Degrade.Remplace = &r
		n.forget()
		return n
	}
	n := clone(original)
	n.Mode, n.Degrade = mode, nil
	n.forget()
	return n
}

// forget drops what a user said of the original only.
func (d *Draft) forget() {
	d.DoublonForce = ""
	d.Nature.MontantValide, d.Nature.ResteReconnu = nil, nil
}
