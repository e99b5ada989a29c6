package logbook

import "bytes"

// What is kept in memory: 2 000 lines, of which a usual one has 150 bytes.
const (
	maxLines = 2000
	maxBytes = 1 << 20 // of all lines
	maxLine  = 4 << 10 // of one; more is cut
)

// ring holds the last lines.
type ring struct {
	text  []string // the oldest at next once it is full
	next  int
	bytes int
}

func (r *ring) add(line []byte) {
	line = bytes.TrimRight(line, "\n")
	cut := string(line[:min(len(line), maxLine)])
	if len(r.text) < maxLines {
		r.text = append(r.text, cut)
	} else {
		r.bytes -= len(r.text[r.next])
		r.text[r.next] = cut
		r.next = (r.next + 1) % maxLines
	}
	r.bytes += len(cut)
	for i := r.next; r.bytes > maxBytes; i = (i + 1) % len(r.text) { // the oldest go
		r.bytes -= len(r.text[i])
		r.text[i] = ""
	}
}

func (r *ring) lines() []string {
	list := make([]string, 0, len(r.text))
	for i := range r.text {
		if line := r.text[(r.next+i)%len(r.text)]; line != "" {
			list = append(list, line)
		}
	}
	return list
}
