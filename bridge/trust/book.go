package trust

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Options say where a Book is and what it may let in.
type Options struct {
	Dir    string // of origins.json and identity.key
	Policy string // folder of the administrator's files
	Dev    bool   // lets http origins of this machine in too
	Own    Origin // of the console, which the daemon serves itself: http, let in by Launch only
	Log    *slog.Logger
}

// Book holds the origins that are let in: those that the users of the machine
// accepted and those of the policy.
type Book struct {
	opts     Options
	identity *Identity // nil with a fault
	fault    error     // why no web page can be let in

	mu     sync.Mutex       // protects the fields below
	sites  map[Origin]*site // its sites are never changed in place: see change
	policy policy
	stamp  string // of the policy's files when they were read
}

// Refusals of a page.
var (
	ErrNotPaired = errors.New("cannot let this page in: it is not paired")
	ErrLocked    = errors.New("cannot let in another origin: the administrator has locked the list")
	ErrFull      = errors.New("cannot let in another origin: the list is full; revoke some")
	ErrUnknown   = errors.New("cannot find this origin or key in the list")
)

// Open reads the list and the key of this machine, and makes them if neither is
// there. It does not fail: a Book that can't be trusted refuses every web page and
// Fault says why; local programs do not need it.
func Open(o Options) *Book {
	b := &Book{opts: o}
	if b.fault = b.load(); b.fault != nil {
		b.sites = map[Origin]*site{}
		o.Log.Error("no web page is let in", "error", b.fault)
	}
	b.stamp = stampOf(o.Policy)
	b.setPolicy(readPolicy(o.Policy, b.listable))
	return b
}

func (b *Book) file() string { return filepath.Join(b.opts.Dir, "origins.json") }

func (b *Book) load() (err error) {
	keyFile := filepath.Join(b.opts.Dir, "identity.key")
	known := exists(keyFile)
	b.sites, err = readList(b.file())
	switch {
	case absent(err) && !known: // the first start
		b.sites = map[Origin]*site{}
		err = writeList(b.file(), b.sites)
	case err != nil:
		return fmt.Errorf("cannot trust %s: %w; restore it from a backup, or remove it and identity.key beside it and pair the web pages again", b.file(), err)
	case !known && len(b.sites) > 0:
		return fmt.Errorf("cannot find %s, by which web pages know this machine; restore it from a backup, or remove origins.json too and pair the web pages again", keyFile)
	}
	if err != nil {
		return err
	}
	b.identity, err = LoadIdentity(keyFile)
	return err
}

// Fault says why no web page is let in, nil if that is not so. Faults of single
// policy files are in it too when nothing else is wrong: they lock the list.
func (b *Book) Fault() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	if b.fault != nil {
		return b.fault
	}
	return errors.Join(b.policy.faults...)
}

// Dev says whether http origins of this machine are let in.
func (b *Book) Dev() bool { return b.opts.Dev }

// refresh reads the policy again if its files have changed.
func (b *Book) refresh() {
	if stamp := stampOf(b.opts.Policy); stamp != b.stamp {
		b.stamp = stamp
		b.setPolicy(readPolicy(b.opts.Policy, b.listable))
	}
}

func (b *Book) setPolicy(p policy) {
	for _, err := range p.faults {
		b.opts.Log.Error("the list of origins is locked until the policy is mended", "error", err)
	}
	b.policy = p
}

// Sign proves to a page that it talks to this machine.
func (b *Book) Sign(p Purpose, s Statement) (Proof, error) {
	if b.identity == nil {
		return Proof{}, b.fault
	}
	return b.identity.Sign(p, s)
}

// Listed says whether pages of o may try to show who they are: it is in the policy,
// or was let in, and was not revoked.
func (b *Book) Listed(o Origin) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	if b.enrols(o) != nil {
		return true
	}
	s, ok := b.sites[o]
	return ok && !b.closed(o) && slices.ContainsFunc(s.Keys, func(k key) bool { return b.scopes(o, k) != nil })
}

// Pairs says whether o may ask the user to be let in.
func (b *Book) Pairs(o Origin) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	return b.fault == nil && b.listable(o) && !b.policy.locked
}

// Enrols says whether pages of o may bring their key without the user.
func (b *Book) Enrols(o Origin) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	return b.enrols(o) != nil
}

// closed says whether nothing of o may come in now.
func (b *Book) closed(o Origin) bool {
	_, listed := b.policy.origins[o]
	s, known := b.sites[o]
	return b.fault != nil || !b.usable(o) || known && s.Revoked || b.policy.locked && !listed && o != b.opts.Own
}

// enrols is the scopes of pages of o that bring their key, nil for none. The
// policy's word goes before that of a local user.
func (b *Book) enrols(o Origin) []Scope {
	if b.closed(o) || !b.listable(o) {
		return nil
	}
	if scopes, ok := b.policy.origins[o]; ok {
		return scopes
	}
	if s, ok := b.sites[o]; ok && len(s.Allowed) > 0 {
		return s.Allowed
	}
	return nil
}

