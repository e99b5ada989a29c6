package mail

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// Letters of testdata, and what is read of them.
func TestReadLetters(t *testing.T) {
	files, err := filepath.Glob("testdata/letters/*.eml")
	if err != nil || len(files) < 5 {
		t.Fatalf("%d letters, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			l, err := Read([]byte(strings.ReplaceAll(string(raw), "\n", "\r\n")))
			if err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(file, ".eml") + ".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(show(l)), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), show(l)); diff != "" {
				t.Errorf("letter (-want +got):\n%s", diff)
			}
		})
	}
}

func show(l Letter) string {
	var b strings.Builder
	fmt.Fprintf(&b, "identity %q\nfrom %q\nsubject %q\ndate %s\n", l.MessageID, l.From, l.Subject, l.Date.Format(time.RFC3339))
	for _, p := range l.Parts {
		fmt.Fprintf(&b, "part %s %q\n%q\n", p.Type, p.Description, p.Body)
	}
	return b.String()
}

// What is sent is read back, which is how a copy is known.
func TestReadSent(t *testing.T) {
	text, err := sent().text()
	if err != nil {
		t.Fatal(err)
	}
	l, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	m := sent()
	want := Letter{m.ID, m.From, m.Subject, m.Date, []Part{{"text/plain", "", text}}}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Errorf("letter (-want +got):\n%s", diff)
	}
}

// nested is a letter of levels of multipart.
func nested(levels int) string {
	var b strings.Builder
	for i := range levels {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\nx\r\n")
	for i := levels - 1; i >= 0; i-- {
		fmt.Fprintf(&b, "--b%d--\r\n", i)
	}
	return b.String()
}

func TestReadBounds(t *testing.T) {
	parts := func(n int) string {
		return "Content-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nA: b\r\n\r\nx\r\n", n) + "--b--\r\n"
	}
	tests := []struct {
		name string
		raw  string
		want error
	}{
		{"empty", "", ErrLetter},
		{"no headers", "x", ErrLetter},
		{"no end of the headers", "A: b\r\n", ErrLetter},
		{"a line that is no header", "A: b\r\nhello\r\n\r\n", ErrLetter},
		{"a media type that is none", "Content-Type: ;;\r\n\r\n", ErrLetter},
		{"no boundary", "Content-Type: multipart/mixed\r\n\r\n", ErrLetter},
		{"a long boundary", "Content-Type: multipart/mixed; boundary=" + strings.Repeat("b", 71) + "\r\n\r\n", ErrLetter},
		{"no part", "Content-Type: multipart/mixed; boundary=b\r\n\r\nhello\r\n", ErrLetter},
		{"cut in a part", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nA: b\r\n\r\nhello\r\n", ErrLetter},
		{"cut in the headers of a part", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nA: b\r\n", ErrLetter},
		{"64 parts", parts(64), nil},
		{"65 parts", parts(65), ErrBounds},
		{"a million parts", parts(500_000), ErrBounds},
		{"4 levels", nested(4), nil},
		{"5 levels", nested(5), ErrBounds},
		{"10 000 levels", nested(10_000), ErrBounds},
		{"long headers", strings.Repeat("A: "+strings.Repeat("b", 1000)+"\r\n", 200) + "\r\n", ErrBounds},
		{"a header without end", "A: " + strings.Repeat("b", 1<<20), ErrBounds},
		{"a million headers", strings.Repeat("A:\r\n", 1_000_000) + "\r\n", ErrBounds},
		{"a million headers of a part", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + strings.Repeat("A:\r\n", 1_000_000) + "\r\nx\r\n--b--\r\n", ErrBounds},
		{"a long header of a part", "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nA: " + strings.Repeat("x", 1<<20) + "\r\n\r\nx\r\n--b--\r\n", ErrBounds},
		{"too large", "A: b\r\n\r\n" + strings.Repeat("x", MaxMail), ErrBounds},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l, err := Read([]byte(tt.raw))
			if !errors.Is(err, tt.want) {
				t.Errorf("Read: %v, want %v", err, tt.want)
			}
			if err != nil && l.Parts != nil {
				t.Errorf("%d parts with an error", len(l.Parts))
			}
		})
	}
}

func TestReadHeaders(t *testing.T) {
	tests := []struct {
		name, header string
		want         Letter
	}{
		{"well made", "Message-ID: <a.b@c.test>\r\nFrom: Caisse <x@y.test>\r\nSubject: =?utf-8?q?Re=C3=A7u?=\r\n", Letter{MessageID: "a.b@c.test", From: "x@y.test", Subject: "Reçu"}},
		{"Latin 1", "Subject: =?iso-8859-1?Q?Re=E7u?=\r\n", Letter{Subject: "Reçu"}},
		{"unknown charset", "Subject: =?x-odd?Q?a?=\r\n", Letter{Subject: "=?x-odd?Q?a?="}},
		{"control characters", "Subject: =?utf-8?q?a=0D=0AX:_y=1B[2J?=\r\n", Letter{Subject: "a  X: y [2J"}},
		{"long", "Subject: " + strings.Repeat("é", 400) + "\r\n", Letter{Subject: strings.Repeat("é", 300)}},
		{"identity without brackets", "Message-ID: a@b\r\n", Letter{}},
		{"two identities", "Message-ID: <a@b> <c@d>\r\n", Letter{}},
		{"identity with control characters", "Message-ID: <a\x01@b>\r\n", Letter{}},
		{"two senders", "From: a@b.test, c@d.test\r\n", Letter{}},
		{"sender that is none", "From: <>\r\n", Letter{}},
		{"folded", "Message-ID:\r\n <a@b>\r\nSubject: a\r\n b\r\n", Letter{MessageID: "a@b", Subject: "a b"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			raw := tt.header + "\r\nx\r\n"
			got, err := Read([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			tt.want.Parts = []Part{{Type: "text/plain", Body: []byte(raw)}}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("letter (-want +got):\n%s", diff)
			}
		})
	}
}
