package noemie

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

func seed(f *testing.F) {
	for _, data := range samples(f) {
		f.Add(data)
		f.Add(data[:len(data)-Size/2])
		f.Add(data[Size:])
		f.Add(append(bytes.Clone(data[:150]), data[153:]...))
	}
	f.Add([]byte(nil))
	f.Add(bytes.Repeat([]byte("777@"), 100))
}

func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if problems := Check(data); (err == nil) != (len(problems.Faults()) == 0) {
			t.Fatalf("Parse says %v, Check %v", err, problems)
		}
		if err != nil {
			return
		}
		if !bytes.Equal(Encode(file), data) {
			t.Fatal("encoding again gives other bytes")
		}
		for _, r := range Returns(file) {
			if r.Record < 1 || r.Record > file.Len() || r.Kind != Autre && r.Entite == "" {
				t.Fatalf("return of record %d of %d", r.Record, file.Len())
			}
		}
	})
}

func FuzzExplain(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, vue := range []Vue{VueMasquee, VueComplete} {
			if text := Explain(data, vue); text == "" || !utf8.ValidString(text) {
				t.Fatalf("%d bytes of explanation, valid %v", len(text), utf8.ValidString(text))
			}
		}
	})
}

func FuzzARL(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		returns, err := ARLAgrafe{}.Decode(data)
		if err == nil && !(ARLAgrafe{}).Recognises(data) {
			t.Fatal("decoded, but not recognised")
		}
		for _, r := range returns {
			if r.Kind != Autre && r.Kind != ARLPositif && r.Kind != ARLNegatif {
				t.Fatalf("an acknowledgement says %v", r.Kind)
			}
		}
	})
}
