package tables

import (
	"errors"
	"fmt"
	"strings"
)

// Specialites is a set of doctors' specialities, by code 0-127.
type Specialites [2]uint64

// Has reports whether the speciality is in the set.
func (s Specialites) Has(n int) bool {
	return n >= 0 && n < 128 && s[n/64]&(1<<(n%64)) != 0
}

func (s *Specialites) add(n int) { s[n/64] |= 1 << (n % 64) }

func (s Specialites) within(t Specialites) bool { return s[0]&^t[0] == 0 && s[1]&^t[1] == 0 }

func (s Specialites) meets(t Specialites) bool { return s[0]&t[0] != 0 || s[1]&t[1] != 0 }

// List returns the codes of the set in order, two digits each: "01, 22, 23".
func (s Specialites) List() string {
	var b strings.Builder
	for n := range 128 {
		if s.Has(n) {
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "%02d", n)
		}
	}
	return b.String()
}

// Secteur is the kind of convention that a tariff or a professional belongs to.
type Secteur string

// The sectors that tariffs tell apart.
const (
	TousSecteurs  Secteur = ""
	Secteur1Optam Secteur = "S1-OPTAM" // fixed fees, or free fees moderated by OPTAM
	Secteur2      Secteur = "S2"       // free fees, outside OPTAM
)

// Millesime says what becomes of a row of the 2022 table after that table's last day.
type Millesime uint8

// What may happen to a row used after its table's last day.
const (
	Courant Millesime = iota // the row is not of the 2022 table
	Avertir                  // usable with a warning
	Refuser                  // known to be wrong since: refused
)

// prixMax bounds a price, so that no product of it and a coefficient overflows.
const prixMax Cents = 1_000_000_00

var errPrix = errors.New("expected a price of at most 1000000.00")

// SansTaux is the Taux of a tariff that sets no rate of its own.
const SansTaux = -1

// Tarif is one dated price of an act.
type Tarif struct {
	Entry
	Code        string
	Specialites Specialites
	Secteur     Secteur
	Zone        string
	Prix        Cents // of one act, or of one unit of a key letter, or of one kilometre
	MajNuit     Cents // 0 = no such supplement in this row
	MajFerie    Cents
	Coefficient bool // takes a coefficient other than 1
	CoefMin     Coef // bounds of the coefficient; 0 and 0 = none given
	CoefMax     Coef
	Entente     bool   // needs a prior agreement
	Taux        int    // rate of the compulsory insurance in percent, or SansTaux
	TauxRef     Ref    // the row, with the certainty of Taux
	TPAMO       bool   // tiers payant of the compulsory insurance is compulsory
	ExoNature   string // exemption by nature of a CCAM act: C, 7 or ""
	Categorie   string // imagerie, dentaire, anesthesie or ""
	Apres       Millesime
	Local       bool // row of the practice
	layer       int
}

var tarifCols = []string{"code", "libelle", "specialites", "secteur", "zone", "tarif", "maj_nuit", "maj_ferie",
	"coefficient", "coef_min", "coef_max", "entente_prealable", "taux", "tp_amo", "exo_nature", "categorie",
	"apres_2022", "valide_du", "valide_au", "source", "certitude", "note", colCertitudeTaux}

// colCertitudeTaux says how sure the column taux is where it is not as sure as the
// price. A file may leave it out.
const colCertitudeTaux = "certitude_taux"

// The groups that the column specialites may name instead of codes.
const (
	groupeMedecins = "medecins"     // every speciality of a doctor
	nonPrecisee    = "non-precisee" // the source names none: the row can't be chosen
)

func (f *file) tarifs(layer int, medecins Specialites) ([]*Tarif, error) {
	if err := f.require(tarifCols, []string{colCertitudeTaux}); err != nil {
		return nil, err
	}
	rows := make([]*Tarif, 0, len(f.rows))
	for i := range f.rows {
		r := f.record(i)
		t := &Tarif{
			Code:        r.key("code"),
			Zone:        r.key("zone"),
			Prix:        r.euros("tarif"),
			MajNuit:     r.euros("maj_nuit"),
			MajFerie:    r.euros("maj_ferie"),
			Coefficient: r.yes("coefficient"),
			CoefMin:     r.coef("coef_min"),
			CoefMax:     r.coef("coef_max"),
			Entente:     r.yes("entente_prealable"),
			Taux:        r.percent("taux", SansTaux),
			TPAMO:       r.yes("tp_amo"),
			ExoNature:   r.text("exo_nature"),
			Categorie:   r.text("categorie"),
			Local:       f.local,
			layer:       layer,
		}
		r.key("tarif")
		if t.Prix > prixMax {
			r.fail("tarif", errPrix)
		}
		t.Entry = r.entry(t.Code)
		t.TauxRef = t.Ref
		if c := Certitude(r.text(colCertitudeTaux)); c.Valid() {
			t.TauxRef.Certitude = c
		} else if c != "" {
			r.fail(colCertitudeTaux, errors.New("expected V, VS, I, M or nothing"))
		}
		t.Specialites = r.specialites("specialites", medecins)
		t.Secteur = r.secteur("secteur")
		t.Apres = r.millesime("apres_2022")
		if r.err != nil {
			return nil, r.err
		}
		rows = append(rows, t)
	}
	return rows, nil
}

