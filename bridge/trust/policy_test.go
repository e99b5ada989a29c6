package trust

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const listed = `
[[origin]]
origin = "https://policy.example"
scopes = ["fse", "readers"]
`

func TestPolicyEnrols(t *testing.T) {
	s := newStand(t, listed)
	p, o := newPage(t), origin(t, "https://policy.example")
	if !s.Listed(o) || !s.Enrols(o) {
		t.Fatal("the policy is not heard")
	}
	for range 2 {
		if id, _, err := s.Enrol(o, p.public(), day); err != nil || id != p.id(t) {
			t.Fatal(err)
		}
	}
	want := []Scope{Readers, FSE}
	if got, err := s.auth(t, p, o); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v %v", got, err)
	}
	s.write(t, "0.toml", strings.Replace(listed, `"fse", `, "", 1)) // cut while it runs
	if got, err := s.auth(t, p, o); err != nil || !slices.Equal(got, []Scope{Readers}) {
		t.Errorf("cut: %v %v", got, err)
	}
	paired := newPage(t)
	if _, got, err := s.Pair(o, paired.public(), "", AllScopes, day); err != nil || !slices.Equal(got, []Scope{Readers}) {
		t.Errorf("paired for more than the policy gives: %v %v", got, err)
	}
	if err := os.Remove(filepath.Join(s.policy, "0.toml")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.auth(t, p, o); !errors.Is(err, ErrNotPaired) {
		t.Errorf("taken out of the policy: %v", err)
	}
	if got, err := s.auth(t, paired, o); err != nil || !slices.Equal(got, AllScopes) {
		t.Errorf("what the user accepted: %v %v", got, err)
	}
}

// A revoked origin stays out whatever the policy says, until it is let in again; a
// revoked page of a listed origin can't enrol its key again.
func TestRevocationGoesBeforePolicy(t *testing.T) {
	s := newStand(t, listed)
	o, p := origin(t, "https://policy.example"), newPage(t)
	if _, _, err := s.Enrol(o, p.public(), day); err != nil {
		t.Fatal(err)
	}
	if err := s.Revoke(o, p.id(t)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Enrol(o, p.public(), day); !errors.Is(err, ErrNotPaired) {
		t.Errorf("a revoked key was enrolled again: %v", err)
	}
	if _, _, err := s.Enrol(o, newPage(t).public(), day); err != nil {
		t.Errorf("another page: %v", err)
	}
	if err := s.Revoke(o, ""); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := s.Enrol(o, newPage(t).public(), day); !errors.Is(err, ErrNotPaired) || s.Listed(o) || s.Enrols(o) {
			t.Errorf("a revoked origin was let in: %v", err)
		}
		s.reopen()
	}
	if err := s.Allow(o, []Scope{Readers}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Enrol(o, newPage(t).public(), day); err != nil {
		t.Errorf("let in again: %v", err)
	}
}

func TestLockedList(t *testing.T) {
	s := newStand(t)
	o, p := origin(t, "https://ehr.example"), newPage(t)
	if _, _, err := s.Pair(o, p.public(), "", []Scope{FSE}, day); err != nil {
		t.Fatal(err)
	}
	s.write(t, "lock.toml", "locked = true\n"+listed)
	if _, err := s.auth(t, p, o); !errors.Is(err, ErrNotPaired) || s.Listed(o) || s.Pairs(o) {
		t.Errorf("paired before the lock: %v", err)
	}
	if _, _, err := s.Pair(o, p.public(), "", []Scope{FSE}, day); !errors.Is(err, ErrLocked) {
		t.Errorf("pair: %v", err)
	}
	if err := s.Allow(o, []Scope{FSE}); !errors.Is(err, ErrLocked) {
		t.Errorf("allow: %v", err)
	}
	if !s.Listed(origin(t, "https://policy.example")) {
		t.Error("the origin of the policy is shut out")
	}
	if list, locked := s.List(); !locked || len(list) != 2 {
		t.Errorf("the list is %v, %+v", locked, list)
	}
}

func TestPolicyFaults(t *testing.T) {
	tests := []struct {
		name, text, want string
	}{
		{"not TOML", "locked = = 1", "line 1"},
		{"unknown key", "\nlockd = true", "line 2: lockd"},
		{"unknown key of an origin", listed + "scope = []", "line 5: origin.scope"},
		{"http", strings.Replace(listed, "https", "http", 1), "line 3"},
		{"path", strings.Replace(listed, ".example", ".example/x", 1), "line 3"},
		{"upper case", strings.Replace(listed, "policy", "Policy", 1), "line 3"},
		{"unknown scope", strings.Replace(listed, "fse", "all", 1), "line 2"},
		{"no scope", "[[origin]]\norigin = \"https://a.example\"\n", "line 1: cannot let in an origin for nothing"},
		{"no origin", listed + "[[origin]]\nscopes = [\"fse\"]\n", "line 5: no origin"},
		{"twice in one file", listed + listed, "line 6"},
		{"developers'", strings.Replace(listed, "https://policy.example", "http://localhost:3000", 1), "origins.dev"},
		{"twice in two files", strings.Replace(listed, "policy.example", "good.example", 1), "another file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStand(t, strings.Replace(listed, "policy.example", "good.example", 1), tt.text)
			err := s.Fault()
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "1.toml") {
				t.Errorf("the fault is %v, want %q", err, tt.want)
			}
			if !s.Listed(origin(t, "https://good.example")) {
				t.Error("the good file is not heard")
			}
			for _, o := range []string{"https://policy.example", "https://a.example"} {
				if s.Listed(origin(t, o)) || s.Pairs(origin(t, o)) {
					t.Errorf("%s is let in", o)
				}
			}
			s.write(t, "1.toml", "")
			if err := s.Fault(); err != nil || !s.Pairs(origin(t, "https://a.example")) {
				t.Errorf("once it is mended: %v", err)
			}
		})
	}
	t.Run("others may write it", func(t *testing.T) {
		s := newStand(t, listed)
		if err := os.Chmod(filepath.Join(s.policy, "0.toml"), 0o666); err != nil {
			t.Fatal(err)
		}
		if s.Fault() == nil || s.Listed(origin(t, "https://policy.example")) {
			t.Errorf("it is believed (%v)", s.Fault())
		}
	})
}
