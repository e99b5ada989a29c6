package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// Bounds of the list. A page has a key in each browser profile.
const (
	maxSites = 1000
	maxKeys  = 64
)

// site is one origin of the list.
type site struct {
	Origin  Origin  `json:"origin"`
	Allowed []Scope `json:"allowed,omitempty"` // set by a local user: its pages may enrol
	Revoked bool    `json:"revoked,omitempty"` // whatever the policy says, until it is let in again
	Keys    []key   `json:"keys,omitempty"`    // the oldest first
}

// key is one browser profile in which the origin was let in.
type key struct {
	PublicKey PublicKey `json:"publicKey"`
	Name      string    `json:"name,omitempty"`   // what the page called itself
	Scopes    []Scope   `json:"scopes,omitempty"` // accepted by the user; none for one that was enrolled
	Since     time.Time `json:"since"`
	Revoked   bool      `json:"revoked,omitempty"`  // kept, so that its page can't enrol it again
	Launched  bool      `json:"launched,omitempty"` // by Launch: the key of a console

	id KeyID
}

func (k key) enrolled() bool { return len(k.Scopes) == 0 }

// list is the file origins.json. Sum is the SHA-256 of Sites as they stand in it.
type list struct {
	Version int            `json:"version"`
	Sum     string         `json:"sha256"`
	Sites   jsontext.Value `json:"sites"`
}

const listVersion = 1

func sumOf(sites []byte) string {
	sum := sha256.Sum256(sites)
	return hex.EncodeToString(sum[:])
}

// readList reads file. Whatever is wrong with it is an error, for what is lost may
// be a revocation; only its absence is told apart (fs.ErrNotExist).
func readList(file string) (map[Origin]*site, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var l list
	var sites []*site
	err = json.Unmarshal(text, &l, json.RejectUnknownMembers(true))
	switch {
	case err != nil:
	case l.Version != listVersion:
		err = fmt.Errorf("version %d", l.Version)
	case l.Sum != sumOf(bytes.TrimSpace(l.Sites)):
		err = errors.New("its checksum is not that of its content; it is changed with agrafe origins, not by hand")
	default:
		err = json.Unmarshal(l.Sites, &sites, json.RejectUnknownMembers(true))
	}
	if err != nil {
		return nil, err
	}
	return index(sites)
}

func index(sites []*site) (map[Origin]*site, error) {
	all := make(map[Origin]*site, len(sites))
	for _, s := range sites {
		if s == nil || s.Origin == (Origin{}) || all[s.Origin] != nil {
			return nil, errors.New("an origin is missing or stands twice")
		}
		for i := range s.Keys {
			var err error
			if s.Keys[i].id, err = s.Keys[i].PublicKey.ID(); err != nil {
				return nil, err
			}
		}
		all[s.Origin] = s
	}
	return all, nil
}

// writeList makes all the content of file, durably.
func writeList(file string, all map[Origin]*site) error {
	sites := make([]*site, 0, len(all))
	for _, s := range all {
		sites = append(sites, s)
	}
	slices.SortFunc(sites, func(a, b *site) int { return bytes.Compare([]byte(a.Origin.text), []byte(b.Origin.text)) })
	text, err := json.Marshal(sites)
	if err == nil {
		text, err = json.Marshal(list{Version: listVersion, Sum: sumOf(text), Sites: text})
	}
	if err == nil {
		err = durable.WriteFile(file, append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("cannot keep the list of origins: %w", err)
	}
	return nil
}

// clone is a copy of s that can be changed.
func (s *site) clone() *site {
	c := *s
	c.Keys = slices.Clone(s.Keys)
	return &c
}

// find is the place of a key, -1 if it has none.
func (s *site) find(id KeyID) int {
	return slices.IndexFunc(s.Keys, func(k key) bool { return k.id == id })
}

// put adds k, in the place of itself if it was there. When there are too many keys
// the oldest that was enrolled makes room: its page can enrol again.
func (s *site) put(k key) error {
	s.Keys = slices.DeleteFunc(s.Keys, func(old key) bool { return old.id == k.id })
	if len(s.Keys) >= maxKeys {
		i := slices.IndexFunc(s.Keys, func(old key) bool { return old.enrolled() && !old.Revoked })
		if i < 0 {
			return ErrFull
		}
		s.Keys = slices.Delete(s.Keys, i, i+1)
	}
	s.Keys = append(s.Keys, k)
	return nil
}

// absent says whether err is of a file that is not there.
func absent(err error) bool { return errors.Is(err, fs.ErrNotExist) }
