package fse

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestPure holds the core to the standard library, without files, network,
// clock, chance or floating-point numbers.
func TestPure(t *testing.T) {
	for _, dir := range []string{".", "tables"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%v, %v", files, err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			checkImports(t, path, f)
			checkNumbers(t, path, f)
		}
	}
}

func checkImports(t *testing.T, path string, f *ast.File) {
	forbidden := []string{"os", "net", "time", "syscall", "unsafe", "plugin", "runtime", "log", "math/rand", "crypto/rand", "C"}
	for _, im := range f.Imports {
		name, err := strconv.Unquote(im.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		if name == "github.com/agrafe-fse/agrafe/daemon/fse/tables" && filepath.Dir(path) == "." {
			continue
		}
		first, _, _ := strings.Cut(name, "/")
		if strings.Contains(first, ".") || slices.ContainsFunc(forbidden, func(bad string) bool { return name == bad || strings.HasPrefix(name, bad+"/") }) {
			t.Errorf("%s imports %s", path, name)
		}
	}
}

func checkNumbers(t *testing.T, path string, f *ast.File) {
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if n.Name == "float32" || n.Name == "float64" || n.Name == "ParseFloat" {
				t.Errorf("%s uses %s", path, n.Name)
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT || n.Kind == token.IMAG {
				t.Errorf("%s has the number %s", path, n.Value)
			}
		}
		return true
	})
}
