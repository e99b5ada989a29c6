package logbook

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func openIn(t *testing.T, file string, limit int64, files int) (*Log, *bytes.Buffer) {
	t.Helper()
	var elsewhere bytes.Buffer
	l := Open(Options{File: file, Bytes: limit, Files: files, Else: &elsewhere})
	t.Cleanup(func() { _ = l.Close() })
	return l, &elsewhere
}

func contents(t *testing.T, pattern string) (list []string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		text, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(text))
	}
	return list
}

// However much is logged, there are so many files of such a size, their owner's alone,
// and the newest lines are in them, in order.
func TestRotation(t *testing.T) {
	const limit = 1000
	for _, files := range []int{1, 2, 5} {
		t.Run(fmt.Sprintf("%d files", files), func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "agrafed.log")
			l, elsewhere := openIn(t, name, limit, files)
			for i := range 1000 {
				fmt.Fprintf(l, "line %d\n", i)
			}
			list := contents(t, name+"*")
			if len(list) != files {
				t.Errorf("%d files", len(list))
			}
			for _, text := range list {
				if len(text) > limit || !strings.HasPrefix(text, Mark) {
					t.Errorf("a file has %d bytes and begins with %.50q", len(text), text)
				}
			}
			if !strings.HasSuffix(list[0], "line 999\n") || elsewhere.Len() > 0 {
				t.Errorf("%q, elsewhere %q", list[0], elsewhere)
			}
			if files > 1 {
				joined := strings.Fields(strings.NewReplacer("line ", "", Mark, "").Replace(list[1] + list[0]))
				for i, n := range joined {
					if want := fmt.Sprint(1000 - len(joined) + i); n != want {
						t.Fatalf("%s stands where %s should", n, want)
					}
				}
			}
			info, err := os.Stat(name)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
		})
	}
}

// A file of before goes on, closed to others.
func TestFileOfBefore(t *testing.T) {
	name := filepath.Join(t.TempDir(), "agrafed.log")
	if err := os.WriteFile(name, []byte("before\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	l, _ := openIn(t, name, 1000, 2)
	fmt.Fprintln(l, "after")
	info, err := os.Stat(name)
	if got := contents(t, name); err != nil || got[0] != "before\nafter\n" || info.Mode().Perm() != 0o600 {
		t.Errorf("%q, %v, %v", got, info.Mode(), err)
	}
}

// Where a file can't be renamed, it is emptied: the bound holds.
func TestRotationFails(t *testing.T) {
	name := filepath.Join(t.TempDir(), "agrafed.log")
	if err := os.MkdirAll(filepath.Join(name+".1", "in the way"), 0o700); err != nil {
		t.Fatal(err)
	}
	l, elsewhere := openIn(t, name, 100, 2)
	for i := range 200 {
		fmt.Fprintf(l, "line %d\n", i)
	}
	if got := contents(t, name); len(got[0]) > 100 || !strings.HasSuffix(got[0], "line 199\n") || elsewhere.Len() > 0 {
		t.Errorf("%q, elsewhere %q", got, elsewhere)
	}
}

// fullDisk takes some bytes, and then none until there is room.
type fullDisk struct {
	text []byte
	room int
}

func (d *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), d.room)
	d.text, d.room = append(d.text, p[:n]...), d.room-n
	if n < len(p) {
		return n, syscall.ENOSPC
	}
	return n, nil
}

func (d *fullDisk) Truncate(n int64) error {
	d.room += len(d.text) - int(n)
	d.text = d.text[:n]
	return nil
}

func (d *fullDisk) Close() error { return nil }

// A disk without room for the mark is one that takes no lines; they go on with it.
func TestFullDiskFromTheStart(t *testing.T) {
	disk := &fullDisk{room: 5}
	now := time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)
	var elsewhere bytes.Buffer
	l := &Log{elsewhere: &elsewhere, file: &file{name: "x", limit: 1 << 20, keep: 2, now: func() time.Time { return now },
		open: func(string, bool) (output, int64, error) { return disk, int64(len(disk.text)), nil }}}
	fmt.Fprintln(l, "lost")
	disk.room = 1000
	now = now.Add(retry)
	fmt.Fprintln(l, "kept")
	if got := string(disk.text); got != Mark+"kept\n" || !strings.HasSuffix(elsewhere.String(), "\nlost\n") {
		t.Errorf("on the disk %q, elsewhere %q", got, elsewhere.String())
	}
}

