//go:build packages

package packages

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// commit is the time that the packages of these tests are given.
const commit = "SOURCE_DATE_EPOCH=1767225600"

// run runs a program within some time and returns what it said.
func run(t *testing.T, within time.Duration, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}

// build makes a package of the tree and returns its file.
func build(t *testing.T, tree, what, version, pattern string, env ...string) string {
	t.Helper()
	out := t.TempDir()
	run(t, 8*time.Minute, append(env, commit, "VERSION="+version), filepath.Join(tree, "installer", "build"), what, "--out", out)
	found, err := filepath.Glob(filepath.Join(out, pattern))
	if err != nil || len(found) != 1 {
		t.Fatalf("installer/build made %v, %v; want one %s", found, err, pattern)
	}
	return found[0]
}

func sum(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%x", sha256.Sum256(text))
}

// The same commit gives the same bytes: from a tree somewhere else, with nothing of
// the first build at hand, a moment later.
func TestReproducible(t *testing.T) {
	kinds := []struct{ what, pattern string }{{"deb", "*.deb"}, {"rpm", "*.rpm"}, {"windows", "*.exe"}}
	elsewhere := filepath.Join(t.TempDir(), "somewhere", "else")
	if err := os.MkdirAll(elsewhere, 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, time.Minute, nil, "sh", "-c", `tar -C "$1" --exclude=.git --exclude=node_modules -c . | tar -C "$2" -x`, "copy", "../..", elsewhere)
	cache := "GOCACHE=" + filepath.Join(t.TempDir(), "cache")
	for _, k := range kinds {
		t.Run(k.what, func(t *testing.T) {
			first := sum(t, build(t, "../..", k.what, "1.0.0", k.pattern))
			again := sum(t, build(t, elsewhere, k.what, "1.0.0", k.pattern, cache, "TZ=Asia/Tokyo"))
			if first != again {
				t.Errorf("two builds differ: %s, %s", first, again)
			}
		})
	}
}
