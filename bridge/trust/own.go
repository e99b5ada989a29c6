package trust

import (
	"slices"
	"time"
)

// needsDev is what is said of an http origin of this machine.
const needsDev = "http origins of this machine need the setting origins.dev, and the console's own is never listed"

// usable says whether o is of a kind that may be let in on this machine.
func (b *Book) usable(o Origin) bool { return b.listable(o) || o == b.opts.Own }

// listable says whether o is of a kind that a user or a policy may let in. The console
// is not: it comes with a token of a program that has all rights, or not at all.
func (b *Book) listable(o Origin) bool { return o != b.opts.Own && (!o.Loopback() || b.opts.Dev) }

// Launch lets the console's page with this key in, with all rights. That a program of
// this machine has opened it was looked at before. No policy stands against it, since
// such a program may do as much by itself. When there are too many keys the oldest
// makes room: its page is opened anew.
//
// The key is the console's as long as its origin is. On another port the page is opened
// anew, and what has the old port then has no rights by it.
func (b *Book) Launch(public PublicKey, name string, now time.Time) (KeyID, error) {
	id, err := public.ID()
	if err != nil {
		return "", err
	}
	k := key{PublicKey: public, Name: name, Scopes: AllScopes, Since: now.UTC().Truncate(time.Second), Launched: true, id: id}
	b.mu.Lock()
	defer b.mu.Unlock()
	return id, b.change(b.opts.Own, func(s *site) error {
		s.Revoked = false
		if s.find(id) < 0 && len(s.Keys) >= maxKeys {
			s.Keys = slices.Delete(s.Keys, 0, 1)
		}
		return s.put(k)
	})
}
