package place

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"
)

func TestFolderFault(t *testing.T) {
	const me, service, other = "S-1-5-21-1-2-3-500", "S-1-5-80-1-2-3-4-5", "S-1-5-21-1-2-3-1001"
	const dir, file = windows.FILE_ATTRIBUTE_DIRECTORY, windows.FILE_ATTRIBUTE_ARCHIVE
	tests := []struct {
		name              string
		attributes, links uint32
		owner, want       string
	}{
		{"an administrator's folder", dir, 1, "S-1-5-32-544", ""},
		{"the system's file", file, 1, "S-1-5-18", ""},
		{"the service's file", file, 1, service, ""},
		{"of whoever installs", dir, 1, me, ""},
		{"another user's folder", dir, 1, other, "the user " + other + " owns it"},
		{"another service's", file, 1, "S-1-5-80-9", "the user S-1-5-80-9 owns it"},
		{"a junction", dir | windows.FILE_ATTRIBUTE_REPARSE_POINT, 1, me, "it is a link"},
		{"a hard link", file, 2, me, "the file has another name elsewhere"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := folderFault(tt.attributes, tt.links, tt.owner, []string{"S-1-5-18", "S-1-5-32-544", me, service}); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// A folder that is there is taken with what is in it, unless something in it is a link;
// then it is closed all the same.
func TestTakeFolder(t *testing.T) {
	const rights = "O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
	folder, err := os.MkdirTemp("", "folder") // wine can't remove it as the test package does
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, "config")
	for _, name := range []string{"new", "there already"} {
		if err := Take(path, rights); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := os.WriteFile(filepath.Join(path, "a.toml"), []byte("port = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := windows.SetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.DACL_SECURITY_INFORMATION, nil, nil, everybody(t), nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(filepath.Join(path, "a.toml"), filepath.Join(folder, "b.toml")); err != nil {
		t.Fatal(err)
	}
	if _, ok := errors.AsType[*FolderError](Take(path, rights)); !ok {
		t.Error("a file with another name elsewhere: no *FolderError")
	}
	if rights := rightsOf(t, path); strings.Contains(rights, ";;;WD)") { // it was closed before it was looked at
		t.Errorf("everybody may still come in: %s", rights)
	}
}

// everybody is an access list by which everybody may do everything.
func everybody(t *testing.T) *windows.ACL {
	t.Helper()
	sd, err := windows.SecurityDescriptorFromString("D:(A;OICI;FA;;;WD)")
	if err != nil {
		t.Fatal(err)
	}
	dacl, _, err := sd.DACL()
	if err != nil {
		t.Fatal(err)
	}
	return dacl
}

func rightsOf(t *testing.T, path string) string {
	t.Helper()
	sd, err := windows.GetNamedSecurityInfo(path, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		t.Fatal(err)
	}
	return sd.String()
}
