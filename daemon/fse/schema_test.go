package fse

import (
	"encoding/json"
	"reflect"
	"testing"
)

func TestSchema(t *testing.T) {
	for _, name := range SchemaNames {
		b, ok := Schema(name)
		if !ok || !json.Valid(b) {
			t.Fatalf("%s: %s", name, b)
		}
		golden(t, "schema/"+name+".json", b)
	}
	if b, ok := Schema("x"); ok {
		t.Errorf("got %s", b)
	}
}

func TestEveryFieldIsDocumented(t *testing.T) {
	used := map[string]bool{}
	seen := map[reflect.Type]*shape{}
	for _, root := range []reflect.Type{reflect.TypeFor[Draft](), reflect.TypeFor[Answer](), reflect.TypeFor[FSE]()} {
		shapeOf(root, seen)
	}
	for _, s := range seen {
		for _, f := range s.fields {
			key := f.owner + "." + f.name
			used[key] = true
			if fieldDocs[key] == "" {
				t.Errorf("%s has no description", key)
			}
		}
	}
	for key := range fieldDocs {
		if !used[key] {
			t.Errorf("%s describes nothing", key)
		}
	}
	for key := range fieldEnums {
		if !used[key] {
			t.Errorf("%s lists the values of nothing", key)
		}
	}
}
