package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/letters/*.eml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
		f.Add(bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n")))
	}
	f.Add([]byte(nested(3)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		l, err := Read(raw)
		if err != nil {
			if !errors.Is(err, ErrLetter) && !errors.Is(err, ErrBounds) || l.Parts != nil {
				t.Errorf("%d parts and %v", len(l.Parts), err)
			}
			return
		}
		size := 0
		for _, p := range l.Parts {
			size += len(p.Body)
			if len(p.Description) > 4*300 || p.Type == "" {
				t.Errorf("part %q %q", p.Type, p.Description)
			}
		}
		if len(l.Parts) > maxParts || size > 2*len(raw)+maxParts*maxHeader {
			t.Errorf("%d parts of %d bytes out of %d", len(l.Parts), size, len(raw))
		}
	})
}

// heard is a connection to a server that says the same whatever it hears.
type heard struct {
	says io.Reader
	got  bytes.Buffer
}

func (h *heard) Read(p []byte) (int, error)       { return h.says.Read(p) }
func (h *heard) Write(p []byte) (int, error)      { return h.got.Write(p) }
func (h *heard) Close() error                     { return nil }
func (h *heard) LocalAddr() net.Addr              { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }
func (h *heard) RemoteAddr() net.Addr             { return h.LocalAddr() }
func (h *heard) SetDeadline(time.Time) error      { return nil }
func (h *heard) SetReadDeadline(time.Time) error  { return nil }
func (h *heard) SetWriteDeadline(time.Time) error { return nil }

// pieces gives one line at a time, as answers come.
type pieces struct{ rest []byte }

func (r *pieces) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		return 0, io.EOF
	}
	end := bytes.IndexByte(r.rest, '\n') + 1
	if end == 0 {
		end = len(r.rest)
	}
	n := copy(p, r.rest[:end])
	r.rest = r.rest[n:]
	return n, nil
}

func FuzzSend(f *testing.F) {
	f.Add([]byte("220 a\r\n250-b\r\n250 AUTH PLAIN\r\n235 c\r\n250 d\r\n250 e\r\n250 f\r\n354 g\r\n250 h\r\n221 i\r\n"))
	f.Add([]byte("220 a\r\n250-b\r\n250 AUTH SCRAM-SHA-256\r\n334 \r\n334 cj14LHM9eSxpPTE=\r\n"))
	f.Add([]byte("220 a\r\n250-b\r\n250 AUTH PLAIN\r\n235 c\r\n250 d\r\n550 e\r\n"))
	f.Fuzz(func(t *testing.T, says []byte) {
		h := &heard{says: &pieces{says}}
		s := submission().sender(t)
		s.link.dial = func(context.Context, string, string) (net.Conn, error) { return h, nil }
		agreed := false
		err := s.Send(t.Context(), sent(), func(context.Context) error { agreed = true; return nil })
		whole := bytes.Contains(h.got.Bytes(), []byte("\r\n.\r\n"))
		switch k := kind(t, err); {
		case whole && !agreed:
			t.Error("sent without the intent")
		case k == "" && !(whole && bytes.Contains(says, []byte("354"))):
			t.Error("taken and not sent")
		case k == KindUndecided && !whole:
			t.Error("undecided and not sent")
		case k == KindCut && whole:
			t.Error("cut after all was sent")
		}
	})
}

func FuzzFetch(f *testing.F) {
	f.Add([]byte("+OK\r\n+OK\r\n+OK\r\n+OK 1 5\r\n+OK\r\n1 a\r\n.\r\n+OK 1 5\r\n+OK\r\nA: b\r\n\r\n.\r\n+OK\r\n+OK\r\n"))
	f.Add([]byte("+OK\r\n+OK\r\n+OK\r\n+OK 2 5\r\n-ERR\r\n+OK 1 5\r\n+OK\r\nA: b\r\n\r\n..\r\n.\r\n-ERR no\r\n+OK 2 99999999\r\n+OK\r\n"))
	f.Fuzz(func(t *testing.T, says []byte) {
		h := &heard{says: &pieces{says}}
		b := mailbox().box(t)
		b.link.dial = func(context.Context, string, string) (net.Conn, error) { return h, nil }
		took := 0
		r, err := b.Fetch(t.Context(), nil, func(_ context.Context, m Mail) error {
			if m.Raw != nil {
				took++
			}
			return nil
		})
		kind(t, err)
		if deleted := bytes.Count(h.got.Bytes(), []byte("\r\nDELE ")); deleted > took || r.Deleted > deleted || err != nil && r.Deleted != 0 {
			t.Errorf("%d taken, %d told to delete, %+v, %v", took, deleted, r, err)
		}
	})
}
