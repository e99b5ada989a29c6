package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// files are the sizes and times of all files of a folder.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	list := map[string]string{}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			text, readErr := os.ReadFile(path)
			list[path], err = info.ModTime().String()+string(text), readErr
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A journal that is whole answers, on a full disk too, and writes nothing for it; one
// whose writer is stuck does not, and answers again.
func TestAnswers(t *testing.T) {
	dir := t.TempDir()
	free := uint64(1 << 40)
	j, err := Open(Options{Dir: filepath.Join(dir, "j"), AnchorFile: filepath.Join(dir, "a"),
		FreeSpace: func(string) (uint64, error) { return free, nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	before := files(t, dir)
	free = 0
	for range 100 {
		if err := j.Answers(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for name, was := range files(t, dir) {
		if before[name] != was {
			t.Errorf("%s was written", filepath.Base(name))
		}
	}
	free = 1 << 40
	stuck, begun := make(chan struct{}), make(chan struct{})
	go func() {
		_, _ = j.Update(context.Background(), func(State) ([]Entry, error) { close(begun); <-stuck; return nil, nil })
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := j.Answers(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a writer that is stuck: %v", err)
	}
	close(stuck)
	if err := j.Answers(t.Context()); err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Answers(t.Context()); KindOf(err) != Closed {
		t.Errorf("closed: %v", err)
	}
}
