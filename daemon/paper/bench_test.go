package paper

import "testing"

// BenchmarkLiasse20 makes a bordereau and its 20 sheets: at most 100 ms.
func BenchmarkLiasse20(b *testing.B) {
	l, p := lotOf(b, 20), cabinet()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Liasse(p, l, printed); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFeuille makes one sheet, as after each visit.
func BenchmarkFeuille(b *testing.B) {
	s, p := degraded(b), cabinet()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := FeuilleDeSoins(p, s, printed); err != nil {
			b.Fatal(err)
		}
	}
}
