package trust

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var day = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

// stand is a Book with its folders.
type stand struct {
	*Book
	dir, policy string
	dev         bool
}

func newStand(t testing.TB, policy ...string) *stand {
	t.Helper()
	s := &stand{dir: t.TempDir(), policy: t.TempDir()}
	for i, text := range policy {
		s.write(t, fmt.Sprintf("%d.toml", i), text)
	}
	s.reopen()
	return s
}

func (s *stand) reopen() {
	s.Book = Open(Options{Dir: s.dir, Policy: s.policy, Dev: s.dev, Log: slog.New(slog.DiscardHandler)})
}

func (s *stand) write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.policy, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// auth is whether the page of o is let in, and for what.
func (s *stand) auth(t testing.TB, p page, o Origin) ([]Scope, error) {
	t.Helper()
	said := Statement{Origin: o, Server: Nonce(), Client: Nonce()}
	if err := s.Verify(said, p.id(t), p.sign(t, ForAuth, said)); err != nil {
		return nil, err
	}
	return s.Scopes(o, p.id(t))
}

func TestPairAuthRevoke(t *testing.T) {
	s := newStand(t)
	p, o := newPage(t), origin(t, "https://ehr.example")
	if s.Listed(o) || s.Enrols(o) || !s.Pairs(o) {
		t.Error("an origin that nobody has heard of is listed")
	}
	if _, err := s.auth(t, p, o); !errors.Is(err, ErrNotPaired) {
		t.Errorf("before: %v", err)
	}
	if _, _, err := s.Enrol(o, p.public(), day); !errors.Is(err, ErrNotPaired) {
		t.Errorf("enrol: %v", err)
	}
	id, scopes, err := s.Pair(o, p.public(), "Cabinet", []Scope{Readers, FSE}, day)
	if err != nil || id != p.id(t) || !slices.Equal(scopes, []Scope{Readers, FSE}) {
		t.Fatalf("%v %v %v", id, scopes, err)
	}
	for range 2 { // as it is, and read back
		if got, err := s.auth(t, p, o); err != nil || !slices.Equal(got, scopes) || !s.Listed(o) {
			t.Errorf("%v %v", got, err)
		}
		if _, err := s.auth(t, p, origin(t, "https://other.example")); !errors.Is(err, ErrNotPaired) {
			t.Errorf("the key serves for another origin (%v)", err)
		}
		if _, err := s.auth(t, newPage(t), o); !errors.Is(err, ErrNotPaired) {
			t.Errorf("another key serves for the origin (%v)", err)
		}
		s.reopen()
	}
	if err := s.Revoke(o, p.id(t)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.auth(t, p, o); !errors.Is(err, ErrNotPaired) || s.Listed(o) {
			t.Errorf("after: %v", err)
		}
		s.reopen()
	}
	for _, err := range []error{s.Revoke(o, newPage(t).id(t)), s.Revoke(origin(t, "https://other.example"), "")} {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("unknown: %v", err)
		}
	}
}

func TestFileModes(t *testing.T) {
	s := newStand(t)
	if _, _, err := s.Pair(origin(t, "https://ehr.example"), newPage(t).public(), "", []Scope{FSE}, day); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

// A list or a key that is damaged or gone refuses every page, those of the policy
// too, and says so; it is not written over.
func TestDamagedFilesRefuseAll(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(list, key string) error
	}{
		{"list cut short", func(list, _ string) error { return os.Truncate(list, 40) }},
		{"list empty", func(list, _ string) error { return os.Truncate(list, 0) }},
		{"list gone", func(list, _ string) error { return os.Remove(list) }},
		{"list edited", func(list, _ string) error {
			text, err := os.ReadFile(list)
			if err != nil {
				return err
			}
			return os.WriteFile(list, []byte(strings.Replace(string(text), `"revoked":true`, `"revoked":false`, 1)), 0o600)
		}},
		{"list of a later version", func(list, _ string) error {
			return os.WriteFile(list, []byte(`{"version":2,"sha256":"","sites":[]}`), 0o600)
		}},
		{"key cut short", func(_, key string) error { return os.Truncate(key, 40) }},
		{"key gone", func(_, key string) error { return os.Remove(key) }},
		{"key readable by others", func(_, key string) error { return os.Chmod(key, 0o640) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStand(t, listed)
			o, p := origin(t, "https://ehr.example"), newPage(t)
			if _, _, err := s.Pair(o, p.public(), "", []Scope{FSE}, day); err != nil {
				t.Fatal(err)
			}
			if err := s.Revoke(origin(t, "https://policy.example"), ""); err != nil {
				t.Fatal(err)
			}
			list, key := filepath.Join(s.dir, "origins.json"), filepath.Join(s.dir, "identity.key")
			if err := tt.spoil(list, key); err != nil {
				t.Fatal(err)
			}
			before, _ := os.ReadFile(list)
			s.reopen()
			if err := s.Fault(); err == nil || !strings.HasPrefix(err.Error(), "cannot ") {
				t.Errorf("the fault is %v", err)
			}
			if s.Listed(o) || s.Listed(origin(t, "https://policy.example")) || s.Pairs(o) {
				t.Error("a page is let in")
			}
			_, _, enrolled := s.Enrol(origin(t, "https://policy.example"), p.public(), day)
			_, _, paired := s.Pair(o, p.public(), "", []Scope{FSE}, day)
			if enrolled == nil || paired == nil || s.Allow(o, []Scope{FSE}) == nil {
				t.Error("the list is changed")
			}
			if _, err := s.Sign(ForHello, Statement{Origin: o}); err == nil {
				t.Error("the machine signs")
			}
			if after, _ := os.ReadFile(list); string(after) != string(before) {
				t.Error("the list was written over")
			}
		})
	}
}

