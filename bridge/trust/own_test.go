package trust

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// The console is let in by Launch, with all rights, and in no other way: no dialog, no
// user, no policy and no developer's flag lists it, and no lock keeps it out.
func TestS06TheConsoleIsLaunchedOnly(t *testing.T) {
	for _, dev := range []bool{false, true} {
		t.Run(fmt.Sprint("developer ", dev), func(t *testing.T) {
			o, dir, policy := origin(t, "http://127.0.0.1:17373"), t.TempDir(), filepath.Join(t.TempDir(), "d")
			open := func() *Book {
				return Open(Options{Dir: dir, Policy: policy, Own: o, Dev: dev, Log: slog.New(slog.DiscardHandler)})
			}
			b, p := open(), newPage(t)
			_, _, enrolled := b.Enrol(o, p.public(), day)
			_, _, paired := b.Pair(o, p.public(), "", AllScopes, day)
			if b.Pairs(o) || b.Enrols(o) || b.Listed(o) || b.Allow(o, AllScopes) == nil || !errors.Is(enrolled, ErrNotPaired) || !errors.Is(paired, ErrLocked) {
				t.Error("it is let in without having been launched")
			}
			id, err := b.Launch(p.public(), "Console", day)
			if scopes, in := b.Scopes(o, id); err != nil || in != nil || !slices.Equal(scopes, AllScopes) || !b.Listed(o) || b.Enrols(o) {
				t.Errorf("launched, it may %v (%v, %v)", scopes, err, in)
			}
			if err := os.Mkdir(policy, 0o700); err != nil {
				t.Fatal(err)
			}
			entry := fmt.Sprintf("locked = true\n[[origin]]\norigin = %q\nscopes = [\"fse\"]\n", o)
			if err := os.WriteFile(filepath.Join(policy, "a.toml"), []byte(entry), 0o600); err != nil {
				t.Fatal(err)
			}
			if scopes, in := b.Scopes(o, id); in != nil || !slices.Equal(scopes, AllScopes) || b.Fault() == nil || b.Enrols(o) {
				t.Errorf("under a policy that names it, it may %v (%v), fault %v", scopes, in, b.Fault())
			}
			if err := b.Revoke(o, ""); err != nil || b.Listed(o) {
				t.Errorf("revoked, it is listed (%v)", err)
			}
			if _, err := open().Launch(newPage(t).public(), "", day); err != nil {
				t.Errorf("revoked, it is not launched again: %v", err)
			}
		})
	}
}

// The console's keys are good at its origin only, and no other keys are good there: on
// another port it is launched anew, and a developer's site that has the old port, or had
// the new one, does not get the console's rights.
func TestKeysOfTheConsoleStayAtItsPort(t *testing.T) {
	old, now, dir := origin(t, "http://127.0.0.1:17373"), origin(t, "http://127.0.0.1:17374"), t.TempDir()
	open := func(own Origin) *Book {
		return Open(Options{Dir: dir, Own: own, Dev: true, Log: slog.New(slog.DiscardHandler)})
	}
	b, console, site := open(old), newPage(t), newPage(t)
	launched, err := b.Launch(console.public(), "", day)
	if err != nil {
		t.Fatal(err)
	}
	paired, _, err := b.Pair(now, site.public(), "", AllScopes, day)
	if err != nil {
		t.Fatal(err)
	}
	b = open(now)
	if _, err := b.Scopes(old, launched); !errors.Is(err, ErrNotPaired) || b.Listed(old) {
		t.Errorf("the console's key at its old port: %v", err)
	}
	if _, err := b.Scopes(now, paired); !errors.Is(err, ErrNotPaired) || b.Listed(now) {
		t.Errorf("the key of a site at the console's port: %v", err)
	}
	if id, err := b.Launch(console.public(), "", day); err != nil || !b.Listed(now) {
		t.Errorf("launched anew: %s, %v", id, err)
	}
	if _, err := open(old).Scopes(old, launched); err != nil {
		t.Errorf("back at the old port: %v", err)
	}
}

// A key that is launched again takes nobody's place.
func TestLaunchOfAKnownKey(t *testing.T) {
	o := origin(t, "http://127.0.0.1:17373")
	b := Open(Options{Dir: t.TempDir(), Own: o, Log: slog.New(slog.DiscardHandler)})
	pages, ids := make([]page, maxKeys), make([]KeyID, maxKeys)
	for i := range pages {
		pages[i] = newPage(t)
		var err error
		if ids[i], err = b.Launch(pages[i].public(), "", day); err != nil {
			t.Fatal(err)
		}
	}
	for _, i := range []int{maxKeys - 1, 0, 7} {
		if id, err := b.Launch(pages[i].public(), "", day); err != nil || id != ids[i] {
			t.Errorf("key %d again: %s, %v", i, id, err)
		}
	}
	for i, id := range ids {
		if _, err := b.Scopes(o, id); err != nil {
			t.Errorf("key %d: %v", i, err)
		}
	}
}

// There is always room for the console: its oldest key goes.
func TestLaunchMakesRoom(t *testing.T) {
	o := origin(t, "http://127.0.0.1:17373")
	b := Open(Options{Dir: t.TempDir(), Own: o, Log: slog.New(slog.DiscardHandler)})
	var ids []KeyID
	for range maxKeys + 2 {
		id, err := b.Launch(newPage(t).public(), "", day)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	for i, id := range ids {
		if _, err := b.Scopes(o, id); (err != nil) != (i < 2) {
			t.Errorf("key %d: %v", i, err)
		}
	}
	if _, err := b.Launch("no key", "", day); !errors.Is(err, ErrKey) {
		t.Errorf("a text that is no key: %v", err)
	}
}
