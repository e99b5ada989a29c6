package b2

import (
	"fmt"
	"strconv"
)

// ConstantesFichier are the values of record 000 that depend on who sends. Those
// of a médecin come from Medecin.
type ConstantesFichier struct {
	TypeEmetteur string // 2 characters
	Application  string // kind of exchange, 2 characters
	Norme        string // 4 characters
	Version      string // 2 characters
}

// ConstantesLot are the values of record 1 that depend on who sends. Those of a
// médecin come from Medecin.
type ConstantesLot struct {
	Categorie        string // 3 digits
	Statut           string // 2 digits
	ModeTarification string // 2 digits
	Version          string // 2 characters
	Norme            string // 2 characters
	Constante82      string // 6 digits at column 82, of unknown meaning
	Unite            string // currency, 1 character
}

// Constante is a row of the table of the values that a médecin writes in the
// records 000, 1 and 6. The layout of these records is public for a care centre
// only: what a médecin writes there is inferred.
type Constante struct {
	Kind                    Kind
	Start                   int
	Field, Valeur           string
	Source, Certitude, Note string
}

var constantes = mustConstantes()

// Constantes returns the table of the values that a médecin writes.
func Constantes() []Constante { return append([]Constante(nil), constantes...) }

func mustConstantes() []Constante {
	rows := mustTable("constantes.csv", "record", "start", "field", "valeur", "source", "certitude", "note")
	var all []Constante
	for _, row := range rows {
		start, err := strconv.Atoi(row[1])
		c := Constante{KindOf(row[0]), start, row[2], row[3], row[4], row[5], row[6]}
		if f := theLayout.field(c.Kind, c.Field); err != nil || f == nil || f.Start != start {
			panic(fmt.Sprintf("b2: the constant %s of record %s is in no field", c.Field, row[0]))
		}
		all = append(all, c)
	}
	return all
}

// Medecin returns the constants of a médecin. They are inferred: Constantes
// gives the source of each.
func Medecin() (ConstantesFichier, ConstantesLot) {
	return ConstantesFichier{
			TypeEmetteur: constante(Kind000, "type d'émetteur"),
			Application:  constante(Kind000, "application - type d'échange"),
			Norme:        constante(Kind000, "norme utilisée"),
			Version:      constante(Kind000, "version"),
		}, ConstantesLot{
			Categorie:        constante(Kind1, "catégorie"),
			Statut:           constante(Kind1, "statut"),
			ModeTarification: constante(Kind1, "mode de tarification"),
			Version:          constante(Kind1, "version"),
			Norme:            constante(Kind1, "norme"),
			Constante82:      constante(Kind1, "constante 062007"),
			Unite:            constante(Kind1, "unité monétaire"),
		}
}

func constante(k Kind, field string) string {
	for _, c := range constantes {
		if c.Kind == k && c.Field == field {
			return c.Valeur
		}
	}
	panic("b2: no constant for " + field + " of record " + k.String())
}

// lotTotal is what one of the totals of record 6 sums, chosen by the table.
type lotTotal func(t *Totaux) int64

var lotTotals = map[string]lotTotal{
	"facture": func(t *Totaux) int64 { return t.Honoraires4 + t.Facture3 },
	"amo":     func(t *Totaux) int64 { return t.AMO4 + t.AMO3 },
}

var firstTotal, secondTotal = mustTotal("total"), mustTotal("total (second)")

func mustTotal(field string) lotTotal {
	total := lotTotals[constante(Kind6, field)]
	if total == nil {
		panic("b2: the table does not say what the " + field + " of record 6 sums")
	}
	return total
}

// mustTable reads an embedded table; a fault in it is a fault of the program.
func mustTable(name string, columns ...string) [][]string {
	f, err := tables.Open("tables/" + name)
	if err != nil {
		panic("b2: " + err.Error())
	}
	rows, err := readTable(f, columns...)
	if err != nil {
		panic("b2: cannot read " + name + ": " + err.Error())
	}
	return rows
}
