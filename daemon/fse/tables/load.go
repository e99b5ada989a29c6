package tables

import (
	"errors"
	"slices"
	"strings"
)

// common are the columns that every table has.
var common = []string{"valide_du", "valide_au", "source", "certitude"}

// each reads every row of a file after checking its columns.
func (f *file) each(cols string, read func(r *record)) error {
	if err := f.require(append(strings.Fields(cols), common...), nil); err != nil {
		return err
	}
	for i := range f.rows {
		r := f.record(i)
		if read(r); r.err != nil {
			return r.err
		}
	}
	return nil
}

func (s *Set) loadTaux(f *file) error {
	return f.each("cle libelle taux exoneration note", func(r *record) {
		t := &Taux{Cle: CleTaux(r.key("cle")), Taux: r.percent("taux", 0), Exoneration: r.key("exoneration")}
		t.Entry = r.entry(string(t.Cle))
		s.taux.add(r, string(t.Cle), t, &t.Entry)
	})
}

func (s *Set) loadParametres(f *file) error {
	return f.each("cle valeur unite libelle note", func(r *record) {
		p := &Parametre{Cle: CleParametre(r.key("cle")), Unite: r.key("unite")}
		r.key("valeur")
		switch p.Unite {
		case "EUR":
			p.Valeur = int64(r.euros("valeur"))
		case "COEFFICIENT":
			p.Valeur = int64(r.coef("valeur"))
		case "POURCENT", "ANS", "MOIS", "JOURS", "JOURS_OUVRES", "DATE":
			n, ok := digits(r.text("valeur"))
			if !ok || len(r.text("valeur")) > 8 {
				r.fail("valeur", errNumber)
			}
			p.Valeur = int64(n)
		default:
			r.fail("unite", errors.New("unknown unit"))
		}
		p.Entry = r.entry(string(p.Cle))
		s.parametres.add(r, string(p.Cle), p, &p.Entry)
	})
}

func (s *Set) loadExonerations(f *file) error {
	return f.each("code libelle implique_100 saisie note", func(r *record) {
		x := &Exoneration{Code: r.key("code"), Taux100: r.key("implique_100") == "1", Saisie: r.yes("saisie")}
		x.Entry = r.entry(x.Code)
		s.exonerations.add(r, x.Code, x, &x.Entry)
	})
}

func (s *Set) loadNatures(f *file) error {
	return f.each("cle code schema libelle note", func(r *record) {
		n := &Nature{Cle: r.text("cle"), Code: r.key("code"), Schema: r.key("schema")}
		n.Entry = r.entry(n.Code)
		if n.Cle != "" {
			s.natures.add(r, n.Cle, n, &n.Entry)
		}
	})
}

func (s *Set) loadQualificatifs(f *file) error {
	return f.each("code alias code_snds libelle sens conventions specialites note", func(r *record) {
		q := &Qualificatif{Code: r.key("code"), Sens: Sens(r.key("sens")), Conventions: r.list("conventions")}
		if !slices.Contains([]Sens{SensDepassement, SensGratuit, SensNonRemboursable, SensSysteme}, q.Sens) {
			r.fail("sens", errors.New("unknown meaning of a qualifier"))
		}
		if r.text("specialites") != "" {
			spe := r.specialites("specialites", s.medecins)
			q.Specialites = &spe
		}
		q.Entry = r.entry(q.Code)
		s.qualificatifs.add(r, q.Code, q, &q.Entry)
		for _, alias := range r.list("alias") {
			s.qualificatifs.add(r, alias, q, &q.Entry)
		}
	})
}

func (s *Set) loadParcours(f *file) error {
	return f.each("code libelle hors_parcours", func(r *record) {
		p := &Parcours{Code: r.key("code"), Hors: r.yes("hors_parcours")}
		p.Entry = r.entry(p.Code)
		s.parcours.add(r, p.Code, p, &p.Entry)
	})
}

