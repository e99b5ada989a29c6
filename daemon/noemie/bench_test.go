package noemie

import (
	"fmt"
	"testing"
)

// day is the file of a day of n invoices, 4 % of them rejected.
func day(b testing.TB, n int) []byte {
	returns := make([]Return, n)
	for i := range returns {
		r := Return{Kind: Paye, Etat: "P", Part: PartAMO, Lot: 1 + i/200%999, DateLot: 250808, Facture: fmt.Sprintf("%09d", i+1), Numero: i + 1,
			TypeFacture: "F", DateFacture: 250807, Demande: 2100, Montant: 2100, TypeRetour: "01", Date: 250819, Virement: "VIREMENT"}
		if i%25 == 0 {
			r.Kind, r.Etat, r.Montant = Rejete, "R", 0
			r.Libelles = []Libelle{{Entite: "294", Code: "X001", Texte: "LIBELLE INVENTE", Niveau: "F", Part: "O"}}
		}
		returns[i] = r
	}
	f, err := Compose(sampleEntete(), returns)
	if err != nil {
		b.Fatal(err)
	}
	return Encode(f)
}

// detailed is a file of the widest entities that invoices have.
func detailed(b testing.TB) []byte {
	var records []Record
	for i := range 2000 {
		records = append(records, facture(b, i+1, "001"), rec(b, "103", Text("N° immatriculation", "2970763220123")),
			part(b, "198", 2100, "P", 2100, "P"), rec(b, "210", Number("Montant remboursé", 2100), Text("Signe de l'acte", "P")))
	}
	return write(b, sampleEntete(), records...)
}

// BenchmarkParse gives MB/s of NOEMIE: run it with -cpu 1 for the figure of one
// core. Memmove copies the same bytes and is the floor.
func BenchmarkParse(b *testing.B) {
	for name, data := range map[string][]byte{"short": day(b, 20_000), "wide": detailed(b)} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(data); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/memmove", func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			copied := make([]byte, len(data))
			for b.Loop() {
				copy(copied, data)
			}
		})
	}
}

// BenchmarkDay reads a day of 100 000 invoices and makes its returns.
func BenchmarkDay(b *testing.B) {
	data := day(b, 100_000)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f, err := Parse(data)
		if err != nil {
			b.Fatal(err)
		}
		if n := len(Returns(f)); n != 100_000 {
			b.Fatalf("%d returns", n)
		}
	}
}
