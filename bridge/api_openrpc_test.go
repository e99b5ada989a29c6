package bridge

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a document with the one that is published.
func golden(t *testing.T, name string, text []byte) {
	t.Helper()
	file := filepath.FromSlash(name)
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(text)); diff != "" {
		t.Errorf("%s is stale; go test ./bridge -run TestDocuments -update writes it anew:\n%s", name, diff)
	}
}

func indented(t *testing.T, doc any) []byte {
	t.Helper()
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(doc); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type object = map[string]any

// The published documents are what the table and the types say.
func TestDocuments(t *testing.T) {
	golden(t, "api/openrpc.json", indented(t, openRPC(t)))
	golden(t, "api/asyncapi.json", indented(t, asyncAPI(t)))
	golden(t, "ERRORS.md", errorsPage(t))
}

func info() object {
	return object{"title": "Agrafe", "version": "1", // the level of the API
		"description": "The bridge of Agrafe: JSON-RPC 2.0 in the text frames of a WebSocket, subprotocol " + subprotocol +
			". What an error code means, and what to do about it, stands in ERRORS.md; how to begin, in GUIDE.md."}
}

// openRPC describes the methods.
func openRPC(t *testing.T) object {
	s := newSchemas(t)
	kinds := object{}
	for _, k := range state.Kinds {
		kinds[string(k)] = object{"code": kindCode(k), "message": string(k), "data": object{"$ref": "#/components/schemas/Error"}}
	}
	errorSchema := s.of(t, reflect.TypeFor[state.Error]())
	list := []any{}
	for _, m := range methods {
		list = append(list, openMethod(t, s, m))
	}
	return object{
		"openrpc": "1.3.2", "info": info(),
		"servers":    []any{object{"name": "this machine", "url": "ws://127.0.0.1:17373/v1"}},
		"methods":    list,
		"components": object{"schemas": s.used([]any{list, errorSchema}), "errors": kinds},
	}
}

func openMethod(t *testing.T, s *schemas, m method) object {
	params := []any{}
	if name := m.params.Name(); name == "Draft" {
		params = append(params, drafts(s)...)
	} else {
		names, members, required := s.properties(s.of(t, m.params))
		for _, name := range names {
			p := object{"name": name, "schema": members[name]}
			if slices.Contains(required, name) {
				p["required"] = true
			}
			params = append(params, p)
		}
	}
	kinds := slices.Concat(everyKinds, m.kinds)
	errs, names := []any{}, []any{}
	for _, k := range state.Kinds {
		if slices.Contains(kinds, k) {
			errs, names = append(errs, object{"$ref": "#/components/errors/" + string(k)}), append(names, string(k))
		}
	}
	scopes := []any{}
	for _, one := range m.access.scopes {
		scopes = append(scopes, string(one))
	}
	out := object{
		"name": m.name, "summary": m.summary, "paramStructure": "by-name", "params": params,
		"result":         object{"name": "result", "schema": s.of(t, m.result)},
		"errors":         errs,
		"x-agrafe-kinds": names, "x-agrafe-access": object{"anyOf": scopes, "localOnly": m.access.local},
		"x-agrafe-runs": string(m.runs), "x-agrafe-idempotency": string(m.changes), "x-agrafe-since": m.since,
	}
	if m.outcome != nil {
		out["x-agrafe-outcome"] = s.of(t, m.outcome)
	}
	return out
}

// drafts are the parameters of a method that takes a draft itself.
func drafts(s *schemas) (params []any) {
	names, members, _ := s.properties(object{"$ref": "#/components/schemas/DraftInput"})
	for _, name := range names {
		params = append(params, object{"name": name, "schema": members[name]})
	}
	return params
}
