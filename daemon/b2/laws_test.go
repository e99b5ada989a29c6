package b2

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// fillBinding gives the bound member any value that its field can hold in the
// normal form.
func fillBinding[T any](t *rapid.T, b *binding[T], x *T) {
	width := b.end - b.start
	switch b.format {
	case FormatTexte:
		if b.required || rapid.Bool().Draw(t, "present") {
			*b.text(x) = drawText(t, width)
		}
	case FormatCode:
		if b.required || rapid.Bool().Draw(t, "present") {
			*b.text(x) = drawDigits(t, width, !b.required)
		}
	case FormatMontant:
		*b.amount(x) = rapid.Int64Range(0, 999999).Draw(t, "amount")
	case FormatDate:
		*b.date(x) = drawDate(t)
	case FormatNaissance:
		*b.date(x) = Date(rapid.IntRange(0, 999999).Draw(t, "birth"))
	default:
		*b.number(x) = rapid.IntRange(0, power(10, width)-1).Draw(t, "number")
	}
}

func fillAll[T any](t *rapid.T, m *mapping[T], x *T) {
	for i := range m.bindings {
		fillBinding(t, &m.bindings[i], x)
	}
}

func power(base, n int) int {
	p := 1
	for range n {
		p *= base
	}
	return p
}

func drawText(t *rapid.T, width int) string {
	s := rapid.StringOfN(rapid.RuneFrom([]rune("ABCXYZ0189 '-./")), 1, width, -1).Draw(t, "text")
	if s = strings.TrimSpace(s); s == "" {
		return "Z"
	}
	return s
}

func drawDigits(t *rapid.T, width int, nonZero bool) string {
	s := rapid.StringOfN(rapid.RuneFrom([]rune("0123456789")), width, width, -1).Draw(t, "digits")
	if nonZero && strings.Trim(s, "0") == "" {
		return s[1:] + "1"
	}
	return s
}

func drawDate(t *rapid.T) Date {
	d := Date(rapid.IntRange(0, 99).Draw(t, "year")*10000 + rapid.IntRange(1, 12).Draw(t, "month")*100 +
		rapid.IntRange(1, 31).Draw(t, "day"))
	if !d.Calendar() {
		d -= 3
	}
	return d
}

// drawFile draws a file in the normal form, as Decode returns it.
func drawFile(t *rapid.T) File {
	var f File
	fillAll(t, &mapping000, &f)
	f.Creation = drawDate(t)
	f.Destinataire = SMG
	f.Demonstration = rapid.Bool().Draw(t, "demonstration")
	if f.Message = strings.ReplaceAll(f.Message, demo, "X"); f.Demonstration && len(f.Message) > 32 {
		f.Message = strings.TrimSpace(f.Message[:32])
	}
	for n := range rapid.IntRange(1, 3).Draw(t, "lots") {
		var l Lot
		fillAll(t, &mapping1, &l)
		l.Numero, l.Date, l.Organisme = n+1, drawDate(t), SMG.Organisme()
		for i := range rapid.IntRange(1, 3).Draw(t, "factures") {
			l.Factures = append(l.Factures, drawFacture(t, i+1, f.Demonstration))
		}
		f.Lots = append(f.Lots, l)
	}
	return f
}

func drawFacture(t *rapid.T, number int, demonstration bool) Facture {
	var f Facture
	fillAll(t, &mapping2, &f)
	f.Numero = number
	f.NIR = drawDigits(t, 13, true)
	f.Eclatement = rapid.SampledFrom([]string{"", "F"}).Draw(t, "eclatement")
	if f.Regime == regimeSansRang {
		f.Rang = 0
	}
	if !demonstration && rapid.Bool().Draw(t, "editeur") {
		f.Editeur = rapid.StringMatching("[A-Z]{1,3}").Draw(t, "editeur")
	}
	if rapid.Bool().Draw(t, "2S") {
		f.Complement = new(ComplementFacture)
		fillAll(t, &mapping2S, f.Complement)
	}
	for range rapid.IntRange(1, 3).Draw(t, "lignes") {
		var l Ligne
		fillAll(t, &mapping4, &l)
		l.Date, l.Exoneration = drawDate(t), ""
		l.Quantite, l.Taux = 1+l.Quantite%99, l.Taux%101
		l.AMO = min(l.AMO, l.Honoraires)
		if f.Eclatement == "F" {
			l.AMC = 0
		}
		if rapid.Bool().Draw(t, "4S") {
			l.Complement = new(ComplementLigne)
			fillAll(t, &mapping4S, l.Complement)
		}
		f.Lignes = append(f.Lignes, l)
	}
	drawRecords(t, &f)
	f.Exoneration = rapid.SampledFrom([]string{"", "0", "4", "C"}).Draw(t, "exoneration")
	if f.Exoneration == "" && len(f.Lignes) == 1 {
		f.Exoneration = "0"
	}
	for i := range f.Lignes {
		if f.Exoneration == "" { // the lines do not agree
			f.Lignes[i].Exoneration = "04C"[i : i+1]
		}
	}
	return f
}

