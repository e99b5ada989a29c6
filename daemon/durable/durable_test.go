package durable_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	for _, text := range []string{"one", strings.Repeat("two", 1000), ""} {
		if err := durable.WriteFile(name, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != text {
			t.Errorf("read %d bytes, %v; want %d", len(got), err, len(text))
		}
	}
	if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	alone(t, dir)
}

func TestCopy(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "g")
	if err := durable.Copy(filepath.Join(dir, "f"), to); err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(to); err != nil || string(got) != "text" {
		t.Errorf("%q, %v", got, err)
	}
	alone(t, filepath.Dir(to))
}

// A write that can't be finished leaves what was there and nothing else.
func TestFailure(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "f"), 0o700); err != nil { // no file can take its name
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "f", "inside"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := durable.WriteFile(filepath.Join(dir, "f"), []byte("x")); err == nil {
		t.Error("a folder was replaced")
	}
	if _, err := os.Stat(filepath.Join(dir, "f", "inside")); err != nil {
		t.Error(err)
	}
	alone(t, dir)
}

// alone checks that dir holds one name.
func alone(t *testing.T, dir string) {
	t.Helper()
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("%d names in the folder, %v", len(list), err)
	}
}

// A new file is there whole or not at all, and never in the place of another.
func TestCreate(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f")
	write := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, werr := io.WriteString(w, text)
			return errors.Join(werr, err)
		}
	}
	broken := errors.New("broken")
	if err := durable.Create(name, write("half", broken)); !errors.Is(err, broken) {
		t.Errorf("a failure gives %v", err)
	}
	if _, err := os.Lstat(name); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a failure leaves a file: %v", err)
	}
	if err := durable.Create(name, write("one", nil)); err != nil {
		t.Fatal(err)
	}
	if err := durable.Create(name, write("two", nil)); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	if got, err := os.ReadFile(name); err != nil || string(got) != "one" {
		t.Errorf("%q, %v", got, err)
	}
	alone(t, dir)
}

func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	open := func() *os.File {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	first, second := open(), open()
	if err := durable.Lock(first); err != nil {
		t.Fatal(err)
	}
	if err := durable.Lock(second); !errors.Is(err, durable.ErrHeld) {
		t.Errorf("a second lock: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if err := durable.Lock(second); err != nil {
		t.Errorf("once it is free: %v", err)
	}
}
