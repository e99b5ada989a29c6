// Package durable writes files that a power cut leaves whole: as they are to be, or as
// they were before; and takes them for one process.
//
// No library does this on all three systems and syncs the folder too, without which
// the name of a new file may be lost.
package durable

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// WriteFile makes a file with this content, readable by its owner alone, in the place
// of the one that may be there.
func WriteFile(name string, data []byte) error { return write(name, bytes.NewReader(data)) }

// Create makes a file that was not there, readable by its owner alone, with what fill
// writes. One that is there is left as it is: the error is then fs.ErrExist. When
// anything fails, a panic of fill included, no file is left.
func Create(name string, fill func(io.Writer) error) (err error) {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	finished := false
	defer func() {
		if !finished {
			err = errors.Join(err, f.Close(), os.Remove(name))
		}
	}()
	if err := fill(f); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	finished = true
	if err := f.Close(); err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return SyncDir(filepath.Dir(name))
}

// Copy makes to a copy of from, in the place of the file that may be there.
func Copy(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return fmt.Errorf("cannot copy: %w", err)
	}
	defer in.Close()
	return write(to, in)
}

func write(name string, data io.Reader) error {
	tmp := name + "." + rand.Text()[:8] + ".tmp"
	err := fill(tmp, data)
	if err == nil {
		err = os.Rename(tmp, name)
	}
	if err != nil {
		_ = os.Remove(tmp) // it may never have been made
		return fmt.Errorf("cannot write %s: %w", name, err)
	}
	return SyncDir(filepath.Dir(name))
}

func fill(name string, data io.Reader) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, data)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}
