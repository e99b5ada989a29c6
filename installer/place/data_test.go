package place

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon/journal"
	"github.com/agrafe-fse/agrafe/daemon/logbook"
)

func put(t *testing.T, path, text string) string {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	return path
}

// practice makes places as a service leaves them: its journal, its anchor elsewhere, a log
// that was rotated twice.
func practice(t *testing.T, dir string) Data {
	t.Helper()
	d := Data{
		State:  filepath.Join(dir, "state"),
		Key:    put(t, filepath.Join(dir, "keys", "a.key"), keyMark+".\n"),
		Anchor: filepath.Join(filepath.Dir(put(t, filepath.Join(dir, "usb", "photo"), "mine")), "a.anchor"),
		Log:    filepath.Join(filepath.Dir(put(t, filepath.Join(dir, "logs", "other"), "mine")), "a.log"),
		Backup: filepath.Join(dir, "backup"),
	}
	j, err := journal.Open(journal.Options{Dir: filepath.Join(d.State, "journal"), AnchorFile: d.Anchor})
	if err == nil {
		err = j.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"identity.key", "token", "mail.password", "mail.password.ABCDEFGH.tmp", "journal.2/MANIFEST", "endommage-20260101-000000/journal/MANIFEST",
		"lecture/journal/MANIFEST", "restauration-en-cours/journal/MANIFEST"} {
		put(t, filepath.Join(d.State, name), "x")
	}
	put(t, filepath.Join(d.Backup, "0001-000000000001-000000000000.agrafe"), "x")
	l := logbook.Open(logbook.Options{File: d.Log, Bytes: int64(len(logbook.Mark)) + 10, Files: 3, Else: io.Discard})
	for range 3 {
		fmt.Fprintln(l, "time=2026")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestRemoveData(t *testing.T) {
	d := practice(t, t.TempDir())
	removed, kept, err := d.Remove()
	if err != nil || len(removed) != 7 || len(kept) != 1 || kept[0] != d.Backup {
		t.Errorf("removed %q, kept %q, %v", removed, kept, err)
	}
	for _, gone := range []string{d.State, d.Key, d.Anchor, d.Anchor + ".lock", d.Log, d.Log + ".1", d.Log + ".2"} {
		if _, err := os.Lstat(gone); err == nil {
			t.Errorf("%s is still there", gone)
		}
	}
	if removed, _, err := d.Remove(); err != nil || len(removed) > 0 {
		t.Errorf("a second time: %q, %v", removed, err)
	}
}

// What a configuration names by mistake, or shares, stays.
func TestRemoveDataOfOthers(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, d *Data) (stays string)
	}{
		{"a state folder that is somebody's home", func(t *testing.T, d *Data) string {
			d.State = filepath.Dir(filepath.Dir(put(t, filepath.Join(t.TempDir(), "journal", "diary.txt"), "mine")))
			return filepath.Join(d.State, "journal", "diary.txt")
		}},
		{"a file of others in the state folder", func(t *testing.T, d *Data) string {
			return put(t, filepath.Join(d.State, "letter.txt"), "mine")
		}},
		{"an unfinished file of others in the state folder", func(t *testing.T, d *Data) string {
			return put(t, filepath.Join(d.State, "letter.ABCDEFGH.tmp"), "mine")
		}},
		{"a link to a state folder", func(t *testing.T, d *Data) string {
			link := filepath.Join(t.TempDir(), "link")
			if err := os.Symlink(d.State, link); err != nil {
				t.Fatal(err)
			}
			real := d.State
			d.State = link
			return filepath.Join(real, "journal", "MANIFEST")
		}},
		{"a key that is none", func(t *testing.T, d *Data) string {
			d.Key = put(t, filepath.Join(t.TempDir(), "shadow"), "root:*:1::::::\n")
			return d.Key
		}},
		{"an anchor that is none", func(t *testing.T, d *Data) string {
			d.Anchor = put(t, filepath.Join(t.TempDir(), "passwd"), "root\n")
			return d.Anchor
		}},
		{"a log of others", func(t *testing.T, d *Data) string {
			d.Log = put(t, filepath.Join(t.TempDir(), "syslog"), "Jan 1 00:00:00 boot\n")
			return d.Log
		}},
		{"a log of another program of the same make", func(t *testing.T, d *Data) string {
			d.Log = put(t, filepath.Join(t.TempDir(), "app.log"), "time=2026-01-01T00:00:00Z level=INFO msg=ready\n")
			return d.Log
		}},
		{"numbered files of others beside a log that never was", func(t *testing.T, d *Data) string {
			d.Log = filepath.Join(t.TempDir(), "thesis")
			return put(t, d.Log+".1", "mine")
		}},
		{"a numbered file of others behind logs", func(t *testing.T, d *Data) string { return put(t, d.Log+".3", "mine") }},
		{"a numbered file behind a gap", func(t *testing.T, d *Data) string { return put(t, d.Log+".4", logbook.Mark) }},
		{"a lock of others beside an anchor that never was", func(t *testing.T, d *Data) string {
			d.Anchor = filepath.Join(t.TempDir(), "dpkg")
			return put(t, d.Anchor+".lock", "")
		}},
		{"a file with a lock that is no anchor", func(t *testing.T, d *Data) string {
			d.Anchor = put(t, filepath.Join(t.TempDir(), "notes"), "short\n")
			put(t, d.Anchor+".lock", "")
			return d.Anchor
		}},
		{"the lock of a file that is no anchor", func(t *testing.T, d *Data) string {
			d.Anchor = put(t, filepath.Join(t.TempDir(), "notes"), "short\n")
			return put(t, d.Anchor+".lock", "")
		}},
		{"backups", func(_ *testing.T, d *Data) string {
			return filepath.Join(d.Backup, "0001-000000000001-000000000000.agrafe")
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := practice(t, t.TempDir())
			stays := tt.prepare(t, &d)
			_, kept, err := d.Remove()
			if _, there := os.Lstat(stays); err != nil || there != nil {
				t.Errorf("%v, %v", err, there)
			}
			if len(kept) < 1 || !strings.Contains(strings.Join(kept, " "), d.Backup) {
				t.Errorf("kept %q", kept)
			}
		})
	}
}

// After a purge of the journal its other folder serves.
func TestRemoveDataAfterAPurge(t *testing.T) {
	d := practice(t, t.TempDir())
	if err := os.RemoveAll(filepath.Join(d.State, "journal")); err != nil {
		t.Fatal(err)
	}
	removed, _, err := d.Remove()
	if _, there := os.Lstat(d.State); err != nil || there == nil || !slices.Contains(removed, d.State) {
		t.Errorf("removed %q, %v; the folder: %v", removed, err, there)
	}
}
