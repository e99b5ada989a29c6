package export

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// ErrExists: there is something at the path already; it is left as it is.
var ErrExists = errors.New("there is a file of that name already; choose another name")

// Create makes a file at path, that only this user can read, with what write writes. It is durable when Create returns. If anything
// fails the file is removed; a file that was there is never touched.
func Create(path string, write func(io.Writer) error) error {
	if err := create(path, write); err != nil {
		return fmt.Errorf("cannot make the export %s: %w", path, err)
	}
	return nil
}

func create(path string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return ErrExists
	}
	if err != nil {
		return err
	}
	finished := false
	defer func() {
		if !finished { // an error, or a panic of write
			err = errors.Join(err, f.Close(), os.Remove(path))
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	finished = true
	if err := f.Close(); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return syncDir(filepath.Dir(path))
}