// scopes is what the page of o with k may do now, nil if it is not let in.
func (b *Book) scopes(o Origin, k key) []Scope {
	limit, listed := b.policy.origins[o]
	switch {
	case k.Revoked || b.closed(o):
		return nil
	case k.Launched != (o == b.opts.Own): // the console's, before a change of its port
		return nil
	case k.enrolled():
		return b.enrols(o)
	case listed:
		return common(k.Scopes, limit)
	}
	return k.Scopes
}

// Scopes is what the page of o with the key id may do now. It fails with
// ErrNotPaired.
func (b *Book) Scopes(o Origin, id KeyID) ([]Scope, error) {
	_, scopes, err := b.admitted(o, id)
	return scopes, err
}

// admitted is the key id of o, if it is let in, and what it may do.
func (b *Book) admitted(o Origin, id KeyID) (PublicKey, []Scope, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	if s, ok := b.sites[o]; ok {
		if i := s.find(id); i >= 0 {
			if scopes := b.scopes(o, s.Keys[i]); scopes != nil {
				return s.Keys[i].PublicKey, scopes, nil
			}
		}
	}
	return "", nil, ErrNotPaired
}

// Verify checks that the page of s.Origin has the key id. It fails with
// ErrNotPaired for a key that is not let in, else as PublicKey.Verify does.
func (b *Book) Verify(s Statement, id KeyID, signature string) error {
	public, _, err := b.admitted(s.Origin, id)
	if err != nil {
		return err
	}
	return public.Verify(ForAuth, s, signature)
}

// change applies f to a copy of o's site, keeps it and then uses it.
func (b *Book) change(o Origin, f func(*site) error) error {
	all, err := b.changed(o, f)
	if err == nil {
		err = writeList(b.file(), all)
	}
	if err == nil {
		b.sites = all
	}
	return err
}

// changed is the list with f applied to o's site.
func (b *Book) changed(o Origin, f func(*site) error) (map[Origin]*site, error) {
	if b.fault != nil {
		return nil, b.fault
	}
	next := &site{Origin: o}
	s, known := b.sites[o]
	if known {
		next = s.clone()
	}
	if err := f(next); err != nil {
		return nil, err
	}
	if !known && len(b.sites) >= maxSites && !next.Revoked { // there is always room to shut out
		return nil, ErrFull
	}
	all := maps.Clone(b.sites)
	all[o] = next
	return all, nil
}

// Enrol lets the page with this key in, of an origin that Enrols; first says whether
// the key is new. It fails with ErrNotPaired for another and for a key that was revoked.
func (b *Book) Enrol(o Origin, public PublicKey, now time.Time) (id KeyID, first bool, err error) {
	if id, err = public.ID(); err != nil {
		return "", false, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	if b.enrols(o) == nil {
		return "", false, ErrNotPaired
	}
	if s, ok := b.sites[o]; ok {
		if i := s.find(id); i >= 0 && s.Keys[i].Revoked {
			return "", false, ErrNotPaired
		} else if i >= 0 {
			return id, false, nil
		}
	}
	return id, true, b.change(o, func(s *site) error {
		return s.put(key{PublicKey: public, Since: now.UTC().Truncate(time.Second), id: id})
	})
}

// Pair lets in the page that the user has accepted, for scopes, and returns what
// the policy leaves of them. An origin that was revoked is let in again.
func (b *Book) Pair(o Origin, public PublicKey, name string, scopes []Scope, now time.Time) (KeyID, []Scope, error) {
	id, err := public.ID()
	if err != nil {
		return "", nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	if b.policy.locked || !b.listable(o) {
		return "", nil, ErrLocked
	}
	k := key{PublicKey: public, Name: name, Scopes: scopes, Since: now.UTC().Truncate(time.Second), id: id}
	err = b.change(o, func(s *site) error { s.Revoked = false; return s.put(k) })
	if err != nil {
		return "", nil, err
	}
	return id, b.scopes(o, k), nil
}

// Allow lets the pages of o bring their key, without a dialog, for scopes. It
// fails with ErrLocked, or with ErrUnknown for an origin that needs Dev.
func (b *Book) Allow(o Origin, scopes []Scope) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	if _, listed := b.policy.origins[o]; b.policy.locked && !listed {
		return ErrLocked
	}
	if !b.listable(o) {
		return &OriginError{Why: needsDev}
	}
	return b.change(o, func(s *site) error { s.Allowed, s.Revoked = scopes, false; return nil })
}

// Revoke shuts out the page of o with the key id or, if id is "", o itself with all
// its pages, whatever the policy says of it. It fails with ErrUnknown. Any other
// error says that the disk did not take it; it is in force all the same.
func (b *Book) Revoke(o Origin, id KeyID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	s, known := b.sites[o]
	_, listed := b.policy.origins[o]
	if !known && (!listed || id != "") || id != "" && s.find(id) < 0 {
		return ErrUnknown
	}
	all, err := b.changed(o, func(s *site) error {
		if id != "" {
			s.Keys[s.find(id)].Revoked = true
			return nil
		}
		s.Allowed, s.Revoked = nil, true
		s.Keys = slices.DeleteFunc(s.Keys, func(k key) bool { return !k.Revoked }) // those stay out when o is let in again
		return nil
	})
	if err != nil {
		return err
	}
	b.sites = all // also when the disk does not take it: it holds until the next start at least
	return writeList(b.file(), all)
}
