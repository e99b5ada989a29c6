package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

func TestPipeName(t *testing.T) {
	installed := filepath.Join(os.Getenv("ProgramData"), "Agrafe", "control.sock")
	tests := []struct {
		name, path, want string
	}{
		{"the installed service's", installed, `\\.\pipe\agrafe-control`},
		{"in other letters", strings.ToUpper(installed), `\\.\pipe\agrafe-control`},
		{"a pipe", `\\.\pipe\mine`, `\\.\pipe\mine`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := PipeName(tt.path); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if a, b := PipeName(`C:\a\control.sock`), PipeName(`C:\b\control.sock`); a == b || !strings.HasPrefix(a, pipes) {
		t.Errorf("two state folders: %q, %q", a, b)
	}
}

// The account of TrustedInstaller has the same SID on every Windows.
func TestServiceSID(t *testing.T) {
	const want = "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
	if got := ServiceSID("TrustedInstaller"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// S27: whose pipe is spoken to.
func TestS27Trusted(t *testing.T) {
	const me, other = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
	tests := []struct {
		name, owner string
		want        bool
	}{
		{"the system's", "S-1-5-18", true},
		{"the administrators'", "S-1-5-32-544", true},
		{"the service's account's", ServiceSID("agrafed"), true},
		{"this user's", me, true},
		{"another user's", other, false},
		{"another service's", ServiceSID("another"), false},
		{"everybody's", "S-1-1-0", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := trusted(tt.owner, me); got != tt.want {
				t.Errorf("%v", got)
			}
		})
	}
}

// S27: a pipe of another owner, who waits for what is said, hears nothing.
func TestS27Squatter(t *testing.T) {
	for _, tt := range []struct {
		name, owner string
		want        error
	}{
		{"another service's", ServiceSID("another"), errSquatter},
		{"the service's", ServiceSID("agrafed"), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := `\\.\pipe\agrafe-test-` + tt.owner
			l, err := winio.ListenPipe(path, &winio.PipeConfig{SecurityDescriptor: "O:" + tt.owner + "D:P(A;;GA;;;WD)"})
			if errors.Is(err, windows.ERROR_INVALID_OWNER) {
				return // Windows lets nobody make a pipe of an owner that he is not; wine does
			}
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				if c, err := l.Accept(); err == nil {
					_ = c.Close()
				}
			}()
			c, err := dialControl(t.Context(), path)
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if c != nil {
				_ = c.Close()
			}
		})
	}
}
