package tables

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed data
var embedded embed.FS

var (
	errOrganisme = errors.New("expected a régime of 2 characters, a caisse of 3 and a centre of 4")
	// ErrOverride reports a table that a practice can't replace rows of.
	ErrOverride = errors.New("cannot override this table: name the file tarifs.csv, organismes.csv or modificateurs_ccam.csv")
)

// Set is one consistent reading of all the tables. It never changes.
type Set struct {
	label, hash      string
	version          string
	files            []*file
	actes            map[string]*Acte
	organismes       map[organismeKey]*Organisme
	medecins         Specialites
	taux             dated[Taux]
	parametres       dated[Parametre]
	exonerations     dated[Exoneration]
	natures          dated[Nature]
	qualificatifs    dated[Qualificatif]
	parcours         dated[Parcours]
	regimes          dated[Regime]
	specialites      dated[Specialite]
	typesNIR         dated[TypeNIR]
	attestations     dated[Attestation]
	associationsCCAM dated[AssociationCCAM]
	modificateurs    dated[Modificateur]
	codes            map[string]dated[Code]
	listAttestations []*Attestation
}

// loader fills one part of a Set from a file. Files are loaded in the order of
// this list: later ones refer to earlier ones.
type loader struct {
	name  string
	titre string
	load  func(*Set, *file) error
}

var loaders = []loader{
	{"specialites", "Spécialités", (*Set).loadSpecialites},
	{"actes", "Actes et suppléments", (*Set).loadActes},
	{"tarifs_2022", "Tarifs NGAP, table de 2022", (*Set).loadTarifs2022},
	{"tarifs", "Tarifs depuis 2022", (*Set).loadTarifs},
	{"associations", "Actes que chaque supplément accompagne", (*Set).loadAssociations},
	{"conditions", "Conditions d’emploi des actes", (*Set).loadConditions},
	{"associations_ccam", "Codes association de la CCAM", (*Set).loadAssociationsCCAM},
	{"modificateurs_ccam", "Modificateurs de la CCAM", (*Set).loadModificateurs},
	{"parametres", "Montants et seuils des règles", (*Set).loadParametres},
	{"taux", "Taux de l’assurance maladie obligatoire", (*Set).loadTaux},
	{"exonerations", "Justifications d’exonération", (*Set).loadExonerations},
	{"attestations", "Attestations de droits (mode dégradé)", (*Set).loadAttestations},
	{"natures", "Natures d’assurance", (*Set).loadNatures},
	{"qualificatifs", "Qualificatifs de la dépense", (*Set).loadQualificatifs},
	{"parcours", "Parcours de soins", (*Set).loadParcours},
	{"qualites", "Qualités du bénéficiaire", (*Set).loadCodes},
	{"regimes", "Régimes", (*Set).loadRegimes},
	{"organismes", "Organismes payeurs (liste de 2013 environ)", (*Set).loadOrganismes},
	{"conventions", "Conventions", (*Set).loadCodes},
	{"contrats_optam", "Contrats OPTAM", (*Set).loadCodes},
	{"zones", "Zones de tarif", (*Set).loadCodes},
	{"nir_types", "Types de NIR", (*Set).loadTypesNIR},
	{"certifications", "Certifications de lot", (*Set).loadCodes},
	{"motifs_degrade", "Motifs du mode dégradé", (*Set).loadCodes},
	{"forcages", "Forçages", (*Set).loadCodes},
	{"adresses_papiers", "Adresses où envoyer les papiers", (*Set).loadRaw},
}

var defaultSet = sync.OnceValues(func() (*Set, error) {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return Load(data)
})

// Default returns the tables of the program, parsed once. Were the embedded
// files broken, which a test rules out, it would return a set without a row:
// every price is then refused, none is wrong.
func Default() *Set {
	s, err := defaultSet()
	if err != nil {
		return newSet("0")
	}
	return s
}

