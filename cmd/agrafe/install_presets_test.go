package main

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/daemon"
)

func TestPresets(t *testing.T) {
	tests := []struct {
		name string
		presets
		ok bool
	}{
		{"none", presets{}, true},
		{"a port", presets{Port: "27373"}, true},
		{"no port", presets{Port: "0"}, false},
		{"too high", presets{Port: "65536"}, false},
		{"S29 a line of a configuration", presets{Port: "1\nstate = 'C:\\'"}, false},
		{"two origins", presets{Origins: "https://a.example,https://b.example:8443"}, true},
		{"S05 http", presets{Origins: "http://a.example"}, false},
		{"S06 this machine", presets{Origins: "http://localhost:3000"}, false},
		{"a path", presets{Origins: "https://a.example/"}, false},
		{"capitals", presets{Origins: "https://A.example"}, false},
		{"a quote", presets{Origins: `https://a.example"`}, false},
		{"a line break", presets{Origins: "https://a.example\nhttps://b.example"}, false},
		{"an empty one", presets{Origins: "https://a.example,,https://b.example"}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.presets.check()
			if _, usage := errors.AsType[*usageError](err); usage == tt.ok || (err == nil) != tt.ok {
				t.Errorf("%v", err)
			}
		})
	}
}

// Law: the port is what was said, and the rest is as it was.
func TestSetPort(t *testing.T) {
	file := filepath.Join(t.TempDir(), "agrafed.toml")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom([]string{
			"", "# port = 1\n", "port = 1\n", "port=1\r\nalsace_moselle = true\r\n",
			"alsace_moselle = true\n[tls]\nport = 443\n", "  port = 1 # ours\nalsace_moselle = true\n[tls]\nport = 443\n",
		}).Draw(t, "configuration")
		port := rapid.IntRange(1, 65535).Filter(func(n int) bool { return n != 443 && n != daemon.DefaultTLSPort }).Draw(t, "port")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		was, err := daemon.LoadConfig(file)
		if err != nil {
			t.Fatal(err)
		}
		if err := setPort(file, port); err != nil {
			t.Fatal(err)
		}
		is, err := daemon.LoadConfig(file)
		if err != nil || is.Port != port || is.TLS.Port != was.TLS.Port || is.AlsaceMoselle != was.AlsaceMoselle {
			t.Errorf("%+v, %v", is, err)
		}
	})
	if err := os.WriteFile(file, []byte("prot = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := setPort(file, 1); err == nil {
		t.Error("of a damaged configuration: no error")
	}
	if list, err := os.ReadDir(filepath.Dir(file)); err != nil || len(list) != 1 {
		t.Errorf("left %v, %v", list, err)
	}
}
