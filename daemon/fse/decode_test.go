package fse

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a text with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got)\n%s", path, diff)
	}
}

func TestContract(t *testing.T) {
	d, err := DecodeDraft([]byte(contractDraft))
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.MarshalIndent(Price(d, Context{Today: 20250808}), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "contract.json", append(b, '\n'))
}

func TestAnswerOfARefusedDraftHasNoNullList(t *testing.T) {
	b, err := json.Marshal(Price(nil, Context{}))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"prix":null,"avertissements":[],"erreurs":[{"code":"BROUILLON_VIDE","chemin":"","message":"La FSE est vide : sélectionnez un patient et saisissez un acte.","bloquant":true}]}`
	if string(b) != want {
		t.Errorf("got %s", b)
	}
}

func TestDecodeDraftRefuses(t *testing.T) {
	deep := strings.Repeat(`{"nature":{"avant":`, 20) + "null" + strings.Repeat(`}}`, 20)
	deep = `{"nature":{"avant":` + strings.TrimPrefix(deep, `{"nature":{"avant":`)
	tests := []struct {
		name, in, code, path string
		offset               int
	}{
		{"empty", ``, CodeJSONType, "", 0},
		{"null", `null`, CodeJSONType, "", 0},
		{"list", `[]`, CodeJSONType, "", 0},
		{"unknown field", `{"amo":{"regime":"01","caise":"349"}}`, CodeJSONChamp, "amo.caise", 22},
		{"field in another case", `{"Mode":"securise"}`, CodeJSONChamp, "Mode", 1},
		{"unknown field in an act", `{"actes":[{"code":"G"},{"prix":1}]}`, CodeJSONChamp, "actes[1].prix", 24},
		{"long unknown field", `{"` + strings.Repeat("x", 50) + `":1}`, CodeJSONChamp, strings.Repeat("x", 20) + "…", 1},
		{"control character in a field", `{"a\u001bb":1}`, CodeJSONChamp, "a?b", 1},
		{"duplicate key", `{"mode":"securise","mode":"degrade"}`, CodeJSONDouble, "mode", 19},
		{"duplicate key in disguise", `{"mode":"securise","m\u006fde":"degrade"}`, CodeJSONDouble, "mode", 19},
		{"trailing text", `{} x`, CodeJSONSuite, "", 3},
		{"second object", "{}\n{}", CodeJSONSuite, "", 3},
		{"number for a text", `{"mode":1}`, CodeJSONType, "mode", 8},
		{"text for a number", `{"actes":[{"quantite":"1"}]}`, CodeJSONType, "actes[0].quantite", 22},
		{"fraction", `{"actes":[{"honoraires":30.5}]}`, CodeJSONType, "actes[0].honoraires", 24},
		{"exponent", `{"actes":[{"honoraires":3e3}]}`, CodeJSONType, "actes[0].honoraires", 24},
		{"leading zero", `{"actes":[{"quantite":01}]}`, CodeJSONType, "actes[0].quantite", 22},
		{"huge number", `{"actes":[{"honoraires":1234567890123456789}]}`, CodeJSONType, "actes[0].honoraires", 24},
		{"not a number", `{"actes":[{"honoraires":NaN}]}`, CodeJSONType, "actes[0].honoraires", 24},
		{"text for a boolean", `{"tiersPayant":{"amo":"oui"}}`, CodeJSONType, "tiersPayant.amo", 22},
		{"object for a list", `{"actes":{}}`, CodeJSONType, "actes", 9},
		{"list for an object", `{"amo":[]}`, CodeJSONType, "amo", 7},
		{"null in a list", `{"actes":[null]}`, CodeJSONType, "actes[0]", 10},
		{"date that is no day", `{"dateSoins":"2025-02-29"}`, CodeJSONType, "dateSoins", 13},
		{"date with an hour", `{"dateSoins":"2025-02-28T10:00"}`, CodeJSONType, "dateSoins", 13},
		{"coefficient as a number", `{"actes":[{"coefficient":1}]}`, CodeJSONType, "actes[0].coefficient", 25},
		{"coefficient with three decimals", `{"actes":[{"coefficient":"1.555"}]}`, CodeJSONType, "actes[0].coefficient", 25},
		{"bad UTF-8", "{\"mode\":\"\xff\"}", CodeJSONUTF8, "mode", 9},
		{"half a surrogate pair", `{"mode":"\ud800"}`, CodeJSONUTF8, "mode", 9},
		{"wrong second half", `{"mode":"\ud800\u0041"}`, CodeJSONUTF8, "mode", 9},
		{"bad escape", `{"mode":"\x"}`, CodeJSONSyntaxe, "mode", 9},
		{"escape cut short", `{"mode":"\`, CodeJSONSyntaxe, "mode", 10},
		{"control character", "{\"mode\":\"a\nb\"}", CodeJSONSyntaxe, "mode", 10},
		{"text cut short", `{"mode":"sec`, CodeJSONSyntaxe, "mode", 12},
		{"key cut short", `{"mo`, CodeJSONSyntaxe, "", 4},
		{"no colon", `{"mode" "x"}`, CodeJSONSyntaxe, "mode", 8},
		{"no comma", `{"mode":"x" "parcours":"T"}`, CodeJSONSyntaxe, "", 12},
		{"no key", `{1:2}`, CodeJSONSyntaxe, "", 1},
		{"list without comma", `{"actes":[{} {}]}`, CodeJSONSyntaxe, "actes", 13},
		{"too deep", deep, CodeJSONProfondeur, "", 0},
		{"too long", `{"mode":"` + strings.Repeat("x", 1<<20) + `"}`, CodeJSONTaille, "mode", 1 << 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d, err := DecodeDraft([]byte(tt.in))
			var de *DecodeError
			if !errors.As(err, &de) || d != nil {
				t.Fatalf("got %v, %v", d, err)
			}
			if tt.code == CodeJSONProfondeur {
				de.Path, de.Offset = "", 0 // deep inside
			}
			if de.Code != tt.code || de.Path != tt.path || de.Offset != tt.offset {
				t.Errorf("got %s at %q, byte %d; want %s at %q, byte %d", de.Code, de.Path, de.Offset, tt.code, tt.path, tt.offset)
			}
			if is := de.Issue(); is.Message == "" || strings.Contains(is.Message, "%!") || !is.Bloquant {
				t.Errorf("issue %+v", is)
			}
			if !strings.HasPrefix(err.Error(), "cannot read the draft: JSON_") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestDecodeDraftAcceptsNullAsAbsent(t *testing.T) {
	d, err := DecodeDraft([]byte(` { "mode" : null , "actes" : [ { "code" : "G" , "honoraires" : null , "coefficient":null, "date":null } ] , "nature":null, "dateSoins":null } ` + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&Draft{Actes: []Acte{{Code: "G"}}}, d); diff != "" {
		t.Error(diff)
	}
}

func TestDecodeDraftReadsEscapes(t *testing.T) {
	d, err := DecodeDraft([]byte(`{"beneficiaire":{"nom":"\u00c9\"\\\ud83d\ude00"},"amo":{},"actes":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	if d.Beneficiaire.Nom != "É\"\\😀" {
		t.Errorf("got %q", d.Beneficiaire.Nom)
	}
}

func TestDecodeAll(t *testing.T) {
	in := "\n{\"mode\":\"securise\"}\n{\"mode\":1}\n\n{\n \"mode\":\"degrade\"\n}\n{\"mode\":\"x\"} rest\n{\"mo"
	type line struct {
		Line int
		Mode Mode
		Code string
	}
	var got []line
	for n, d := range DecodeAll([]byte(in)) {
		l := line{Line: n}
		if d.Err != nil {
			l.Code = d.Err.Code
		} else {
			l.Mode = d.Draft.Mode
		}
		got = append(got, l)
	}
	want := []line{{2, Securise, ""}, {3, "", CodeJSONType}, {5, Degrade, ""}, {8, "x", ""}, {8, "", CodeJSONType}, {9, "", CodeJSONSyntaxe}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for range DecodeAll([]byte(in)) {
		break // the reader may stop at any draft
	}
}

func TestDecodeAllGivesOneErrorForABrokenDraft(t *testing.T) {
	good := `{"mode":"securise"}`
	tests := []struct {
		name, in string
		want     []string // code of each draft, "" for one that is read
	}{
		{"pretty-printed, unknown field", "{\n  \"mod\": \"securise\",\n  \"amo\": {\n    \"ald\": true\n  }\n}\n" + good, []string{CodeJSONChamp, ""}},
		{"pretty-printed, a brace short", "{\n  \"amo\": {\n    \"ald\": 1\n}\n" + good, []string{CodeJSONType, ""}},
		{"pretty-printed, a quote short", "{\n  \"mode\": \"sec,\n  \"amo\": null\n}\n" + good, []string{CodeJSONSyntaxe, ""}},
		{"NDJSON, cut short twice", "{\"mode\":\n{\"amo\":\n" + good, []string{CodeJSONType, CodeJSONChamp, ""}},
		{"NDJSON, no object", "zzz\nzzz\n" + good, []string{CodeJSONType, CodeJSONType, ""}},
		{"brace in a text", "{\"mod\":\"{\\\"{\"}\n " + good, []string{CodeJSONChamp, ""}},
		{"byte order mark", "\ufeff" + good, []string{""}},
		{"UTF-16", "\xff\xfe{\x00}\x00", []string{CodeJSONUTF16}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, d := range DecodeAll([]byte(tt.in)) {
				code := ""
				if d.Err != nil {
					code = d.Err.Code
				}
				got = append(got, code)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDecodeDraftReadsAByteOrderMark(t *testing.T) {
	if d, err := DecodeDraft([]byte("\ufeff{\"mode\":\"degrade\"}")); err != nil || d.Mode != Degrade {
		t.Errorf("got %+v, %v", d, err)
	}
	var de *DecodeError
	if _, err := DecodeDraft([]byte("{\x00}\x00")); !errors.As(err, &de) || de.Code != CodeJSONUTF16 {
		t.Errorf("got %v", err)
	}
}

func FuzzDecodeDraft(f *testing.F) {
	f.Add([]byte(contractDraft))
	f.Add([]byte(`{"nature":{"code":"smg","confirme":true,"plafondAttestation":2500,"accordCNMSS":{"date":"2025-01-01","montant":100}},"dateSoins":"2025-08-08"}`))
	f.Add([]byte(`{"actes":[{"code":"DEQP003","ccam":{"association":"2","modificateurs":"M"}},{"code":"IK","km":3}]}`))
	f.Add([]byte("{}\n{}\n"))
	f.Add([]byte(`{"mode":"\ud800"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		for range DecodeAll(b) {
			if n++; n > len(b)+1 {
				t.Fatal("more drafts than bytes")
			}
		}
		d, err := DecodeDraft(b)
		if err != nil {
			var de *DecodeError
			if !errors.As(err, &de) || de.Offset > len(b) {
				t.Fatalf("error %v", err)
			}
			return
		}
		c := Context{Today: 20260101}
		checkAnswer(t, d, Price(d, c))
		checkAnswerText(t, Check(d, c))
		again, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := DecodeDraft(again); err != nil {
			t.Fatalf("cannot read back %s: %v", again, err)
		}
		for _, part := range Split(d) {
			Price(Remake(part, Rejet{Numero: "1"}, Degrade), c)
		}
	})
}

// checkAnswerText fails when an answer can't be written.
func checkAnswerText(t *testing.T, a Answer) {
	var b strings.Builder
	if err := a.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "%!") {
		t.Fatalf("a message lacks a value: %s", b.String())
	}
}
