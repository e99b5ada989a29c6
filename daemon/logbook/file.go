package logbook

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"
)

// Mark is the first line of each file, by which an uninstaller knows it from other
// programs' logs.
const Mark = "# Log of agrafed, the service of Agrafe\n"

// retry is how long a file that failed is left alone.
const retry = 10 * time.Second

// output is an open file.
type output interface {
	Write([]byte) (int, error)
	Truncate(int64) error
	Close() error
}

// file is a log file with those that were rotated away: name, name.1 (the newest of
// them), name.2…
type file struct {
	name  string
	limit int64
	keep  int
	open  func(name string, empty bool) (output, int64, error)
	now   func() time.Time

	out    output // nil: not open
	size   int64
	failed time.Time // when it last did; zero: it takes lines
}

// write says whether the file has taken line; why, if not "", is a line about it for
// whoever reads elsewhere.
func (f *file) write(line []byte) (why string, ok bool) {
	if !f.failed.IsZero() && f.now().Sub(f.failed) < retry && f.now().After(f.failed) {
		return "", false
	}
	if err := f.ready(int64(len(line))); err != nil {
		return f.fail(err), false
	}
	n, err := f.out.Write(line)
	f.size += int64(n)
	if err != nil {
		if n > 0 && f.out.Truncate(f.size-int64(n)) == nil { // half a line would join the next
			f.size -= int64(n)
		}
		return f.fail(err), false
	}
	f.failed = time.Time{}
	return "", true
}

// fail notes that the file takes no lines, and tells so the first time.
func (f *file) fail(err error) (why string) {
	if f.failed.IsZero() {
		why = fmt.Sprintf("time=%s level=ERROR msg=\"cannot write the log file; its lines go here\" error=%q\n", f.now().Format(time.RFC3339), err.Error())
	}
	f.failed = f.now()
	if f.out != nil {
		_ = f.out.Close() // it is opened again: the folder may be another one by then
		f.out = nil
	}
	return why
}

// ready opens the file, and another one if n more bytes were too much for it.
func (f *file) ready(n int64) (err error) {
	if f.out == nil {
		if err = f.begin(false); err != nil {
			return err
		}
	}
	if f.size <= int64(len(Mark)) || f.size+n <= f.limit {
		return nil
	}
	_ = f.out.Close()
	f.out = nil
	f.rotate()
	return f.begin(f.sizeNow() > 0)
}

// begin opens the file, emptied if asked to, and marks one in which nothing stands.
func (f *file) begin(empty bool) error {
	out, size, err := f.open(f.name, empty)
	if err != nil {
		return err
	}
	if size == 0 {
		if n, err := io.WriteString(out, Mark); err != nil {
			if n > 0 {
				_ = out.Truncate(0) // as well as it can be
			}
			return errors.Join(err, out.Close())
		}
		size = int64(len(Mark))
	}
	f.out, f.size = out, size
	return nil
}

// rotate renames the files, the oldest first. What can't be renamed is emptied instead:
// the bound holds whatever happens, and is worth more than old lines.
func (f *file) rotate() {
	if f.keep < 2 {
		return
	}
	for i := f.keep - 1; i > 1; i-- {
		_ = os.Rename(f.old(i-1), f.old(i)) // it may not be there yet
	}
	_ = os.Rename(f.name, f.old(1))
}

func (f *file) old(i int) string { return f.name + "." + strconv.Itoa(i) }

// sizeNow is the size of what stands at the name.
func (f *file) sizeNow() int64 {
	info, err := os.Lstat(f.name)
	if err != nil {
		return 0
	}
	return info.Size()
}

var errNotFile = errors.New("there is something else than a file at its name")

// openFile opens a log file, makes it if there is none, and empties it if asked to. A
// pipe, which would wait for a reader, or a link to elsewhere is refused.
func openFile(name string, empty bool) (output, int64, error) {
	info, err := os.Lstat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, 0, errNotFile
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, 0, err
	}
	how := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if empty {
		how |= os.O_TRUNC
	}
	out, err := os.OpenFile(name, how, 0o600)
	if err != nil {
		return nil, 0, err
	}
	info, err = out.Stat()
	if err == nil {
		err = out.Chmod(0o600)
	}
	if err != nil {
		return nil, 0, errors.Join(err, out.Close())
	}
	return out, info.Size(), nil
}
