package b2

import (
	"os"
	"strings"
	"testing"
)

// TestLayoutCoversRecords checks the embedded table without its loader's help:
// every column of every kind belongs to exactly one field.
func TestLayoutCoversRecords(t *testing.T) {
	for k := Kind000; k < kindCount; k++ {
		var owner [Size + 1]string
		for _, f := range Fields(k) {
			for column := f.Start; column <= f.End; column++ {
				if owner[column] != "" {
					t.Errorf("record %s: column %d is in %s and in %s", k, column, owner[column], f.Name)
				}
				owner[column] = f.Name
			}
		}
		for column := 1; column <= Size; column++ {
			if owner[column] == "" {
				t.Errorf("record %s: column %d is in no field", k, column)
			}
		}
	}
}

func TestLayoutRowsHaveSources(t *testing.T) {
	for k := Kind000; k < kindCount; k++ {
		for _, f := range Fields(k) {
			if f.Origine == "" || f.Certitude == "" || f.Format == 0 {
				t.Errorf("record %s, %s: source %q, certainty %q, format %d", k, f.Name, f.Origine, f.Certitude, f.Format)
			}
		}
	}
	if Fields(kindCount) != nil || Fields(KindInconnu) != nil {
		t.Error("an unknown kind has fields")
	}
}

func TestParseLayoutRefuses(t *testing.T) {
	table, err := os.ReadFile("tables/layout.csv")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, old, new, want string }{
		{"hole", "1,20,3,22,n° de lot", "1,21,2,22,n° de lot", "starts at column 21, 20 expected"},
		{"overlap", "1,20,3,22,n° de lot", "1,19,4,22,n° de lot", "starts at column 19, 20 expected"},
		{"wrong length", "1,20,3,22,n° de lot", "1,20,4,22,n° de lot", "are not 4 long"},
		{"no number", "1,20,3,22,n° de lot", "1,x,3,22,n° de lot", "invalid syntax"},
		{"too short", "6,55,74,128,FILLER", "6,55,73,127,FILLER", "end at column 127"},
		{"unknown record", "1,20,3,22,n° de lot", "7,20,3,22,n° de lot", "unknown record"},
		{"unknown format", "n° de lot,N/O,nombre", "n° de lot,N/O,entier", "format \"entier\""},
		{"value without meaning", "n° de lot,N/O,nombre,", "n° de lot,N/O,nombre,12", "has no meaning"},
		{"constant of another width", "constante,128", "constante,12", "does not fill"},
		{"decimals", "decimal,2", "decimal,9", "decimals"},
		{"repeats an unknown record", "repete,000", "repete,00", "repeats unknown record"},
		{"repeats no field", "999,50,6,55,identification du fichier", "999,50,6,55,identification", "repeats no field of record 000"},
		{"same name twice", "1,26,2,27,statut", "1,26,2,27,catégorie", "two fields are named catégorie"},
		{"columns", "record,start,len", "record,len,start", "the table's columns"},
		{"empty", string(table), "", "the table is empty"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			changed := strings.Replace(string(table), test.old, test.new, 1)
			if changed == string(table) {
				t.Fatalf("%q is not in the table", test.old)
			}
			_, err := parseLayout(strings.NewReader(changed))
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestIdentify(t *testing.T) {
	record := func(kind byte, letters map[int]byte) string {
		rec := zeros
		rec[0] = kind
		for column, letter := range letters {
			rec[column-1] = letter
		}
		return string(rec[:])
	}
	tests := []struct {
		name string
		rec  string
		want Kind
	}{
		{"2", record('2', nil), Kind2},
		{"2S", record('2', map[int]byte{39: 'S'}), Kind2S},
		{"3S", record('3', map[int]byte{39: 'S'}), Kind3S},
		{"3F", record('3', map[int]byte{36: 'F'}), Kind3F},
		{"4S", record('4', map[int]byte{36: 'S'}), Kind4S},
		{"4M", record('4', map[int]byte{36: 'M'}), Kind4M},
		{"4 with a letter of no complement", record('4', map[int]byte{36: 'Z'}), KindInconnu},
		{"2 with a letter of no complement", record('2', map[int]byte{39: 'E'}), KindInconnu},
		{"000", record('0', nil), Kind000},
		{"001", record('0', map[int]byte{3: '1'}), KindInconnu},
		{"999", record('9', map[int]byte{2: '9', 3: '9'}), Kind999},
		{"900", record('9', nil), KindInconnu},
		{"7", record('7', nil), KindInconnu},
		{"blank", string(blanks[:]), KindInconnu},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := theLayout.identify(test.rec); got != test.want {
				t.Errorf("kind %s, want %s", got, test.want)
			}
		})
	}
}

func TestKindNames(t *testing.T) {
	for k := Kind000; k < kindCount; k++ {
		if got := KindOf(k.String()); got != k {
			t.Errorf("kind %d is named %s, which is kind %d", k, k, got)
		}
		if kindLabels[k] == "" {
			t.Errorf("kind %s has no label", k)
		}
	}
	if KindOf("7") != KindInconnu || KindInconnu.String() != "?" || Kind(200).String() != "?" {
		t.Error("an unknown kind has a name")
	}
}