func (r *record) specialites(col string, medecins Specialites) Specialites {
	var s Specialites
	switch text := r.key(col); text {
	case groupeMedecins:
		return medecins
	case nonPrecisee:
		return s
	default:
		for c := range strings.SplitSeq(text, "|") {
			n, ok := digits(c)
			if !ok || len(c) > 3 || n > 127 {
				r.fail(col, fmt.Errorf("expected numbers from 0 to 127 separated by |, %s or %s", groupeMedecins, nonPrecisee))
				return s
			}
			s.add(n)
		}
	}
	return s
}

func (r *record) secteur(col string) Secteur {
	s := Secteur(r.text(col))
	if s != TousSecteurs && s != Secteur1Optam && s != Secteur2 {
		r.fail(col, errors.New("expected S1-OPTAM, S2 or nothing"))
	}
	return s
}

func (r *record) millesime(col string) Millesime {
	switch r.text(col) {
	case "":
		return Courant
	case "avertir":
		return Avertir
	case "refuser":
		return Refuser
	}
	r.fail(col, errors.New("expected avertir, refuser or nothing"))
	return Courant
}

// sameKey reports whether t prices everything that old prices, so that t closes old.
func (t *Tarif) sameKey(old *Tarif) bool {
	return t.Secteur == old.Secteur && t.Zone == old.Zone && old.Specialites.within(t.Specialites)
}

// closeOlder ends each row the day before a newer row of the same key starts and
// drops the rows that a newer one covers from its first day. Rows of the
// practice close nothing: they win while they last.
func closeOlder(rows []*Tarif) []*Tarif {
	kept := rows[:0:0]
	for _, old := range rows {
		if old.Local || !old.superseded(rows) {
			kept = append(kept, old)
		}
	}
	return kept
}

// superseded shortens t by the newer rows and reports whether nothing is left of it.
func (t *Tarif) superseded(rows []*Tarif) bool {
	for _, n := range rows {
		newer := n.layer > t.layer || n.layer == t.layer && n.Du > t.Du
		if n == t || n.Local || !newer || !n.sameKey(t) {
			continue
		}
		if t.Du >= n.Du && (n.Au == 0 || t.Du <= n.Au) {
			return true
		}
		if n.Du > t.Du && (t.Au == 0 || t.Au >= n.Du) {
			t.Au = n.Du.AddDays(-1)
		}
	}
	return t.Au != 0 && t.Au < t.Du
}

// Absence says why an act has no tariff for a professional on a day.
type Absence uint8

// The reasons, from the least to the most particular: the nearest miss is reported.
const (
	Trouve Absence = iota
	AucuneLigne
	HorsDates
	HorsZone
	HorsSpecialite
	HorsSecteur
	PasCommence // a row for that professional starts later
	Termine     // a row for that professional has ended
)

// Tarif returns the price of the act for a speciality, a sector and a zone on a
// day. Without one it returns nil and the reason, with the row that came nearest
// where there is one. A row of the practice wins over the published ones; the
// latest row wins among equals.
func (a *Acte) Tarif(on Date, specialite int, secteur Secteur, zone string) (*Tarif, Absence) {
	var near *Tarif
	why := AucuneLigne
	for _, t := range a.Tarifs {
		miss := t.miss(on, specialite, secteur, zone)
		if miss == Trouve {
			return t, Trouve
		}
		closer := miss == why && (miss == PasCommence && t.Du < near.Du || miss == Termine && t.Au > near.Au)
		if miss > why || closer {
			near, why = t, miss
		}
	}
	return near, why
}

func (t *Tarif) miss(on Date, specialite int, secteur Secteur, zone string) Absence {
	switch {
	case !t.ValidAt(on):
		return t.missDates(on, specialite, secteur, zone)
	case t.Zone != zone:
		return HorsZone
	case !t.Specialites.Has(specialite):
		return HorsSpecialite
	case t.Secteur != TousSecteurs && t.Secteur != secteur:
		return HorsSecteur
	}
	return Trouve
}

// missDates says how a row of other days is missed.
func (t *Tarif) missDates(on Date, specialite int, secteur Secteur, zone string) Absence {
	switch {
	case t.Zone != zone || !t.Specialites.Has(specialite) || t.Secteur != TousSecteurs && t.Secteur != secteur:
		return HorsDates
	case on < t.Du:
		return PasCommence
	}
	return Termine
}