// Load reads a whole set of tables: one file NAME.csv per table and version.txt
// with the label. Its error is an *Error that names the table, line and column,
// or the file that cannot be read.
func Load(fsys fs.FS) (*Set, error) {
	label, err := fs.ReadFile(fsys, "version.txt")
	if err != nil {
		return nil, fmt.Errorf("cannot load the tables: %w", err)
	}
	s := newSet(strings.TrimSpace(string(label)))
	sum := sha256.New()
	for _, l := range loaders {
		b, err := fs.ReadFile(fsys, l.name+".csv")
		if err != nil {
			return nil, fmt.Errorf("cannot load the tables: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n", l.name, len(b))
		sum.Write(b)
		f, err := readFile(l.name, strings.NewReader(string(b)), false)
		if err != nil {
			return nil, err
		}
		if err := l.load(s, f); err != nil {
			return nil, err
		}
		s.files = append(s.files, f)
	}
	s.seal(sum.Sum(nil))
	return s, nil
}

func newSet(label string) *Set {
	return &Set{
		label: label, version: label,
		actes: map[string]*Acte{}, organismes: map[organismeKey]*Organisme{},
		taux: dated[Taux]{}, parametres: dated[Parametre]{}, exonerations: dated[Exoneration]{},
		natures: dated[Nature]{}, qualificatifs: dated[Qualificatif]{}, parcours: dated[Parcours]{},
		regimes: dated[Regime]{}, specialites: dated[Specialite]{}, typesNIR: dated[TypeNIR]{},
		attestations: dated[Attestation]{}, associationsCCAM: dated[AssociationCCAM]{},
		modificateurs: dated[Modificateur]{}, codes: map[string]dated[Code]{},
	}
}

func (s *Set) seal(sum []byte) {
	s.hash = hex.EncodeToString(sum)
	s.version = s.label + "-" + s.hash[:12]
}

// Version names the content of the set: its label, a dash, and the first 12
// digits of the SHA-256 of its files. Local rows change it.
func (s *Set) Version() string { return s.version }

// Hash returns the whole SHA-256 of the files, in hexadecimal.
func (s *Set) Hash() string { return s.hash }

func (s *Set) loadTarifs2022(f *file) error { return s.loadTarifLayer(f, 0) }

func (s *Set) loadTarifs(f *file) error {
	if f.local {
		return s.loadTarifLayer(f, 2)
	}
	return s.loadTarifLayer(f, 1)
}

func (s *Set) loadTarifLayer(f *file, layer int) error {
	rows, err := f.tarifs(layer, s.medecins)
	if err != nil {
		return err
	}
	s.addTarifs(rows)
	return nil
}

// WithOverride returns a set where the rows of a practice's file win over the
// published ones: tariffs on the days they are valid, payers and modifiers of
// the same key for good. name is the table they belong to ("tarifs",
// "organismes" or "modificateurs_ccam"), r the CSV with that table's columns.
// Explanations show such a row as of the table "tarifs (local)". The columns may be
// separated by commas or semicolons. Its error is an *Error, or several joined: rows
// that Check finds fault with are refused, gaps apart, for a published row fills them.
func (s *Set) WithOverride(name string, r io.Reader) (*Set, error) {
	name = strings.TrimSuffix(name, ".csv")
	var load func(*Set, *file) error
	switch name {
	case "tarifs":
		load = (*Set).loadTarifs
	case "organismes":
		load = (*Set).loadOrganismes
	case "modificateurs_ccam":
		load = (*Set).loadModificateurs
	default:
		return nil, &Error{Table: name, Err: ErrOverride}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, &Error{Table: name + " (local)", Err: err}
	}
	f, err := readFile(name, strings.NewReader(string(b)), true)
	if err != nil {
		return nil, err
	}
	o := s.clone()
	if name == "modificateurs_ccam" {
		o.forgetModificateurs(f)
	}
	if err := load(o, f); err != nil {
		return nil, err
	}
	o.files = append(o.files, f)
	sum := sha256.New()
	fmt.Fprintf(sum, "%s\n%s %d\n", s.hash, name, len(b))
	sum.Write(b)
	o.label = strings.TrimSuffix(s.label, "+local") + "+local"
	o.seal(sum.Sum(nil))
	if err := o.refused(f); err != nil {
		return nil, err
	}
	return o, nil
}

// refused returns what Check finds in the rows of a local file.
func (s *Set) refused(f *file) error {
	var errs []error
	for _, p := range Check(s) {
		if p.Table == f.table && p.Code != ProblemGap {
			errs = append(errs, &Error{Table: p.Table, Line: p.Ligne, Err: errors.New(p.Message)})
		}
	}
	return errors.Join(errs...)
}

// clone copies what an override changes. Acts are copied one deep: their rows are
// shared and never change again.
func (s *Set) clone() *Set {
	o := *s
	o.files = slices.Clone(s.files)
	o.organismes = maps.Clone(s.organismes)
	o.modificateurs = maps.Clone(s.modificateurs)
	o.actes = make(map[string]*Acte, len(s.actes))
	for code, a := range s.actes {
		c := *a
		o.actes[code] = &c
	}
	return &o
}

// forgetModificateurs drops the modifiers that a local file defines anew.
func (s *Set) forgetModificateurs(f *file) {
	if i := slices.Index(f.cols, "code"); i >= 0 {
		for _, row := range f.rows {
			delete(s.modificateurs, row[i])
		}
	}
}
