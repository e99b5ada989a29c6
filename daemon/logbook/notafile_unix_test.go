//go:build unix

package logbook

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What is no file is not written to: a pipe would wait for a reader.
func TestNotAFile(t *testing.T) {
	dir := t.TempDir()
	target := filepath.Join(dir, "target")
	tests := []struct {
		name string
		make func(name string) error
	}{
		{"a pipe", func(name string) error { return syscall.Mkfifo(name, 0o600) }},
		{"a link", func(name string) error { return os.Symlink(target, name) }},
		{"a folder", func(name string) error { return os.Mkdir(name, 0o700) }},
		{"a folder above that is not there", func(string) error { return os.Remove(dir) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			name := filepath.Join(dir, "agrafed.log")
			if err := tt.make(name); err != nil {
				t.Fatal(err)
			}
			defer os.Remove(name)
			l, elsewhere := openIn(t, name, 100, 2)
			for range 3 {
				fmt.Fprintln(l, "line")
			}
			if got := elsewhere.String(); strings.Count(got, "cannot write the log file") != 1 || strings.Count(got, "\nline\n") < 1 || strings.Count(got, "line\n") < 3 {
				t.Errorf("%q", got)
			}
			if _, err := os.Stat(target); err == nil {
				t.Error("the link was followed")
			}
		})
	}
}
