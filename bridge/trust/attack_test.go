package trust

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A page that was revoked by itself stays out when its origin is revoked and let in
// again, also after a restart; the other pages come back.
func TestS19RevokedPageStaysOut(t *testing.T) {
	s := newStand(t)
	o, stolen, other := origin(t, "https://ehr.example"), newPage(t), newPage(t)
	if err := s.Allow(o, []Scope{FSE}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []page{stolen, other} {
		if _, _, err := s.Enrol(o, p.public(), day); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range []KeyID{stolen.id(t), ""} {
		if err := s.Revoke(o, id); err != nil {
			t.Fatal(err)
		}
	}
	s.reopen()
	if err := s.Allow(o, []Scope{FSE}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, _, err := s.Enrol(o, stolen.public(), day); !errors.Is(err, ErrNotPaired) {
			t.Errorf("the revoked page: %v", err)
		}
		if _, err := s.auth(t, stolen, o); !errors.Is(err, ErrNotPaired) {
			t.Errorf("the revoked page: %v", err)
		}
		if _, _, err := s.Enrol(o, other.public(), day); err != nil {
			t.Errorf("another page: %v", err)
		}
		s.reopen()
	}
}

// A list that is full takes no other origin, but always a revocation.
func TestS19FullListTakesRevocations(t *testing.T) {
	s := newStand(t, listed)
	o := origin(t, "https://policy.example")
	s.sites = map[Origin]*site{}
	for i := range maxSites {
		other := origin(t, fmt.Sprintf("https://site%d.example", i))
		s.sites[other] = &site{Origin: other, Allowed: []Scope{Readers}}
	}
	if _, _, err := s.Enrol(o, newPage(t).public(), day); !errors.Is(err, ErrFull) {
		t.Errorf("one more: %v", err)
	}
	if err := s.Revoke(o, ""); err != nil {
		t.Errorf("revoked: %v", err)
	}
	s.reopen()
	if s.Listed(o) {
		t.Error("it is let in all the same")
	}
}

// Whatever the administrator writes while pages come and go, each look at the book
// gives rights of one of the files that were there, and the last file wins.
func TestS18PolicyRace(t *testing.T) {
	s := newStand(t, listed)
	o, p := origin(t, "https://policy.example"), newPage(t)
	if _, _, err := s.Enrol(o, p.public(), day); err != nil {
		t.Fatal(err)
	}
	// The size changes with each version: two of one size within a tick of the file
	// system's clock can't be told apart.
	versions := []string{listed, strings.Replace(listed, `"fse", `, "", 1), strings.Replace(listed, "policy.example", "elsewhere.example", 1),
		listed[:len(listed)/2], "locked = true\n"}
	allowed := [][]Scope{{Readers, FSE}, {Readers}, nil}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 200 {
			s.write(t, "0.toml", versions[i%len(versions)])
		}
	}()
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		got, _ := s.Scopes(o, p.id(t))
		if !slices.ContainsFunc(allowed, func(want []Scope) bool { return slices.Equal(got, want) }) {
			t.Fatalf("the rights are %v", got)
		}
	}
	if s.Listed(o) {
		t.Error("the last version does not list it")
	}
	s.write(t, "0.toml", versions[1])
	if got, err := s.Scopes(o, p.id(t)); err != nil || !slices.Equal(got, []Scope{Readers}) {
		t.Errorf("at the end: %v %v", got, err)
	}
}
