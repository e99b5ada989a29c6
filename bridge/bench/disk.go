//go:build linux

package main

import (
	"os"
	"path/filepath"
	"time"
)

// record is about what the journal writes for one FSE, in bytes.
const record = 4096

// disk measures what the disk costs: a record appended and made durable.
type disk struct{ file *os.File }

func openDisk(dir string) (*disk, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	return &disk{f}, err
}

func (d *disk) sync() (time.Duration, error) {
	from := time.Now()
	_, err := d.file.Write(make([]byte, record))
	if err == nil {
		err = d.file.Sync()
	}
	return time.Since(from), err
}

func (d *disk) close() error { return d.file.Close() }