func (s *Set) loadRegimes(f *file) error {
	return f.each("code libelle taux_propre", func(r *record) {
		g := &Regime{Code: r.key("code"), TauxPropre: r.yes("taux_propre")}
		g.Entry = r.entry(g.Code)
		s.regimes.add(r, g.Code, g, &g.Entry)
	})
}

func (s *Set) loadSpecialites(f *file) error {
	return f.each("code libelle medecin", func(r *record) {
		n, ok := digits(r.key("code"))
		if !ok || n > 127 {
			r.fail("code", errNumber)
			return
		}
		v := &Specialite{Num: n, Medecin: r.yes("medecin")}
		v.Entry = r.entry(r.text("code"))
		if v.Medecin {
			s.medecins.add(n)
		}
		s.specialites.add(r, r.text("code"), v, &v.Entry)
	})
}

func (s *Set) loadTypesNIR(f *file) error {
	return f.each("code libelle fictif", func(r *record) {
		t := &TypeNIR{Code: r.key("code"), Fictif: r.yes("fictif")}
		t.Entry = r.entry(t.Code)
		s.typesNIR.add(r, t.Code, t, &t.Entry)
	})
}

func (s *Set) loadAttestations(f *file) error {
	return f.each("ordre groupe cle libelle reference_ald taux_ald taux_autres exo_ald exo_autres regime_local condition note", func(r *record) {
		a := &Attestation{
			Cle: r.key("cle"), Groupe: r.key("groupe"), ReferenceALD: r.yes("reference_ald"),
			TauxALD: r.percent("taux_ald", 0), Taux: r.percent("taux_autres", 0),
			ExoALD: r.key("exo_ald"), Exo: r.key("exo_autres"),
			RegimeLocal: r.text("regime_local"), Condition: r.text("condition"),
		}
		r.key("ordre")
		a.Entry = r.entry(a.Cle)
		s.attestations.add(r, a.Cle, a, &a.Entry)
		s.listAttestations = append(s.listAttestations, a)
	})
}

func (s *Set) loadAssociationsCCAM(f *file) error {
	return f.each("code taux libelle", func(r *record) {
		a := &AssociationCCAM{Taux: r.percent("taux", 0)}
		a.Entry = r.entry(r.key("code"))
		s.associationsCCAM.add(r, r.key("code"), a, &a.Entry)
	})
}

func (s *Set) loadModificateurs(f *file) error {
	return f.each("code libelle montant taux note", func(r *record) {
		m := &Modificateur{Code: r.key("code"), Montant: r.euros("montant")}
		if t := r.text("taux"); t != "" {
			n, ok := digits(t)
			if !ok || n < 1 || n > 1000 || r.text("montant") != "" {
				r.fail("taux", errors.New("expected a percentage from 1 to 1000 and no amount"))
			}
			m.Taux = n
		}
		m.Entry = r.entry(m.Code)
		s.modificateurs.add(r, m.Code, m, &m.Entry)
	})
}

// loadCodes reads a table that gives labels only, whatever its other columns.
func (s *Set) loadCodes(f *file) error {
	for _, c := range append([]string{"code", "libelle"}, common...) {
		if !slices.Contains(f.cols, c) {
			return &Error{Table: f.table, Line: 1, Column: c, Err: errors.New("the column is missing")}
		}
	}
	ix := dated[Code]{}
	for i := range f.rows {
		r := f.record(i)
		c := &Code{Code: r.key("code")}
		c.Entry = r.entry(c.Code)
		if ix.add(r, c.Code, c, &c.Entry); r.err != nil {
			return r.err
		}
	}
	s.codes[f.name] = ix
	return nil
}

// loadRaw checks the columns of a table that is only listed.
func (s *Set) loadRaw(f *file) error {
	for i := range f.rows {
		r := f.record(i)
		if r.entry(""); r.err != nil {
			return r.err
		}
	}
	return nil
}