// A disk that takes nothing keeps the list as it was; a revocation is in force.
func TestDiskThatTakesNothing(t *testing.T) {
	s := newStand(t)
	o, p := origin(t, "https://ehr.example"), newPage(t)
	if _, _, err := s.Pair(o, p.public(), "", []Scope{FSE}, day); err != nil {
		t.Fatal(err)
	}
	s.opts.Dir = filepath.Join(s.dir, "gone")
	if _, _, err := s.Pair(o, newPage(t).public(), "", []Scope{FSE}, day); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("pair: %v", err)
	}
	if list, _ := s.List(); len(list) != 1 || len(list[0].Keys) != 1 {
		t.Errorf("the list is %+v", list)
	}
	if err := s.Revoke(o, p.id(t)); !errors.Is(err, syscall.ENOENT) {
		t.Errorf("revoke: %v", err)
	}
	if _, err := s.auth(t, p, o); !errors.Is(err, ErrNotPaired) {
		t.Errorf("after the revocation: %v", err)
	}
}

// An origin has so many keys: the oldest that was enrolled makes room, never one
// that the user accepted, nor one that was revoked.
func TestKeysAreBounded(t *testing.T) {
	s := newStand(t, listed)
	o := origin(t, "https://policy.example")
	paired, revoked := newPage(t), newPage(t)
	if _, _, err := s.Pair(o, paired.public(), "", []Scope{FSE}, day); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Enrol(o, revoked.public(), day); err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke(o, revoked.id(t)); err != nil {
		t.Fatal(err)
	}
	var pages []page
	for range maxKeys {
		p := newPage(t)
		if _, _, err := s.Enrol(o, p.public(), day); err != nil {
			t.Fatal(err)
		}
		pages = append(pages, p)
	}
	if list, _ := s.List(); len(list[0].Keys) != maxKeys {
		t.Errorf("%d keys", len(list[0].Keys))
	}
	for i, p := range append(pages, paired) {
		if _, err := s.auth(t, p, o); (err == nil) != (i >= 2) {
			t.Errorf("page %d: %v", i, err)
		}
	}
	if _, _, err := s.Enrol(o, revoked.public(), day); !errors.Is(err, ErrNotPaired) {
		t.Errorf("the revoked page: %v", err)
	}
}

func TestDeveloperFlag(t *testing.T) {
	s := newStand(t)
	o := origin(t, "http://localhost:3000")
	if s.Pairs(o) || s.Allow(o, []Scope{FSE}) == nil {
		t.Error("without the flag it is let in")
	}
	s.dev = true
	s.reopen()
	if !s.Pairs(o) || s.Allow(o, []Scope{FSE}) != nil || !s.Listed(o) {
		t.Error("with the flag it is not let in")
	}
	s.dev = false
	s.reopen()
	if s.Listed(o) || s.Enrols(o) {
		t.Error("without the flag it is let in again")
	}
}

func TestParseScopes(t *testing.T) {
	tests := []struct {
		name  string
		names []string
		want  []Scope
	}{
		{"in our order, once each", []string{"fse", "readers", "fse"}, []Scope{Readers, FSE}},
		{"none", nil, nil},
		{"unknown", []string{"fse", "all"}, nil},
		{"upper case", []string{"FSE"}, nil},
		{"empty", []string{""}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := ParseScopes(tt.names); !slices.Equal(got, tt.want) || (err == nil) != (tt.want != nil) {
				t.Errorf("%v %v", got, err)
			}
		})
	}
}
