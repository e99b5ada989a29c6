package daemon

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "agrafed.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// What -print-config shows is a configuration, and the default one.
func TestPrintedConfigIsTheDefault(t *testing.T) {
	text, err := DefaultConfig().Print()
	if err != nil {
		t.Fatal(err)
	}
	got, err := LoadConfig(writeConfig(t, text))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(DefaultConfig(), got); d != "" {
		t.Errorf("read back (-want +got):\n%s", d)
	}
}

func TestEveryKeyIsExplained(t *testing.T) {
	var look func(t reflect.Type, path string)
	look = func(typ reflect.Type, path string) {
		for i := range typ.NumField() {
			f := typ.Field(i)
			name := path + f.Tag.Get("toml")
			if f.Tag.Get("toml") == "" || f.Tag.Get("comment") == "" {
				t.Errorf("%s%s: no key or no explanation", path, f.Name)
			}
			if f.Type.Kind() == reflect.Struct {
				look(f.Type, name+".")
			}
		}
	}
	look(reflect.TypeFor[Config](), "")
}

func TestLoadConfigFaults(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string // parts of the message
	}{
		{"not TOML", "port = = 3\n", []string{"line 1"}},
		{"wrong type", "state = \"/x\"\nport = \"many\"\n", []string{"line 2", "port"}},
		{"unknown key", "port = 1\n\n[pin]\npolice = \"each\"\n", []string{"line 4", "pin.police", "unknown key"}},
		{"two unknown keys", "a = 1\nb = 2\n", []string{"line 1: a", "line 2: b"}},
		{"unknown level", "[log]\nlevel = \"LOUD\"\n", []string{"line 2", "level"}},
		{"value out of range", "state = \"/x\"\n[card]\nseconds = 0\n", []string{"line 3: card.seconds"}},
		{"relative paths", "anchor = \"a\"\ncontrol = \"c\"\n", []string{"line 1: anchor", "line 2: control"}},
		{"origins", "[origins]\npairing = \"always\"\npolicy = \"here\"\n", []string{"line 2: origins.pairing", "line 3: origins.policy"}},
		{"half a mail account", "state = \"/x\"\n[mail]\nsmtp = \"mail.example\"\nfrom = \"a@cabinet.fr\"\ncertificates = \"here\"\n",
			[]string{"line 3: mail.smtp: \"mail.example\" is not host:port", "line 4: mail.from", "line 5: mail.certificates", "mail.pop3: it has to be set", "mail.user: it has to be set"}},
		{"mail values", "[mail]\nenvironment = \"real\"\nsend = \"later\"\nfetch_minutes = -1\nsmtp_security = \"none\"\npop3 = \"10.0.0.1:110\"\npop3_security = \"plain\"\npassword_file = \"p\"\nca_file = \"c\"\n",
			[]string{"line 2: mail.environment", "line 3: mail.send", "line 4: mail.fetch_minutes", "line 5: mail.smtp_security", "line 7: mail.pop3_security", "line 8: mail.password_file", "line 9: mail.ca_file"}},
		{"mail to a real address in a demonstration", "[mail]\nfrom = \"a@b.test.fr\"\n", []string{"line 2: mail.from: in the environment"}},
		{"no mail address", "[mail]\nenvironment = \"production\"\nfrom = \"a b@c.fr\"\n", []string{"line 3: mail.from: \"a b@c.fr\" is not"}},
		{"socket path too long", "control = \"/" + strings.Repeat("x", 200) + "\"\n", []string{"line 1: control", "201 bytes"}},
		{"all values out of range", "port = 70000\nstate = \"here\"\n[pin]\npolicy = \"never\"\nminutes = 0\nsignatures_per_minute = 0\n[card]\nseconds = 0\n",
			[]string{"port: 70000", "state: \"here\"", "pin.policy", "pin.minutes", "pin.signatures_per_minute", "card.seconds"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := writeConfig(t, tt.text)
			_, err := LoadConfig(file)
			var e *ConfigError
			if !errors.As(err, &e) || e.File != file {
				t.Fatalf("LoadConfig: %v, want a *ConfigError for the file", err)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q is not in %q", part, err)
				}
			}
		})
	}
	if _, err := LoadConfig(filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a missing file: no error")
	}
}
