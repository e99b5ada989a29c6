package journal

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// takeLock makes this process the only one to look at the journal, before anything of it is read:
// a folder that somebody is writing looks damaged. The file stays behind when the lock is released.
func takeLock(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := durable.Lock(f); err != nil {
		b, _ := io.ReadAll(io.LimitReader(f, 20))
		f.Close()
		if !errors.Is(err, durable.ErrHeld) {
			return nil, err
		}
		return nil, &Error{Kind: Locked, Op: "cannot open the journal", PID: parsePID(b)}
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteString(strconv.Itoa(os.Getpid()) + "\n")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// probeLock returns a Locked error if another process holds the lock, and changes nothing.
func probeLock(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if err := durable.Lock(f); !errors.Is(err, durable.ErrHeld) {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(f, 20))
	if err != nil {
		b = nil
	}
	return &Error{Kind: Locked, Op: "cannot read the journal", PID: parsePID(b)}
}

// parsePID returns the process number written in a lock file, ours or Badger's, or 0.
func parsePID(b []byte) int {
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}
