package bridge

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// What parse lets through is one call in valid JSON, with an id that may be
// echoed; what it refuses has a JSON-RPC code and no harm done.
func FuzzParse(f *testing.F) {
	for _, frame := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"system.ping","params":{"echo":1}}`,
		`{"jsonrpc":"2.0","id":"a","method":"fse.get","params":{"id":"x"}}`,
		`{"jsonrpc":"2.0","method":"system.ping"}`,
		`{"jsonrpc":"2.0","id":null,"method":"m"}`,
		`{"jsonrpc":"2.0","id":{},"method":"m"}`,
		`{"jsonrpc":"2.0","id":1e999,"method":"m","params":[]}`,
		`{"jsonrpc":"2.0","id":1,"id":1,"method":"m"}`,
		`{"id":{"a":1},"method":5}`,
		`[{"jsonrpc":"2.0","id":1,"method":"m"}]`,
		`{}{}`, `null`, ``, ` `, `{"a":NaN}`, "\xff", "\"\\ud800\"", "\xef\xbb\xbf{}",
		strings.Repeat("[", 40), strings.Repeat(`{"":`, 40), `[` + strings.Repeat("0,", 30) + `0]`,
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		if len(frame) > maxFrame {
			return
		}
		kept := bytes.Clone(frame)
		r, e := parse(frame)
		if !bytes.Equal(kept, frame) {
			t.Fatal("the frame was changed")
		}
		if e != nil {
			if e.Code != codeParse && e.Code != codeRequest || e.Data == nil || e.Message == "" {
				t.Fatalf("the error is %+v", e)
			}
			return
		}
		if !json.Valid(frame) || !utf8.Valid(frame) || bytes.TrimLeft(frame, " \t\r\n")[0] != '{' {
			t.Fatalf("%q was let through", frame)
		}
		if r.Version != "2.0" || r.Method == "" {
			t.Fatalf("%+v was let through", r)
		}
		if r.ID != nil && r.ID[0] != '"' && r.ID[0] != '-' && (r.ID[0] < '0' || r.ID[0] > '9') {
			t.Fatalf("the id is %s", r.ID)
		}
		if r.Params != nil && !json.Valid(r.Params) {
			t.Fatalf("the parameters are %s", r.Params)
		}
		_, _ = params[resyncParams](r.Params)
		_, _ = params[signParams](r.Params)
	})
}
