package tables

// Acte returns what is known of an act by its code.
func (s *Set) Acte(code string) (*Acte, bool) {
	a, ok := s.actes[code]
	return a, ok
}

// Taux returns the rate of that name valid on a day.
func (s *Set) Taux(cle CleTaux, on Date) (*Taux, bool) { return s.taux.at(string(cle), on) }

// Parametre returns the number of that name valid on a day.
func (s *Set) Parametre(cle CleParametre, on Date) (*Parametre, bool) {
	return s.parametres.at(string(cle), on)
}

// Exoneration returns the justification of that code.
func (s *Set) Exoneration(code string, on Date) (*Exoneration, bool) {
	return s.exonerations.at(code, on)
}

// Nature returns the nature d'assurance that a draft names: maladie,
// maladie-regime-local, maternite, at, prevention or smg.
func (s *Set) Nature(cle string, on Date) (*Nature, bool) { return s.natures.at(cle, on) }

// Qualificatif returns the qualifier of that code (DE, ED, DA, DM…) or of one of
// its older letters (E, D, A, N, G…).
func (s *Set) Qualificatif(code string, on Date) (*Qualificatif, bool) {
	return s.qualificatifs.at(code, on)
}

// Parcours returns the situation in the care pathway of that letter.
func (s *Set) Parcours(code string, on Date) (*Parcours, bool) { return s.parcours.at(code, on) }

// Regime returns the régime of that two-digit code.
func (s *Set) Regime(code string, on Date) (*Regime, bool) { return s.regimes.at(code, on) }

// Specialite returns the speciality of that code, with or without a leading zero.
func (s *Set) Specialite(code string, on Date) (*Specialite, bool) {
	if len(code) == 2 && code[0] == '0' {
		code = code[1:]
	}
	return s.specialites.at(code, on)
}

// TypeNIR returns the kind of NIR of that two-character code.
func (s *Set) TypeNIR(code string, on Date) (*TypeNIR, bool) { return s.typesNIR.at(code, on) }

// Attestation returns what the certificate of rights of that key grants.
func (s *Set) Attestation(cle string, on Date) (*Attestation, bool) {
	return s.attestations.at(cle, on)
}

// Attestations returns the certificates in the order in which they are offered.
// The caller must not change them.
func (s *Set) Attestations() []*Attestation { return s.listAttestations }

// AssociationCCAM returns the share that a CCAM association code grants.
func (s *Set) AssociationCCAM(code string, on Date) (*AssociationCCAM, bool) {
	return s.associationsCCAM.at(code, on)
}

// Modificateur returns the CCAM modifier of that letter or digit.
func (s *Set) Modificateur(code string, on Date) (*Modificateur, bool) {
	return s.modificateurs.at(code, on)
}

// Code returns a row of a table that gives labels only: qualites, conventions,
// contrats_optam, zones, certifications, motifs_degrade, forcages.
func (s *Set) Code(table, code string, on Date) (*Code, bool) {
	return s.codes[table].at(code, on)
}

// Libelle returns the label of a code of a table of labels, or "".
func (s *Set) Libelle(table, code string, on Date) string {
	if c, ok := s.Code(table, code, on); ok {
		return c.Libelle
	}
	return ""
}

// HasZone tells whether any tariff is for that zone.
func (s *Set) HasZone(zone string) bool {
	for _, a := range s.actes {
		for _, t := range a.Tarifs {
			if t.Zone == zone {
				return true
			}
		}
	}
	return false
}
