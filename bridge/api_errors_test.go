package bridge

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/bridge/api"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// errorsPage is ERRORS.md: what every code means and what to do about it.
func errorsPage(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	out.WriteString("# Error codes\n\n" +
		"Generated from `bridge/api/errors.go` and from the rules; do not edit.\n\n" +
		"A call fails with `error.data`: a `kind` of a closed set to branch on, a `code` that is finer and stable, a\n" +
		"French `message` for the screen, `retryable` (the same call may work later), `path` (the field at fault),\n" +
		"`issues` (every fault of a draft) and `doc`, the address of the code in this page.\n")
	for _, k := range state.Kinds {
		var list []api.Error
		for _, e := range api.Errors {
			if e.Kind == k {
				list = append(list, e)
			}
		}
		fmt.Fprintf(&out, "\n## Kind %s (%d)\n", k, kindCode(k))
		for _, e := range list {
			fmt.Fprintf(&out, "\n### %s\n\n« %s »\n\n%s\n", e.Code, e.Message, e.Do)
		}
	}
	out.WriteString("\n## Codes of the rules\n\nThey stand in `issues` and, where one fault refuses a whole draft, in `code` with the kind invalid.\n" +
		"Blocking ones forbid to sign.\n\n| code | blocking | message |\n|---|---|---|\n")
	for _, c := range fse.Codes() {
		blocking := ""
		if c.Bloquant {
			blocking = "yes"
		}
		fmt.Fprintf(&out, "| <a id=%q></a>%s | %s | %s |\n", strings.ToLower(c.Code), c.Code, blocking, strings.ReplaceAll(c.Message, "|", "\\|"))
	}
	return out.Bytes()
}

// raised is a code as the source gives it to an error.
type raised struct{ code, kind, message, file string }

// raisedIn finds the codes that the files of a folder give to errors.
func raisedIn(t *testing.T, dir string) (list []raised) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if r := raisedBy(n); r.code != "" {
				r.file = name
				list = append(list, r)
			}
			return true
		})
	}
	return list
}

// raisedBy is the code in a literal of an Error (by name) or a failure (by place),
// in a call of fault, or in an assignment to the Code of an error.
func raisedBy(n ast.Node) (r raised) {
	switch x := n.(type) {
	case *ast.CompositeLit:
		for _, e := range x.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				switch nameOf(kv.Key) {
				case "Code":
					r.code = literal(kv.Value)
				case "Kind":
					r.kind = nameOf(kv.Value)
				case "Message":
					r.message = literal(kv.Value)
				}
			}
		}
		if len(x.Elts) == 4 && stableCode.MatchString(literal(x.Elts[1])) {
			r = raised{code: literal(x.Elts[1]), kind: nameOf(x.Elts[0]), message: literal(x.Elts[2])}
		}
	case *ast.CallExpr:
		if nameOf(x.Fun) == "fault" && len(x.Args) == 4 {
			r = raised{code: literal(x.Args[1]), kind: "Invalid", message: literal(x.Args[2])}
		}
	case *ast.AssignStmt:
		for i, l := range x.Lhs {
			if sel, ok := l.(*ast.SelectorExpr); ok && len(x.Lhs) == len(x.Rhs) && sel.Sel.Name == "Code" {
				r.code = literal(x.Rhs[i])
			} else if ok && len(x.Lhs) == len(x.Rhs) && sel.Sel.Name == "Message" {
				r.message = literal(x.Rhs[i])
			}
		}
	}
	return r
}

var stableCode = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

func nameOf(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.SelectorExpr:
		return x.Sel.Name
	case *ast.Ident:
		return x.Name
	}
	return ""
}

func literal(e ast.Expr) string {
	if b, ok := e.(*ast.BasicLit); ok && b.Kind == token.STRING {
		text, _ := strconv.Unquote(b.Value)
		return text
	}
	return ""
}

// kindNames gives the wire's name of each constant of state.Kind.
func kindNames(t *testing.T) map[string]state.Kind {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../daemon/state/errors.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	names := make(map[string]state.Kind)
	ast.Inspect(file, func(n ast.Node) bool {
		if v, ok := n.(*ast.ValueSpec); ok && nameOf(v.Type) == "Kind" && len(v.Values) == 1 {
			names[v.Names[0].Name] = state.Kind(literal(v.Values[0]))
		}
		return true
	})
	if len(names) != len(state.Kinds) {
		t.Fatalf("%d kinds read, there are %d", len(names), len(state.Kinds))
	}
	return names
}

// Every code that the source gives to an error stands in the list, with its kind
// and its message, and the list holds no other.
func TestEveryCodeIsListed(t *testing.T) {
	names := kindNames(t)
	var rules []string
	for _, c := range fse.Codes() {
		rules = append(rules, c.Code)
	}
	messages := make(map[string][]string)
	for _, r := range append(raisedIn(t, "../daemon"), raisedIn(t, ".")...) {
		if slices.Contains(rules, r.code) {
			continue
		}
		messages[r.code] = append(messages[r.code], r.message)
		i := slices.IndexFunc(api.Errors, func(e api.Error) bool { return e.Code == r.code })
		if i < 0 {
			t.Errorf("%s: %s is not in api.Errors: %s, %q", r.file, r.code, r.kind, r.message)
			continue
		}
		if r.kind != "" && names[r.kind] != api.Errors[i].Kind {
			t.Errorf("%s: %s is %s here and %s in api.Errors", r.file, r.code, r.kind, api.Errors[i].Kind)
		}
	}
	for _, e := range api.Errors {
		list := messages[e.Code]
		if list == nil {
			t.Errorf("%s is listed and given by nothing", e.Code)
		} else if !slices.Contains(list, e.Message) && !slices.Contains(list, "") {
			t.Errorf("%s: the message is listed as %q, the source has %q", e.Code, e.Message, list)
		}
		if !stableCode.MatchString(e.Code) || e.Do == "" || !slices.Contains(state.Kinds, e.Kind) {
			t.Errorf("the row of %s is not whole", e.Code)
		}
	}
	if !slices.IsSortedFunc(api.Errors, func(a, b api.Error) int { return strings.Compare(a.Code, b.Code) }) {
		t.Error("api.Errors is not in the order of the alphabet")
	}
}