// A full disk stops nothing and tears no line; the file goes on when there is room.
func TestFullDisk(t *testing.T) {
	disk := &fullDisk{room: len(Mark) + 25}
	now := time.Date(2026, time.November, 22, 10, 0, 0, 0, time.UTC)
	var elsewhere bytes.Buffer
	l := &Log{elsewhere: &elsewhere, file: &file{name: "x", limit: 1 << 20, keep: 2, now: func() time.Time { return now },
		open: func(string, bool) (output, int64, error) { return disk, int64(len(disk.text)), nil }}}
	for i := range 5 {
		if n, err := fmt.Fprintf(l, "line %d ends\n", i); err != nil || n != 12 {
			t.Errorf("%d, %v", n, err)
		}
	}
	disk.room = 1000
	now = now.Add(retry)
	fmt.Fprintln(l, "line 5 ends")
	if got := string(disk.text); got != Mark+"line 0 ends\nline 1 ends\nline 5 ends\n" {
		t.Errorf("on the disk: %q", got)
	}
	if got := elsewhere.String(); !strings.HasSuffix(got, "line 2 ends\nline 3 ends\nline 4 ends\n") || strings.Count(got, "level=ERROR") != 1 {
		t.Errorf("elsewhere: %q", got)
	}
	if got := strings.Join(l.Lines(), "|"); got != "line 0 ends|line 1 ends|line 2 ends|line 3 ends|line 4 ends|line 5 ends" {
		t.Errorf("in memory: %q", got)
	}
}

// broken is standard error that is closed.
type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("closed") }

// The memory of lines has bounds, whatever is logged, and lasts where nothing else takes lines.
func TestLines(t *testing.T) {
	l := Open(Options{Else: broken{}})
	for i := range maxLines + 500 {
		_, _ = fmt.Fprintf(l, "line %d\n", i)
	}
	lines := l.Lines()
	if len(lines) != maxLines || lines[0] != "line 500" || lines[maxLines-1] != fmt.Sprintf("line %d", maxLines+499) {
		t.Errorf("%d lines from %q", len(lines), lines[0])
	}
	long := bytes.Repeat([]byte("x"), 3*maxLine)
	for range maxLines {
		_, _ = l.Write(long)
	}
	total := 0
	for _, line := range l.Lines() {
		total += len(line)
	}
	if total > maxBytes || total < maxBytes/2 {
		t.Errorf("%d bytes are kept", total)
	}
}

// Names and origins come from outside: a line of the log stays one, and moves no
// cursor.
func TestS35OneLine(t *testing.T) {
	name := filepath.Join(t.TempDir(), "agrafed.log")
	l, _ := openIn(t, name, 1<<20, 2)
	log := slog.New(slog.NewTextHandler(l, nil))
	hostile := "a\r\nlevel=ERROR msg=false\x1b[2J\u2028\u202e\x00"
	log.Info(hostile, "key", hostile, hostile, errors.New(hostile))
	text := strings.TrimPrefix(contents(t, name)[0], Mark)
	if strings.Count(text, "\n") != 1 || strings.ContainsAny(text, "\r\x1b\x00\u2028\u202e") || len(l.Lines()) != 1 {
		t.Errorf("%q", text)
	}
}

func TestConcurrent(t *testing.T) {
	name := filepath.Join(t.TempDir(), "agrafed.log")
	l, _ := openIn(t, name, 1<<20, 3)
	var ended sync.WaitGroup
	for range 8 {
		ended.Go(func() {
			for range 200 {
				fmt.Fprintln(l, "0123456789")
				_ = l.Lines()
			}
		})
	}
	ended.Wait()
	if got := contents(t, name); got[0] != Mark+strings.Repeat("0123456789\n", 1600) {
		t.Errorf("%d bytes", len(got[0]))
	}
}

// The end of a file is what is kept in memory, without a line that is cut.
func TestTail(t *testing.T) {
	name := filepath.Join(t.TempDir(), "agrafed.log")
	l, _ := openIn(t, name, 64<<20, 1)
	for i := range 3 * maxLines {
		fmt.Fprintf(l, "line %d %s\n", i, strings.Repeat("x", i%1000))
		if i != 10 && i != 3*maxLines-1 {
			continue
		}
		got, err := Tail(name)
		if diff := cmp.Diff(l.Lines(), got); diff != "" || err != nil {
			t.Errorf("after line %d: %v\n%s", i, err, diff)
		}
	}
	other := filepath.Join(t.TempDir(), "passwords")
	if err := os.WriteFile(other, []byte(strings.Repeat("secret\n", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{other, other + ".absent"} {
		if got, err := Tail(name); err == nil || got != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