// drawRecords adds records that are kept as they are: stays before the lines,
// complements and stays after any of them.
func drawRecords(t *rapid.T, f *Facture) {
	if rapid.Bool().Draw(t, "stays") {
		f.Prealables = []Record{drawRecord(t, Kind3)}
		for _, k := range []Kind{Kind3S, Kind3E, Kind3F, Kind3H} {
			if rapid.Bool().Draw(t, "complement") {
				f.Prealables = append(f.Prealables, drawRecord(t, k))
			}
		}
	}
	for i := range f.Lignes {
		for range rapid.IntRange(0, 2).Draw(t, "complements") {
			k := rapid.SampledFrom([]Kind{Kind4E, Kind4B, Kind4H, Kind4M}).Draw(t, "complement")
			f.Lignes[i].Suite = append(f.Lignes[i].Suite, drawRecord(t, k))
		}
		if rapid.Bool().Draw(t, "stay") {
			f.Lignes[i].Suite = append(f.Lignes[i].Suite, drawRecord(t, Kind3))
		}
	}
}

// drawRecord draws every field of a record but those that repeat another record.
func drawRecord(t *rapid.T, k Kind) Record {
	r, err := NewRecord(k)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range Fields(k) {
		if f.Format != FormatRepete {
			drawField(t, &f, &r)
		}
	}
	if k == Kind3 { // sums must fit, and what is billed cover what is reimbursed
		for _, f := range []*Field{stay.base, stay.amo, stay.amc, stay.depense} {
			v := rapid.Int64Range(0, 99999).Draw(t, "amount")
			if f == stay.depense {
				v = 99999
			}
			if err := r.SetNumber(f.Name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	return r
}

// ownFields compares records without the fields that repeat another one, which
// Encode fills in.
var ownFields = cmp.Comparer(func(a, b Record) bool {
	for _, f := range repeats[a.kind] {
		copy(b.data[f.start:f.end], a.data[f.start:f.end])
	}
	return a == b
})

func TestDecodeOfEncodeIsIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawFile(t)
		data, err := Encode(f)
		if err != nil {
			t.Fatal(err)
		}
		if len(data) != f.Records()*Size {
			t.Fatalf("%d bytes for %d records", len(data), f.Records())
		}
		got, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, got, ownFields); diff != "" {
			t.Fatalf("decoded file differs (-want +got):\n%s", diff)
		}
	})
}

// TestEncodeOfDecodeIsIdentity damages valid files: what Decode still accepts is
// written back to the byte, and what it refuses has a reason.
func TestEncodeOfDecodeIsIdentity(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		data, err := Encode(drawFile(t))
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 2).Draw(t, "damages") {
			at := rapid.IntRange(0, len(data)-1).Draw(t, "at")
			data[at] = rapid.SampledFrom([]byte(" 019AZaé")).Draw(t, "byte")
		}
		f, err := Decode(data)
		if err != nil {
			if len(Check(data)) == 0 {
				t.Fatal("refused without a problem")
			}
			return
		}
		accepted++
		again, err := Encode(f)
		if err != nil {
			t.Fatalf("what Decode accepts, Encode refuses: %v", err)
		}
		if !bytes.Equal(data, again) {
			t.Fatalf("encoded again differs:\n%s", cmp.Diff(string(data), string(again)))
		}
	})
	if accepted == 0 {
		t.Error("no file was accepted: the law was not tried")
	}
}

// TestEncodeNormalises checks that what Encode accepts beyond the normal form is
// written as the normal form is.
func TestEncodeNormalises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		normal := drawFile(t)
		want, err := Encode(normal)
		if err != nil {
			t.Fatal(err)
		}
		other := normal
		other.Lots = append([]Lot(nil), normal.Lots...)
		l := &other.Lots[0]
		l.Nom = " " + strings.ToLower(l.Nom)
		l.Factures = append([]Facture(nil), l.Factures...)
		f := &l.Factures[0]
		if f.Regime == regimeSansRang {
			f.Rang = 3
		}
		if f.DelivreePar == "" {
			f.DelivreePar = "000"
		}
		if f.Exoneration != "" {
			f.Lignes = append([]Ligne(nil), f.Lignes...)
			for i := range f.Lignes {
				f.Lignes[i].Exoneration = f.Exoneration
			}
			if len(f.Prealables) == 0 && rapid.Bool().Draw(t, "not raised yet") {
				f.Exoneration = ""
			}
		}
		got, err := Encode(other)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(want, got) {
			t.Fatalf("written otherwise:\n%s", cmp.Diff(string(want), string(got)))
		}
	})
}

