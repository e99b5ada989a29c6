package bridge

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/invopop/jsonschema"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/fse/tables"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

const module = "github.com/agrafe-fse/agrafe/"

// schemas writes the JSON Schemas of the wire from the Go types. The model of an
// FSE writes its own, from the types that its decoder checks against.
type schemas struct {
	reflector jsonschema.Reflector
	all       map[string]any
	ruled     map[string]bool   // names that the model of an FSE has written
	comments  map[string]string // of types and fields
}

func newSchemas(t *testing.T) *schemas {
	t.Helper()
	s := &schemas{all: make(map[string]any), ruled: make(map[string]bool), comments: make(map[string]string)}
	for _, dir := range []string{".", "trust", "../daemon", "../daemon/state", "../daemon/cabinet", "../daemon/lot", "../daemon/fse", "../daemon/fse/tables"} {
		s.readComments(t, dir)
	}
	s.reflector = jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, Mapper: s.known, Namer: schemaName, LookupComment: s.comment}
	s.addModel(t, "fse", "Input")
	s.addModel(t, "reponse", "")
	s.addModel(t, "facture", "")
	return s
}

// addModel takes in the definitions of a document of the model. A draft that is
// given may leave anything out, which one that is answered does not: its names
// have a suffix.
func (s *schemas) addModel(t *testing.T, name, suffix string) {
	t.Helper()
	text, ok := fse.Schema(name)
	if !ok {
		t.Fatalf("no schema %s", name)
	}
	var doc struct {
		Defs map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	for def, schema := range doc.Defs {
		if def == "FSE" {
			continue // the wire has its own
		}
		if suffix == "" {
			delete(schema.(map[string]any), "additionalProperties") // a later version may answer with more
		}
		s.all[def+suffix] = eachRef(schema, func(ref string) string {
			return "#/components/schemas/" + path.Base(ref) + suffix
		})
		s.ruled[def+suffix] = true
	}
}

// eachRef is a schema with its references changed.
func eachRef(schema any, f func(string) string) any {
	switch v := schema.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			if ref, ok := member.(string); ok && name == "$ref" {
				out[name] = f(ref)
			} else {
				out[name] = eachRef(member, f)
			}
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = eachRef(v[i], f)
		}
		return out
	}
	return schema
}

// known is the schema of the types that are not described by their fields.
func (s *schemas) known(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[jsontext.Value]():
		return jsonschema.TrueSchema
	case reflect.TypeFor[fse.Date]():
		return &jsonschema.Schema{Type: "string", Format: "date"}
	case reflect.TypeFor[fse.Coef]():
		return &jsonschema.Schema{Type: "string"}
	case reflect.TypeFor[state.Issue]():
		return &jsonschema.Schema{Ref: "#/components/schemas/Issue"}
	case reflect.TypeFor[trust.Origin]():
		return &jsonschema.Schema{Type: "string", Format: "uri"}
	case reflect.TypeFor[state.Kind]():
		return enum(state.Kinds...)
	case reflect.TypeFor[state.EventType]():
		return enum(state.EventTypes...)
	case reflect.TypeFor[state.CardState]():
		return enum(state.CardAbsent, state.CardMute, state.CardUnknown, state.CardCPS, state.CardVitale)
	case reflect.TypeFor[state.JobState]():
		return enum(state.JobRunning, state.JobDone, state.JobFailed, state.JobCancelled)
	case reflect.TypeFor[state.OriginChange]():
		return enum(state.OriginPaired, state.OriginEnrolled, state.OriginRevoked)
	case reflect.TypeFor[state.PaperKind]():
		return enum(state.PaperSheet, state.PaperFSP, state.PaperBordereau)
	case reflect.TypeFor[fse.PaperState]():
		return enum(fse.PapierAImprimer, fse.PapierImprime, fse.PapierSigne, fse.PapierPoste, fse.PapierScanne)
	case reflect.TypeFor[lot.Means]():
		return enum(lot.MeansCard, lot.MeansCheque, lot.MeansCash, lot.MeansTransfer)
	case reflect.TypeFor[fse.State]():
		return enum(states()...)
	case reflect.TypeFor[scope]():
		return enum(allScopes...)
	case reflect.TypeFor[tables.Certitude]():
		return enum("V", "VS", "I", "M")
	}
	if t.Kind() == reflect.Struct && t.PkgPath() == module+"daemon/fse" && s.ruled[t.Name()] {
		return &jsonschema.Schema{Ref: "#/components/schemas/" + t.Name()}
	}
	return nil
}

