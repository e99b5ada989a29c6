package tables

import (
	"cmp"
	"fmt"
	"slices"
)

// Problem is something wrong in the content of a table.
type Problem struct {
	Table   string `json:"table"`
	Ligne   int    `json:"ligne"` // of the file, from 1; 0 = no single line
	Code    string `json:"code"`
	Message string `json:"message"`
}

// The codes of Problem.
const (
	ProblemOverlap   = "CHEVAUCHEMENT"       // two prices for one act, on one day, for one professional
	ProblemGap       = "TROU"                // days without a price between two prices
	ProblemCertitude = "CERTITUDE_INCONNUE"  // not V, VS, I or M
	ProblemSource    = "SOURCE_ABSENTE"      // a row that does not say where it was seen
	ProblemDates     = "DATES_INVERSEES"     // ends before it starts
	ProblemAct       = "ACTE_INCONNU"        // a supplement that goes with an unknown act only
	ProblemRate      = "TAUX_ABSENT"         // a rate that the rules need is missing
	ProblemNoPayer   = "DESTINATAIRE_ABSENT" // the payer of SMG invoices is missing
)

// Check looks for what is wrong in the content of a set: overlaps, gaps where a
// code goes on, rows without source or with an unknown certainty, dates the wrong
// way round, references to nothing. A good set has none.
func Check(s *Set) []Problem {
	var c checker
	for _, f := range s.files {
		c.rows(f)
	}
	for _, a := range s.actes {
		c.tarifs(a)
	}
	c.references(s)
	slices.SortFunc(c.found, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Table, b.Table), cmp.Compare(a.Ligne, b.Ligne), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
	return c.found
}

type checker struct{ found []Problem }

func (c *checker) add(table string, line int, code, format string, values ...any) {
	c.found = append(c.found, Problem{Table: table, Ligne: line, Code: code, Message: fmt.Sprintf(format, values...)})
}

// rows checks what every row must have.
func (c *checker) rows(f *file) {
	for i := range f.rows {
		r := f.record(i)
		e := r.entry("")
		if e.Ref.Certitude == "" && f.local && f.name == "organismes" {
			continue // a list of the practice has neither source nor certainty
		}
		if !e.Ref.Certitude.Valid() {
			c.add(f.table, r.line, ProblemCertitude, "certitude %q inconnue : V, VS, I ou M", e.Ref.Certitude)
		}
		if e.Source == "" {
			c.add(f.table, r.line, ProblemSource, "la source manque")
		}
		if e.Au != 0 && e.Au < e.Du {
			c.add(f.table, r.line, ProblemDates, "la ligne finit le %s avant de commencer le %s", e.Au, e.Du)
		}
	}
}

// tarifs checks the prices of one act, once newer rows have closed older ones.
func (c *checker) tarifs(a *Acte) {
	for i, t := range a.Tarifs {
		next, follows := Date(0), false
		for j, u := range a.Tarifs {
			if i == j || t.Local != u.Local {
				continue
			}
			if i < j && t.overlaps(u) {
				c.add(t.Ref.Table, t.line, ProblemOverlap, "%s : deux tarifs le même jour (%s et %s)", a.Code, t.Ref.Ligne, u.Ref.Ligne)
			}
			if t.sameKey(u) && u.Du > t.Du && (!follows || u.Du < next) {
				next, follows = u.Du, true
			}
		}
		if follows && t.Au != 0 && next > t.Au.AddDays(1) {
			c.add(t.Ref.Table, t.line, ProblemGap, "%s : aucun tarif du %s au %s", a.Code, t.Au.AddDays(1), next.AddDays(-1))
		}
	}
}

// overlaps reports whether a professional could be given either price on some day.
func (t *Tarif) overlaps(u *Tarif) bool {
	sector := t.Secteur == u.Secteur || t.Secteur == TousSecteurs || u.Secteur == TousSecteurs
	return sector && t.Zone == u.Zone && t.Specialites.meets(u.Specialites) && meet(t.Du, t.Au, u.Du, u.Au)
}

// references checks that the rules find what they need.
func (c *checker) references(s *Set) {
	for _, a := range s.actes {
		if a.Association == nil {
			continue
		}
		known := slices.ContainsFunc(a.Association.Avec, func(code string) bool {
			return code == "NGAP" || code == "CCAM" || code == "LPP" || s.actes[code] != nil
		})
		if !known {
			c.add("associations", a.Association.line, ProblemAct, "%s ne va avec aucun acte connu", a.Code)
		}
	}
	for _, key := range []CleTaux{TauxAME, TauxAT, TauxMaternite, TauxPrevention, TauxSMG, TauxMines, TauxExonere, TauxCCAMExonere,
		TauxProgramme, TauxTarif, TauxALD, TauxSoinsParticuliers, TauxSeuilCCAM, TauxSeuilNGAP, TauxRenteAT, TauxAlsaceMoselle,
		TauxFrontalier, TauxASPA, TauxC2S, TauxBase, TauxGratuit, TauxNonRemboursable} {
		if len(s.taux[string(key)]) == 0 {
			c.add("taux", 0, ProblemRate, "le taux %s manque", key)
		}
	}
	if _, ok := s.Organisme(SMGRegime, SMGCaisse, SMGCentre); !ok {
		c.add("organismes", 0, ProblemNoPayer, "le payeur %s/%s/%s manque", SMGRegime, SMGCaisse, SMGCentre)
	}
}
