//go:build unix

package mail

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestPasswordFile(t *testing.T) {
	tests := []struct {
		name, content string
		mode          os.FileMode
		credential    bool
		want          string // "" for a refusal
	}{
		{"closed", "s3cret\n", 0o600, false, "s3cret"},
		{"read-only", "s3cret", 0o400, false, "s3cret"},
		{"Windows line end", "s3cret\r\n", 0o600, false, "s3cret"},
		{"spaces are of the password", " s3 cret \n", 0o600, false, " s3 cret "},
		{"group", "s3cret", 0o640, false, ""},
		{"others", "s3cret", 0o604, false, ""},
		{"credential with an access list", "s3cret", 0o440, true, "s3cret"},
		{"credential open to others", "s3cret", 0o444, true, ""},
		{"credential that its group may write", "s3cret", 0o460, true, ""},
		{"empty", "\n", 0o600, false, ""},
		{"longest", strings.Repeat("x", maxPassword), 0o600, false, strings.Repeat("x", maxPassword)},
		{"too long", strings.Repeat("x", maxPassword+1), 0o600, false, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "password")
			if err := os.WriteFile(file, []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(file, tt.mode); err != nil {
				t.Fatal(err)
			}
			credentials := ""
			if tt.credential {
				credentials = dir + "/"
			}
			got, err := PasswordFile(file, credentials)()
			if string(got) != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("PasswordFile: %d bytes, %v", len(got), err)
			}
			if err != nil && (!strings.HasPrefix(err.Error(), "cannot ") || strings.Contains(err.Error(), "s3cret")) {
				t.Errorf("the error reads %q", err)
			}
		})
	}
}

func TestPasswordFileThatIsNone(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{dir, pipe, filepath.Join(dir, "nothing")} {
		if _, err := PasswordFile(path, "")(); err == nil {
			t.Errorf("%s gave a password", filepath.Base(path))
		}
	}
}
