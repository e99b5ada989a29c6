package fse

// beforeSigning are the warnings of Price that forbid to sign: the user has
// something to validate or to acknowledge first.
var beforeSigning = map[string]bool{
	CodeSMGAValider:      true,
	CodeSMGMontantChange: true,
	CodeSMGReste:         true,
}

// Check is Price with what signing needs as well: the computed amount of an SMG
// invoice validated by the user, and the part that its certificate does not cover
// acknowledged. The price stays in the answer, so that the screen can show what is
// left to do; an invoice may be signed when Erreurs is empty.
func Check(d *Draft, c Context) Answer {
	a := Price(d, c)
	warnings := a.Avertissements
	a.Avertissements = nil
	for _, w := range warnings {
		if beforeSigning[w.Code] {
			w.Bloquant = true
			a.Erreurs = append(a.Erreurs, w)
		} else {
			a.Avertissements = append(a.Avertissements, w)
		}
	}
	return a
}
