package daemon

import (
	"path/filepath"
	"testing"
)

func TestConfigOfTheMachine(t *testing.T) {
	file := writeConfig(t, "port = 4711\n")
	bad := writeConfig(t, "prot = 1\n")
	tests := []struct {
		name, file string
		port       int
		fails      bool
	}{
		{"a file", file, 4711, false},
		{"none", filepath.Join(t.TempDir(), "agrafed.toml"), DefaultPort, false},
		{"one that is wrong is not passed over", bad, 0, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cfg, err := configOr(tt.file)
			if (err != nil) != tt.fails || err == nil && cfg.Port != tt.port {
				t.Errorf("port %d, %v", cfg.Port, err)
			}
		})
	}
}
