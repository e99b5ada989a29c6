//go:build unix

package place

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// tree is a folder opt/agrafe with a program in it, all of it the user's alone. What
// is above it is not looked at in these tests: it is other people's.
func tree(t *testing.T) (base, folder string) {
	t.Helper()
	base, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	folder = filepath.Join(base, "opt", "agrafe")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "agrafed"), nil, 0o755); err != nil {
		t.Fatal(err)
	}
	return base, folder
}

// S29: nothing is installed from where others can put a program.
func TestS29Check(t *testing.T) {
	tests := []struct {
		name   string
		change func(base, folder string) error
		where  string // under the base, of the refusal; "" for another error
	}{
		{"a program that all may write", func(_, f string) error { return os.Chmod(filepath.Join(f, "agrafed"), 0o777) }, "opt/agrafe/agrafed"},
		{"a folder that all may write", func(_, f string) error { return os.Chmod(f, 0o777) }, "opt/agrafe"},
		{"a folder that all may add to", func(_, f string) error { return os.Chmod(f, 0o777|os.ModeSticky) }, "opt/agrafe"},
		{"a folder above it", func(b, _ string) error { return os.Chmod(filepath.Join(b, "opt"), 0o757) }, "opt"},
		{"a program that is a link", func(b, f string) error {
			return errors.Join(os.Rename(filepath.Join(f, "agrafed"), filepath.Join(b, "x")), os.Symlink(filepath.Join(b, "x"), filepath.Join(f, "agrafed")))
		}, "opt/agrafe/agrafed"},
		{"no program", func(_, f string) error { return os.Remove(filepath.Join(f, "agrafed")) }, ""},
		{"no folder", func(b, _ string) error { return os.RemoveAll(filepath.Join(b, "opt")) }, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			base, folder := tree(t)
			if err := tt.change(base, folder); err != nil {
				t.Fatal(err)
			}
			_, err := check(folder, []string{"agrafed"}, uint32(os.Getuid()))
			refused, is := errors.AsType[*Error](err)
			if err == nil || is != (tt.where != "") || is && refused.Where != filepath.Join(base, tt.where) {
				t.Errorf("%v", err)
			}
		})
	}
}

// The folders of temporary files are everybody's: what is otherwise in order is
// refused there, for the folder above it.
func TestS29TemporaryFolder(t *testing.T) {
	_, folder := tree(t)
	_, err := Check(folder, "agrafed")
	refused, ok := errors.AsType[*Error](err)
	if !ok || strings.HasPrefix(refused.Where, folder) && os.Getuid() == 0 {
		t.Errorf("%v", err)
	}
}

// A link to a folder is followed, and it is the real folder that is looked at and
// returned.
func TestCheckFollowsLinks(t *testing.T) {
	real, err := Check("/usr/bin/../bin")
	if err != nil || real != "/usr/bin" {
		t.Errorf("%q, %v", real, err)
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("/usr/bin", link); err != nil {
		t.Fatal(err)
	}
	if real, err := Check(link, "env"); err != nil || real != "/usr/bin" {
		t.Errorf("by a link: %q, %v", real, err)
	}
}

// file is what the system tells of a file.
type file struct {
	fs.FileInfo
	mode     fs.FileMode
	uid, gid uint32
}

func (f file) Mode() fs.FileMode { return f.mode }
func (f file) Sys() any          { return &syscall.Stat_t{Uid: f.uid, Gid: f.gid} }

func TestS29Fault(t *testing.T) {
	tests := []struct {
		name string
		file file
		want string
	}{
		{"root's", file{mode: 0o755}, ""},
		{"root's group may write", file{mode: 0o775}, "group 0 may write it"},
		{"another group may write", file{mode: 0o775, gid: 50}, "group 50 may write it"},
		{"another group may read", file{mode: 0o755, gid: 50}, ""},
		{"all may write", file{mode: 0o757}, "everybody may write it"},
		{"all may add to", file{mode: fs.ModeDir | fs.ModeSticky | 0o777}, "everybody may write it"},
		{"another user's", file{mode: 0o755, uid: 1000}, "user 1000 owns it"},
		{"a link", file{mode: fs.ModeSymlink | 0o777}, "it is a link"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fault(tt.file, 0); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}
