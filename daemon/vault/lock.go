package vault

import (
	"errors"
	"io"
	"os"

	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// lockFile makes this process the only one that has the file at path locked, until it
// is closed. It takes the lock of a journal as package journal does, so that nobody
// opens the journal while its folder is moved; it leaves the process number alone.
func lockFile(path string) (io.Closer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err = durable.Lock(f); err == nil {
		return f, nil
	}
	_ = f.Close() // it was not written to
	if errors.Is(err, durable.ErrHeld) {
		err = &journal.Error{Kind: journal.Locked, Op: "cannot restore the journal"}
	}
	return nil, err
}
