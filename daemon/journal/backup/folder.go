package backup

import (
	"io"
	"os"
	"path/filepath"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// files is the folder of a backup. There are two: one of the system, and one in tests that fails where it is told to. Names have no
// path; errors are those of the system.
type files interface {
	list() ([]string, error)
	open(name string) (readFile, int64, error)
	// create makes a new file, that only this user can read.
	create(name string) (writeFile, error)
	// rename replaces what has the new name.
	rename(from, to string) error
	remove(name string) error
	// sync makes the names durable.
	sync() error
}

type readFile interface {
	io.ReaderAt
	io.Closer
}

type writeFile interface {
	io.WriteCloser
	Sync() error
}

// folder is a folder of the system, by its path.
type folder string

func (d folder) path(name string) string { return filepath.Join(string(d), name) }

func (d folder) list() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(entries))
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, nil
}

func (d folder) open(name string) (readFile, int64, error) {
	f, err := os.Open(d.path(name))
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

func (d folder) create(name string) (writeFile, error) {
	return os.OpenFile(d.path(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
}

func (d folder) rename(from, to string) error { return os.Rename(d.path(from), d.path(to)) }
func (d folder) remove(name string) error     { return os.Remove(d.path(name)) }
func (d folder) sync() error                  { return durable.SyncDir(string(d)) }
