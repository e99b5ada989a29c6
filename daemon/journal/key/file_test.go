package key

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// seen returns a show function that remembers the code.
func seen(code *string) func(string) error {
	return func(c string) error { *code = c; return nil }
}

func wantKind(t *testing.T, err error, want Kind) *Error {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Kind != want {
		t.Fatalf("error = %v, want kind %v", err, want)
	}
	return e
}

// left returns the names in dir.
func left(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func TestCreateAndLoad(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.key")
	_, err := Load(path)
	wantKind(t, err, Missing)
	var code string
	s, err := Create(path, seen(&code))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(path)
	if err != nil || got.root != s.root || got.Store() != s.Store() {
		t.Fatalf("Load gives another secret, %v", err)
	}
	lost, err := Recover(code)
	if err != nil || lost.root != s.root {
		t.Fatalf("the code that was shown gives another secret, %v", err)
	}
	again := filepath.Join(dir, "again.key")
	if err := Keep(again, lost); err != nil {
		t.Fatal(err)
	}
	if got, err = Load(again); err != nil || got.root != s.root {
		t.Fatalf("Load after Keep gives another secret, %v", err)
	}
	if names := left(t, dir); names != "again.key journal.key" {
		t.Errorf("the folder holds %s", names)
	}
}

func TestCreateNeverOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.key")
	s, err := Create(path, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	_, err = Create(path, func(string) error { t.Error("a code is shown"); return nil })
	wantKind(t, err, Exists)
	wantKind(t, Keep(path, Secret{}), Exists)
	// One that appears while the code is being shown.
	late := filepath.Join(filepath.Dir(path), "late.key")
	_, err = Create(late, func(string) error { return Keep(late, s) })
	wantKind(t, err, Exists)
	if got, err := Load(late); err != nil || got.root != s.root {
		t.Errorf("the file that came first is not kept: %v", err)
	}
}

func TestCreateFromManyAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.key")
	var mu sync.Mutex
	var made []Secret
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if s, err := Create(path, func(string) error { return nil }); err == nil {
				mu.Lock()
				defer mu.Unlock()
				made = append(made, s)
			}
		})
	}
	wg.Wait()
	if len(made) > 1 {
		t.Fatalf("%d callers have made the key", len(made))
	}
	got, err := Load(path)
	if len(made) == 1 && (err != nil || got.root != made[0].root) {
		t.Errorf("the file holds another secret than its maker has, %v", err)
	}
	if len(made) == 0 && err == nil {
		t.Error("nobody has made the key that is there")
	}
}

func TestNothingIsKeptWhenTheCodeIsNotShown(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.key")
	cause := errors.New("no paper")
	_, err := Create(path, func(string) error {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("the key is there before its code is shown: %v", err)
		}
		return cause
	})
	wantKind(t, err, NotShown)
	if !errors.Is(err, cause) {
		t.Errorf("error = %v, want its cause", err)
	}
	if names := left(t, dir); names != "" {
		t.Errorf("left behind: %s", names)
	}
}

// TestInterruptedCreation: the process died while the code was on the screen.
func TestInterruptedCreation(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.key")
	s, err := generate()
	if err != nil {
		t.Fatal(err)
	}
	if err := writePrivate(path+".XYZ"+unnamed, s); err != nil {
		t.Fatal(err)
	}
	_, err = Load(path)
	wantKind(t, err, Missing)
	if _, err := Create(path, func(string) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if names := left(t, dir); names != "journal.key" {
		t.Errorf("the folder holds %s", names)
	}
}

func TestEveryByteOfTheFile(t *testing.T) {
	s, err := Recover(vectors[2].code)
	if err != nil {
		t.Fatal(err)
	}
	whole := s.encode()
	for i := range whole {
		for bit := range 8 {
			b := append([]byte(nil), whole...)
			b[i] ^= 1 << bit
			if _, err := decode("f", b); KindOf(err) != Damaged {
				t.Fatalf("bit %d of byte %d flipped: %v, want Damaged", bit, i, err)
			}
		}
		if _, err := decode("f", whole[:i]); KindOf(err) != Length {
			t.Fatalf("cut to %d bytes: %v, want Length", i, err)
		}
	}
	_, err = decode("f", append(whole, '\n'))
	wantKind(t, err, Length)
}

func TestCredential(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "journal.key")
	inFile, err := Create(path, func(string) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	creds := t.TempDir()
	t.Setenv("CREDENTIALS_DIRECTORY", creds)
	if got, err := Load(path); err != nil || got.root != inFile.root {
		t.Fatalf("without this credential: another secret, %v", err)
	}
	s, err := Recover(vectors[1].code)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(creds, Credential), s.encode(), 0o440); err != nil {
		t.Fatal(err)
	}
	if got, err := Load(path); err != nil || got.root != s.root {
		t.Errorf("with a credential: another secret, %v", err)
	}
	_, err = Create(filepath.Join(dir, "new.key"), func(string) error { return nil })
	wantKind(t, err, Exists)
	if err := os.WriteFile(filepath.Join(creds, Credential), []byte("x"), 0o440); err != nil {
		t.Fatal(err)
	}
	_, err = Load(path)
	wantKind(t, err, Length) // and not the file instead
}
