//go:build unix

package key

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func made(t *testing.T, path string) {
	t.Helper()
	if _, err := Create(path, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestReadableByOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.key")
	made(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode = %v, %v", info.Mode(), err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o777} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path)
		wantKind(t, err, Exposed)
	}
	if err := os.Chmod(path, 0o400); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err != nil {
		t.Errorf("mode 0400: %v", err)
	}
}

func TestFolderOrPipeInsteadOfAFile(t *testing.T) {
	_, err := Load(t.TempDir())
	wantKind(t, err, Internal)
}

// TestKeyApartFromTheData: links, dots and missing folders do not hide where the key is.
func TestKeyApartFromTheData(t *testing.T) {
	tests := []struct {
		name   string
		make   func(t *testing.T, root string) (path string)
		inside bool
	}{
		{"beside", func(t *testing.T, root string) string { return root + "/journal.key" }, false},
		{"a name that begins alike", func(t *testing.T, root string) string {
			mkdir(t, root+"/data2")
			return root + "/data2/journal.key"
		}, false},
		{"in it", func(t *testing.T, root string) string { return root + "/data/journal.key" }, true},
		{"under it", func(t *testing.T, root string) string {
			mkdir(t, root+"/data/a/b")
			return root + "/data/a/b/journal.key"
		}, true},
		{"by dots", func(t *testing.T, root string) string { return root + "/data/../data/./journal.key" }, true},
		{"by a linked folder", func(t *testing.T, root string) string {
			link(t, root+"/data", root+"/elsewhere")
			return root + "/elsewhere/journal.key"
		}, true},
		{"by two links", func(t *testing.T, root string) string {
			link(t, root+"/data", root+"/one")
			link(t, root+"/one", root+"/two")
			return root + "/two/journal.key"
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			root := t.TempDir()
			mkdir(t, root+"/data")
			path := tt.make(t, root)
			_, err := Create(path, func(string) error { return nil }, root+"/missing", root+"/data")
			if !tt.inside {
				if err != nil {
					t.Fatal(err)
				}
				_, err = Load(path, root+"/data")
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantKind(t, err, Inside)
			made(t, path) // by somebody who does not say where the data are
			_, err = Load(path, root+"/data")
			if e := wantKind(t, err, Inside); !strings.HasSuffix(e.Folder, "/data") {
				t.Errorf("the folder is not named: %v", err)
			}
		})
	}
}

// TestLinkedKeyFile: the name is outside, the file is not, or the other way round.
func TestLinkedKeyFile(t *testing.T) {
	root := t.TempDir()
	mkdir(t, root+"/data")
	made(t, root+"/data/real.key")
	link(t, root+"/data/real.key", root+"/journal.key")
	_, err := Load(root+"/journal.key", root+"/data")
	wantKind(t, err, Inside)

	made(t, root+"/outside.key")
	link(t, root+"/outside.key", root+"/data/journal.key")
	_, err = Load(root+"/data/journal.key", root+"/data")
	wantKind(t, err, Inside)

	link(t, root+"/data", root+"/alias")
	_, err = Load(root+"/data/real.key", root+"/alias")
	wantKind(t, err, Inside)
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, to, name string) {
	t.Helper()
	if err := os.Symlink(to, name); err != nil {
		t.Fatal(err)
	}
}
