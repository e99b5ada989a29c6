package paper

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
)

// Practice is who bills, as the papers name them.
type Practice struct {
	Nom        string   // given name and name, without title
	Titre      string   // "Docteur"
	NumeroAM   string   // 9 digits
	RPPS       string   // 11 digits
	Specialite string   // in words
	Situation  string   // towards the conventions, in words: "Secteur 1"
	Structure  string   // its FINESS number, or ""
	Adresse    []string // lines
	Telephone  string

	// Rattachement is the caisse that the papers go to; ParRegime names another for
	// a régime, by its two digits.
	Rattachement Caisse
	ParRegime    map[string]Caisse
}

// Caisse is where papers are sent to.
type Caisse struct {
	Nom     string
	Adresse []string // lines below the name
}

// maxAddress is the number of lines of an address that are printed: an address of
// the French norm has six with its name, the rest is room for error.
const maxAddress = 8

// lines returns the name and the address without empty lines; of one that is too
// long, the first lines and the last one, which names the town.
func (c Caisse) lines() []string { return address(append([]string{c.Nom}, c.Adresse...)) }

func address(list []string) []string {
	if len(list) > maxAddress {
		list = append(slices.Clone(list[:maxAddress-1]), list[len(list)-1])
	}
	var lines []string
	for _, s := range list {
		if s = clean(s); s != "" {
			lines = append(lines, s)
		}
	}
	return lines
}

// Print says how a document is printed.
type Print struct {
	Created    time.Time   // the moment that the document bears; required; its location is the page's
	Production bool        // false: every page says DÉMONSTRATION
	Tables     *tables.Set // for the words of codes; nil = those of the program
}

func (o *Print) tables() *tables.Set {
	if o.Tables == nil {
		return tables.Default()
	}
	return o.Tables
}

// The errors of the package, all of the caller's making. Compare with errors.Is.
var (
	// ErrIncomplete reports a document without what it is made of.
	ErrIncomplete = errors.New("cannot print")
	// ErrAddress reports papers that nobody knows where to send.
	ErrAddress = errors.New("cannot find where the papers go: enter the address of the caisse de rattachement in the settings of the practice")
)

func incomplete(what string) error { return fmt.Errorf("%w: %s", ErrIncomplete, what) }

// destination returns where the papers for a payer go: the CNMSS for SMG, the caisse
// that the practice named for the régime, else its caisse de rattachement.
func (p *Practice) destination(to fse.Organisme, t *tables.Set) (Caisse, error) {
	if to.Regime == tables.SMGRegime && to.Caisse == tables.SMGCaisse {
		return cnmss(t)
	}
	c, ok := p.ParRegime[to.Regime]
	if !ok {
		c = p.Rattachement
	}
	if len(c.Adresse) == 0 {
		return Caisse{}, ErrAddress
	}
	return c, nil
}

// cnmss returns the address for SMG papers, a row of the table adresses_papiers.
func cnmss(t *tables.Set) (Caisse, error) {
	rows, _ := t.Table("adresses_papiers")
	for _, r := range rows.Rangees {
		if len(r) > 2 && r[0] == tables.SMGRegime && r[1] == tables.SMGCaisse {
			lines := strings.Split(r[2], ", ")
			return Caisse{Nom: lines[0], Adresse: lines[1:]}, nil
		}
	}
	return Caisse{}, ErrAddress
}

// fullName returns the professional with their title.
func (p *Practice) fullName() string { return clean(join(" ", p.Titre, p.Nom)) }

// box returns the professional as the sheets and the bordereau show them.
func (p *Practice) box() box {
	return box{"Professionnel de santé", []field{
		{"Nom", p.fullName()},
		{"N° assurance maladie", clean(p.NumeroAM)},
		{"N° RPPS", clean(p.RPPS)},
		{"Spécialité", clean(p.Specialite)},
		{"Situation", clean(p.Situation)},
		{"Structure (FINESS)", optional(p.Structure)},
		{"Adresse", join(", ", address(p.Adresse)...)},
		{"Téléphone", optional(p.Telephone)},
	}}
}
