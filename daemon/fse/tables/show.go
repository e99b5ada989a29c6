package tables

import (
	"slices"
	"strings"
)

// Info describes one table.
type Info struct {
	Nom       string            `json:"nom"`
	Titre     string            `json:"titre"`
	Lignes    int               `json:"lignes"`
	Locale    bool              `json:"locale"`    // rows of the practice
	Certitude map[Certitude]int `json:"certitude"` // number of rows of each mark
}

// Table is the content of one table, as text.
type Table struct {
	Info
	Colonnes []string   `json:"colonnes"`
	Rangees  [][]string `json:"rangees"`
}

// Hit is a row that a search found.
type Hit struct {
	Table    string   `json:"table"`
	Ligne    int      `json:"ligne"` // of the file, from 1; the header is line 1
	Colonnes []string `json:"colonnes"`
	Rangee   []string `json:"rangee"`
}

// Tables lists the tables in a fixed order, the practice's own last.
func (s *Set) Tables() []Info {
	infos := make([]Info, len(s.files))
	for i, f := range s.files {
		infos[i] = f.info()
	}
	return infos
}

func (f *file) info() Info {
	in := Info{Nom: f.table, Lignes: len(f.rows), Locale: f.local, Certitude: map[Certitude]int{}}
	for _, l := range loaders {
		if l.name == f.name {
			in.Titre = l.titre
		}
	}
	if i := slices.Index(f.cols, "certitude"); i >= 0 {
		for _, row := range f.rows {
			in.Certitude[Certitude(row[i])]++
		}
	}
	return in
}

// Table returns the content of a table by its name, or false. Its rows are
// copies of the published file: what a newer row closes is shown as published.
func (s *Set) Table(name string) (Table, bool) {
	for _, f := range s.files {
		if f.table == name {
			t := Table{Info: f.info(), Colonnes: slices.Clone(f.cols)}
			for _, row := range f.rows {
				t.Rangees = append(t.Rangees, slices.Clone(row))
			}
			return t, true
		}
	}
	return Table{}, false
}

// Search returns the rows that hold every word of the query, whatever the case
// and the accents: "visite nuit", "835 0300". A row that has a word as its whole
// first column, usually its code, comes before the others.
func (s *Set) Search(query string) []Hit {
	words := strings.Fields(Fold(query))
	if len(words) == 0 {
		return nil
	}
	var exact, others []Hit
	for _, f := range s.files {
		for i, row := range f.rows {
			text := Fold(strings.Join(row, "\n"))
			if !containsAll(text, words) {
				continue
			}
			h := Hit{Table: f.table, Ligne: i + 2, Colonnes: slices.Clone(f.cols), Rangee: slices.Clone(row)}
			if slices.Contains(words, Fold(row[0])) {
				exact = append(exact, h)
			} else {
				others = append(others, h)
			}
		}
	}
	return append(exact, others...)
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// Fold returns a text in lower case without the accents of French, for comparison.
func Fold(s string) string {
	return strings.Map(fold, strings.NewReplacer("œ", "oe", "Œ", "oe", "æ", "ae", "Æ", "ae").Replace(strings.ToLower(s)))
}

func fold(r rune) rune {
	switch r {
	case 'à', 'â', 'ä', 'á', 'ã', 'å':
		return 'a'
	case 'ç':
		return 'c'
	case 'é', 'è', 'ê', 'ë':
		return 'e'
	case 'î', 'ï', 'í', 'ì':
		return 'i'
	case 'ñ':
		return 'n'
	case 'ô', 'ö', 'ó', 'ò', 'õ':
		return 'o'
	case 'ù', 'û', 'ü', 'ú':
		return 'u'
	case 'ÿ', 'ý':
		return 'y'
	case '’':
		return '\''
	}
	return r
}
