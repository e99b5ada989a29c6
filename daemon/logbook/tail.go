package logbook

import (
	"bytes"
	"fmt"
	"io"
	"os"
)

// Tail is the end of a log file, for when the service does not run: as many lines as are
// kept in memory, the oldest first. It fails if the file is not of a Log or can't be read.
func Tail(name string) ([]string, error) {
	switch is, err := os.Stat(name); {
	case err != nil:
		return nil, fmt.Errorf("cannot read the log: %w", err)
	case !is.Mode().IsRegular(): // a pipe would be waited for
		return nil, fmt.Errorf("cannot read the log: %s is no file", name)
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the log: %w", err)
	}
	defer f.Close()
	mark := make([]byte, len(Mark))
	if _, err := io.ReadFull(f, mark); err != nil || string(mark) != Mark {
		return nil, fmt.Errorf("cannot read the log: %s is not one of agrafed's", name)
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("cannot read the log: %w", err)
	}
	from := max(size-maxBytes, int64(len(Mark)))
	text, err := io.ReadAll(io.NewSectionReader(f, from, size-from))
	if err != nil {
		return nil, fmt.Errorf("cannot read the log: %w", err)
	}
	if from > int64(len(Mark)) { // within a line
		_, text, _ = bytes.Cut(text, []byte("\n"))
	}
	var last ring
	for line := range bytes.Lines(text) {
		last.add(line)
	}
	return last.lines(), nil
}