// states are the states of an FSE, in the order of their first move.
func states() (list []fse.State) {
	for _, move := range fse.Transitions {
		for _, s := range []fse.State{move.From, move.To} {
			if !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}

func enum[T ~string](values ...T) *jsonschema.Schema {
	s := &jsonschema.Schema{Type: "string"}
	for _, v := range values {
		s.Enum = append(s.Enum, v)
	}
	return s
}

// schemaName names a type among the schemas. Two packages have an FSE.
func schemaName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[state.FSE]():
		return "FSESummary"
	case reflect.TypeFor[lot.FSE]():
		return "FSE"
	case reflect.TypeFor[lot.Paper]():
		return "FSEPaper"
	case reflect.TypeFor[tables.Info]():
		return "TableInfo"
	case reflect.TypeFor[tables.Hit]():
		return "TableRow"
	}
	if t.Name() == "" {
		return "" // a list or a pointer
	}
	return strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
}

// of returns the schema of a type, which it puts among all where it has a name.
func (s *schemas) of(t *testing.T, of reflect.Type) map[string]any {
	t.Helper()
	text, err := json.Marshal(s.reflector.ReflectFromType(of))
	if err != nil {
		t.Fatal(err)
	}
	if string(text) == "true" {
		return map[string]any{}
	}
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	defs, _ := root["$defs"].(map[string]any)
	delete(root, "$defs")
	delete(root, "$schema")
	place := func(ref string) string { return "#/components/schemas/" + path.Base(ref) }
	for name, schema := range defs {
		if !s.ruled[name] {
			s.all[name] = eachRef(s.withDrafts(schema), place)
		}
	}
	return eachRef(root, place).(map[string]any)
}

// withDrafts says of the parameters that hold a draft as it came what they hold.
func (s *schemas) withDrafts(schema any) any {
	o, _ := schema.(map[string]any)
	properties, _ := o["properties"].(map[string]any)
	if properties["facture"] == true {
		properties["facture"] = map[string]any{"$ref": "#/components/schemas/DraftInput"}
	}
	return schema
}

// readComments reads what is written beside the types and fields of a package.
func (s *schemas) readComments(t *testing.T, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	pkg := path.Join(module, "bridge", filepath.ToSlash(dir))
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.TYPE {
				s.readTypes(pkg, g)
			}
		}
	}
}

func (s *schemas) readTypes(pkg string, g *ast.GenDecl) {
	for _, spec := range g.Specs {
		ts := spec.(*ast.TypeSpec)
		name := pkg + "." + ts.Name.Name
		text := ts.Doc.Text()
		if text == "" && !g.Lparen.IsValid() {
			text = g.Doc.Text()
		}
		s.comments[name] = sentence(strings.TrimPrefix(text, ts.Name.Name+" is "))
		st, ok := ts.Type.(*ast.StructType)
		if !ok {
			continue
		}
		for _, f := range st.Fields.List {
			text := f.Doc.Text()
			if text == "" {
				text = f.Comment.Text()
			}
			for _, n := range f.Names {
				s.comments[name+"."+n.Name] = sentence(text)
			}
		}
	}
}

// sentence is a comment on one line.
func sentence(text string) string { return strings.Join(strings.Fields(text), " ") }

func (s *schemas) comment(t reflect.Type, field string) string {
	name := t.PkgPath() + "." + t.Name()
	if field != "" {
		name += "." + field
	}
	return s.comments[name]
}

// used are the schemas that roots need, and those that these need.
func (s *schemas) used(roots any) map[string]any {
	out := make(map[string]any)
	var visit func(schema any)
	visit = func(schema any) {
		eachRef(schema, func(ref string) string {
			if name := path.Base(ref); out[name] == nil && s.all[name] != nil {
				out[name] = s.all[name]
				visit(s.all[name])
			}
			return ref
		})
	}
	visit(roots)
	return out
}

// properties are the members of an object's schema in the order of their names,
// and those that are needed.
func (s *schemas) properties(schema map[string]any) (names []string, members map[string]any, required []string) {
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = s.all[path.Base(ref)].(map[string]any)
	}
	members, _ = schema["properties"].(map[string]any)
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	list, _ := schema["required"].([]any)
	for _, r := range list {
		required = append(required, r.(string))
	}
	return names, members, required
}
