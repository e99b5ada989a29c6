package fse

import (
	"reflect"
	"strings"
	"sync"
)

// shapeKind is the kind of JSON value that a field takes.
type shapeKind uint8

const (
	shapeObject shapeKind = iota
	shapeArray
	shapeString
	shapeInteger
	shapeBool
	shapeDate // "2006-01-02"
	shapeCoef // "1.5"
)

// shape is a Go type as JSON sees it. The decoder checks against it, the schema is
// written from it: both follow the types without a second description of them.
type shape struct {
	kind   shapeKind
	name   string // Go name of the type of an object
	elem   *shape // of an array
	fields []field
}

type field struct {
	name     string
	owner    string // Go name of the type that declares it
	required bool   // always written: no omitempty, no omitzero
	nullable bool   // a pointer: written null where there is nothing
	shape    *shape
}

// index returns the place of a field, or -1.
func (s *shape) index(name string) int {
	for i := range s.fields {
		if s.fields[i].name == name {
			return i
		}
	}
	return -1
}

// embed adds the fields of an embedded type that t does not declare itself.
func (s *shape) embed(t reflect.Type, inner *shape) {
	for _, f := range inner.fields {
		own := false
		for i := range t.NumField() {
			name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			own = own || name == f.name
		}
		if !own {
			s.fields = append(s.fields, f)
		}
	}
}

var draftShape = sync.OnceValue(func() *shape { return shapeOf(reflect.TypeFor[Draft](), map[reflect.Type]*shape{}) })

// shapeOf describes a type. seen closes the loop of types that hold themselves.
func shapeOf(t reflect.Type, seen map[reflect.Type]*shape) *shape {
	if s := seen[t]; s != nil {
		return s
	}
	s := &shape{name: t.Name()}
	switch {
	case t == reflect.TypeFor[Date]():
		s.kind = shapeDate
		return s
	case t == reflect.TypeFor[Coef]():
		s.kind = shapeCoef
		return s
	}
	switch t.Kind() {
	case reflect.Pointer:
		return shapeOf(t.Elem(), seen)
	case reflect.String:
		s.kind = shapeString
	case reflect.Bool:
		s.kind = shapeBool
	case reflect.Slice:
		s.kind = shapeArray
		s.elem = shapeOf(t.Elem(), seen)
	case reflect.Struct:
		seen[t] = s
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Anonymous {
				s.embed(t, shapeOf(f.Type, seen))
				continue
			}
			name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
			s.fields = append(s.fields, field{
				name:     name,
				owner:    t.Name(),
				required: opts == "",
				nullable: f.Type.Kind() == reflect.Pointer || f.Type == reflect.TypeFor[Date](),
				shape:    shapeOf(f.Type, seen),
			})
		}
	default:
		s.kind = shapeInteger
	}
	return s
}
