package fse

import (
	"encoding/json"
	"reflect"
)

// SchemaNames are the documents that Schema writes: "fse" is a draft as Price
// takes it, "reponse" the answer it gives, "facture" an invoice with its number.
var SchemaNames = []string{"fse", "reponse", "facture"}

// Schema returns the JSON Schema (2020-12) of a document, generated from the Go
// types, or false when there is no such document. A draft may leave any field out
// or null: it is then unknown or has its default.
func Schema(name string) ([]byte, bool) {
	var t reflect.Type
	switch name {
	case "fse":
		t = reflect.TypeFor[Draft]()
	case "reponse":
		t = reflect.TypeFor[Answer]()
	case "facture":
		t = reflect.TypeFor[FSE]()
	default:
		return nil, false
	}
	w := schemaWriter{input: name == "fse", defs: map[string]any{}}
	root := shapeOf(t, map[reflect.Type]*shape{})
	doc := w.ref(root)
	doc["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	doc["title"] = "Agrafe " + name
	doc["$defs"] = w.defs
	b, err := json.MarshalIndent(doc, "", "  ")
	return append(b, '\n'), err == nil
}

type schemaWriter struct {
	input bool // every field may be null or absent
	defs  map[string]any
}

// ref points to the definition of an object, which it writes first where needed.
func (w *schemaWriter) ref(s *shape) map[string]any {
	if _, done := w.defs[s.name]; !done {
		w.defs[s.name] = nil // a type may hold itself
		w.defs[s.name] = w.object(s)
	}
	return map[string]any{"$ref": "#/$defs/" + s.name}
}

func (w *schemaWriter) object(s *shape) map[string]any {
	properties := map[string]any{}
	var required []string
	for _, f := range s.fields {
		properties[f.name] = w.property(f)
		if f.required && !w.input {
			required = append(required, f.name)
		}
	}
	o := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		o["required"] = required
	}
	return o
}

func (w *schemaWriter) property(f field) map[string]any {
	p := w.value(f.shape)
	if allowed := fieldEnums[f.owner+"."+f.name]; allowed != nil {
		p["enum"] = allowed
	}
	if w.input || f.nullable {
		p = orNull(p)
	}
	if doc := fieldDocs[f.owner+"."+f.name]; doc != "" {
		p["description"] = doc
	}
	return p
}

func (w *schemaWriter) value(s *shape) map[string]any {
	switch s.kind {
	case shapeObject:
		return w.ref(s)
	case shapeArray:
		return map[string]any{"type": "array", "items": w.value(s.elem)}
	case shapeInteger:
		return map[string]any{"type": "integer"}
	case shapeBool:
		return map[string]any{"type": "boolean"}
	case shapeDate:
		return map[string]any{"type": "string", "format": "date"}
	case shapeCoef:
		return map[string]any{"type": "string", "pattern": `^[0-9]{1,9}([.,][0-9]{1,2})?$`}
	}
	return map[string]any{"type": "string"}
}

// orNull lets a value be null as well.
func orNull(p map[string]any) map[string]any {
	if t, ok := p["type"].(string); ok {
		p["type"] = []string{t, "null"}
		if allowed, ok := p["enum"].([]any); ok {
			p["enum"] = append(append([]any{}, allowed...), nil)
		}
		return p
	}
	return map[string]any{"anyOf": []any{p, map[string]any{"type": "null"}}}
}