// wildTexts are what callers may well put in a member of a File.
var wildTexts = []string{"", " ", "0", "00", "a", "é", "œ", " X", "X ", "c", "C", "f", "F",
	"demo", "DEMO", "DEMO X", " demo x", "\x00", "\xff", "语",
	"01", "000000000", "297022a020778", "297022A02077 ", "12345678901234567890123456789012345678901234567890"}

// spoil puts anything in some members of x.
func spoil[T any](t *rapid.T, m *mapping[T], x *T) {
	for range rapid.IntRange(1, 2).Draw(t, "members") {
		b := &m.bindings[rapid.IntRange(0, len(m.bindings)-1).Draw(t, "member")]
		switch {
		case b.text != nil:
			*b.text(x) = rapid.SampledFrom(wildTexts).Draw(t, "text")
		case b.number != nil:
			*b.number(x) = rapid.SampledFrom([]int{-1, 0, 9, 1e9, math.MaxInt}).Draw(t, "number")
		case b.amount != nil:
			*b.amount(x) = rapid.SampledFrom([]int64{-1, 0, 9, 1e9, math.MaxInt64, math.MinInt64}).Draw(t, "amount")
		case b.date != nil:
			*b.date(x) = rapid.SampledFrom([]Date{0, 1, 250230, 1000000, math.MaxUint32}).Draw(t, "date")
		}
	}
}

// TestDecodeAcceptsWhatEncodeWrites spoils files: either Encode has a reason to
// refuse them, or what it writes is a file that Decode accepts.
func TestDecodeAcceptsWhatEncodeWrites(t *testing.T) {
	written := 0
	rapid.Check(t, func(t *rapid.T) {
		f := drawFile(t)
		l := &f.Lots[0]
		facture := &l.Factures[0]
		switch rapid.IntRange(0, 6).Draw(t, "spoilt") {
		case 0:
			spoil(t, &mapping000, &f)
		case 1:
			spoil(t, &mapping1, l)
		case 2:
			spoil(t, &mapping2, facture)
		case 3:
			spoil(t, &mapping4, &facture.Lignes[0])
		case 4:
			facture.Complement = new(ComplementFacture)
			spoil(t, &mapping2S, facture.Complement)
		case 5:
			facture.Editeur = rapid.SampledFrom(wildTexts).Draw(t, "editeur")
		case 6:
			f.Message = rapid.SampledFrom(wildTexts).Draw(t, "message")
		}
		data, err := Encode(f)
		if err != nil {
			return
		}
		written++
		if _, err := Decode(data); err != nil {
			t.Fatalf("what Encode writes, Decode refuses: %v", err)
		}
	})
	if written == 0 {
		t.Error("no file was written: the law was not tried")
	}
}

// TestRecordIsIdentity sets every field of a record of any kind and reads it back,
// before and after ParseRecord.
func TestRecordIsIdentity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := Kind(rapid.IntRange(int(Kind000), int(Kind999)).Draw(t, "kind"))
		r, err := NewRecord(k)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{}
		for _, f := range Fields(k) {
			if v := drawField(t, &f, &r); v != nil {
				want[f.Name] = v
			}
		}
		parsed, err := ParseRecord(r.Bytes())
		if err != nil {
			t.Fatalf("record %s: %v", k, err)
		}
		if parsed != r {
			t.Fatalf("record %s: the bytes changed", k)
		}
		for _, f := range Fields(k) {
			v, set := want[f.Name]
			if !set {
				continue
			}
			if got := readField(t, &f, &parsed); got != v {
				t.Fatalf("record %s, %s: %v read, %v written", k, f.Name, got, v)
			}
		}
	})
}

// drawField sets a field to a drawn value and returns it; nil for the fields that
// are not set.
func drawField(t *rapid.T, f *Field, r *Record) any {
	var v any
	var err error
	switch format := f.origin().Format; format {
	case FormatBlanc, FormatConstante:
		return nil
	case FormatTexte:
		v = drawText(t, f.width())
		err = r.SetText(f.Name, v.(string))
	case FormatCode:
		v = drawDigits(t, f.width(), false)
		err = r.SetText(f.Name, v.(string))
	case FormatDate:
		v = drawDate(t)
		err = r.SetDate(f.Name, v.(Date))
	default:
		v = rapid.Int64Range(0, int64(power(10, f.width())-1)).Draw(t, "number")
		err = r.SetNumber(f.Name, v.(int64))
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func readField(t *rapid.T, f *Field, r *Record) any {
	var v any
	var err error
	switch f.origin().Format {
	case FormatTexte, FormatCode:
		v, err = r.Text(f.Name)
	case FormatDate:
		v, err = r.Date(f.Name)
	default:
		v, err = r.Number(f.Name)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}
