package b2

import "testing"

// fullFile is a file of CoupureFactures invoices at most, as a busy practice
// sends: a médecin traitant in each, a second act in one of three.
func fullFile(b testing.TB) File {
	f := sampleFile(b)
	l := &f.Lots[0]
	l.Factures = nil
	for n := 1; n <= CoupureFactures; n++ {
		facture := sampleConsultation()
		facture.Numero = 1000 + n
		facture.Complement.NomMT, facture.Complement.PrenomMT = "MEDECIN TRAITANT", "CAMILLE"
		facture.Complement.NumeroMT, facture.Complement.NIRCertifie, facture.Complement.CleCertifie = "991000015", facture.NIR, facture.CleNIR
		if n%3 == 0 {
			second := facture.Lignes[0]
			second.Code, second.PrixUnitaire, second.Base, second.AMO, second.Honoraires = "MD", 1000, 1000, 700, 1000
			facture.Lignes = append(facture.Lignes, second)
		}
		l.Factures = append(l.Factures, facture)
		if f.Records() > CoupureRecords {
			l.Factures = l.Factures[:len(l.Factures)-1]
			break
		}
	}
	return f
}

// BenchmarkCodec gives MB/s of B2: run it with -cpu 1 for the figure of one core.
// Memmove copies the same bytes and is the floor.
func BenchmarkCodec(b *testing.B) {
	f := fullFile(b)
	data, err := Encode(f)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("encode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Encode(f); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := Decode(data); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("memmove", func(b *testing.B) {
		b.SetBytes(int64(len(data)))
		copied := make([]byte, len(data))
		for b.Loop() {
			copy(copied, data)
		}
	})
}

// BenchmarkDay encodes and decodes the files of a day of 100 000 invoices; memmove
// copies the same bytes twice, once for each way, and is the floor. The ratio of the
// two times is what is compared: it does not depend on the machine.
func BenchmarkDay(b *testing.B) {
	const invoices = 100_000
	f := fullFile(b)
	data, err := Encode(f)
	if err != nil {
		b.Fatal(err)
	}
	files := (invoices + len(f.Lots[0].Factures) - 1) / len(f.Lots[0].Factures)
	b.Run("codec", func(b *testing.B) {
		b.SetBytes(int64(2 * files * len(data)))
		for b.Loop() {
			for range files {
				data, err := Encode(f)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := Decode(data); err != nil {
					b.Fatal(err)
				}
			}
		}
		b.ReportMetric(float64(invoices*b.N)/b.Elapsed().Seconds(), "invoices/s")
	})
	b.Run("memmove", func(b *testing.B) {
		b.SetBytes(int64(2 * files * len(data)))
		copied := make([]byte, len(data))
		for b.Loop() {
			for range 2 * files {
				copy(copied, data)
			}
		}
	})
}
