package trust

import (
	"cmp"
	"slices"
	"time"
)

// Listing is one origin of the list, as users are shown it.
type Listing struct {
	Origin  Origin       `json:"origin"`
	Unicode string       `json:"unicode"`
	Letters Letters      `json:"letters"`
	Policy  bool         `json:"policy"`  // it stands in the administrator's policy
	Allowed []Scope      `json:"allowed"` // of pages that bring their key
	Revoked bool         `json:"revoked"`
	Keys    []ListingKey `json:"keys"`
}

// ListingKey is one page of a Listing.
type ListingKey struct {
	ID      KeyID     `json:"keyId"`
	Name    string    `json:"name,omitempty"`
	Scopes  []Scope   `json:"scopes"` // empty when it is not let in
	Since   time.Time `json:"since"`
	Revoked bool      `json:"revoked"`
}

// List is all origins of the list and of the policy, in their order.
func (b *Book) List() (list []Listing, locked bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refresh()
	list = []Listing{}
	for _, s := range b.sites {
		list = append(list, b.show(s))
	}
	for o := range b.policy.origins {
		if b.sites[o] == nil {
			list = append(list, b.show(&site{Origin: o}))
		}
	}
	slices.SortFunc(list, func(x, y Listing) int { return cmp.Compare(x.Origin.text, y.Origin.text) })
	return list, b.policy.locked
}

func (b *Book) show(s *site) Listing {
	_, listed := b.policy.origins[s.Origin]
	l := Listing{Origin: s.Origin, Unicode: s.Origin.Unicode(), Letters: s.Origin.Letters(), Policy: listed,
		Allowed: append([]Scope{}, b.enrols(s.Origin)...), Revoked: s.Revoked, Keys: []ListingKey{}}
	for _, k := range s.Keys {
		l.Keys = append(l.Keys, ListingKey{ID: k.id, Name: k.Name, Scopes: append([]Scope{}, b.scopes(s.Origin, k)...), Since: k.Since, Revoked: k.Revoked})
	}
	return l
}
