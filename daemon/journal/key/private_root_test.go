//go:build unix && root

package key

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFileOfAnotherUser(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.key")
	made(t, path)
	if err := os.Chown(path, 12345, -1); err != nil {
		t.Fatalf("cannot give a file away (this test needs root): %v", err)
	}
	_, err := Load(path)
	if e := wantKind(t, err, Foreign); e.Owner != "12345" {
		t.Errorf("Owner = %q", e.Owner)
	}
}
