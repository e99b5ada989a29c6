package b2

import (
	"bytes"
	"testing"
	"unicode/utf8"
)

func seed(f *testing.F) {
	for _, name := range []string{"demonstration.b2", "centre.b2"} {
		data := readGolden(f, name)
		f.Add(data)
		f.Add(data[:len(data)-Size/2])
		f.Add(data[Size:])
		f.Add(append(append([]byte{}, data[:300]...), data[303:]...))
		f.Add(withLineEnds(data))
	}
	f.Add([]byte(nil))
	f.Add(bytes.Repeat([]byte("4"), 3*Size))
}

func FuzzDecode(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Decode(data)
		if problems := Check(data); (err == nil) != (len(problems) == 0) {
			t.Fatalf("Decode says %v, Check %d problems", err, len(problems))
		}
		if err != nil {
			return
		}
		again, err := Encode(file)
		if err != nil {
			t.Fatalf("what Decode accepts, Encode refuses: %v", err)
		}
		if !bytes.Equal(data, again) {
			t.Fatal("encoding again gives other bytes")
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

func FuzzParseRecord(f *testing.F) {
	for k := Kind000; k < kindCount; k++ {
		f.Add(templates[k][:])
	}
	f.Add(blanks[:])
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRecord(data)
		if err == nil && (!bytes.Equal(r.Bytes(), data) || r.Kind() == KindInconnu) {
			t.Fatalf("record of kind %s has other bytes", r.Kind())
		}
	})
}
