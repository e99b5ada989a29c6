// Package logbook is where the lines of the service's log go.
//
// Its contract:
//
//   - Each Write is one line, as slog's handlers write it: control characters escaped,
//     without names, NIRs, codes or tokens. Nothing is looked at here.
//   - The last lines stay in memory, for a diagnostic.
//   - Lines go to standard error, which the system keeps (journald), or to a file if
//     one is set: readable by its owner alone, rotated, of bounded size and number,
//     with Mark before the lines.
//   - A file that takes no more lines (a full disk, a folder that went) stops nothing:
//     the lines go to standard error until it takes them again.
//
// No library is used for rotation: what it has to survive here, a failed rename and a
// full disk, is most of it.
package logbook

import (
	"io"
	"sync"
	"time"
)

// Options say where lines go.
type Options struct {
	File  string // "": only to Else
	Bytes int64  // of one file at most
	Files int    // at most, the one that is written included

	Else io.Writer // standard error
}

// Log takes lines. It is an io.Writer for a slog handler.
type Log struct {
	elsewhere io.Writer

	mu   sync.Mutex // protects the fields below
	last ring
	file *file // nil without one
}

// Open returns a Log. It does not fail: of a file that can't be opened the first line
// tells.
func Open(o Options) *Log {
	l := &Log{elsewhere: o.Else}
	if o.File != "" {
		l.file = &file{name: o.File, limit: o.Bytes, keep: o.Files, open: openFile, now: time.Now}
	}
	return l
}

// Write takes a line. It fails only if standard error does too.
func (l *Log) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last.add(line)
	if l.file != nil {
		why, ok := l.file.write(line)
		if ok {
			return len(line), nil
		}
		if why != "" {
			_, _ = io.WriteString(l.elsewhere, why)
		}
	}
	return l.elsewhere.Write(line)
}

// Lines are the last lines, the oldest first, without their ends.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last.lines()
}

// Close closes the file; lines that come later go to standard error.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.file
	l.file = nil
	if f == nil || f.out == nil {
		return nil
	}
	return f.out.Close()
}
