package b2

import "testing"

// certitudes are the marks of the tables: seen verbatim, in a secondary source,
// inferred, from memory.
var certitudes = map[string]bool{"V": true, "VS": true, "I": true, "M": true}

func TestTables(t *testing.T) {
	tests := []struct {
		name    string
		columns []string
		key     int // number of columns that name a row
	}{
		{"layout.csv", []string{"record", "start", "len", "end", "field", "type_presence", "format", "valeur", "domaine", "note",
			"source", "certitude", "precision"}, 2},
		{"valeurs.csv", []string{"domaine", "code", "libelle", "source", "certitude"}, 2},
		{"constantes.csv", []string{"record", "start", "field", "valeur", "source", "certitude", "note"}, 2},
		{"destinataires.csv", []string{"regime", "type", "source", "certitude"}, 1},
		{"routes.csv", []string{"regime", "caisse", "centre", "organisme", "cti", "usage", "source", "certitude"}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			seen := map[string]bool{}
			for i, row := range mustTable(test.name, test.columns...) {
				key := ""
				for _, cell := range row[:test.key] {
					key += cell + "/"
				}
				if seen[key] {
					t.Errorf("row %d: %s twice", i+2, key)
				}
				seen[key] = true
				for column, name := range test.columns {
					if name == "source" && row[column] == "" || name == "certitude" && !certitudes[row[column]] {
						t.Errorf("row %d: %s is %q", i+2, name, row[column])
					}
				}
			}
			if len(seen) == 0 {
				t.Error("no row")
			}
		})
	}
}

func TestEveryDomainHasValues(t *testing.T) {
	known := map[string]bool{domaineNIR: true, domainePersonne: true, "": true}
	for key := range valeurs() {
		known[key[0]] = true
	}
	for k := Kind000; k < kindCount; k++ {
		for _, f := range Fields(k) {
			if !known[f.Domaine] {
				t.Errorf("record %s, %s: no value of domain %s", k, f.Name, f.Domaine)
			}
		}
	}
}
