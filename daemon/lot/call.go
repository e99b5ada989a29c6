package lot

import (
	"net/url"

	"github.com/agrafe-fse/agrafe/daemon/journal"
)

// Call identifies a call that changes something, so that its repetition is
// noticed. The zero value is a call that can't be repeated.
type Call struct {
	Principal string
	Method    string
	Key       string // the caller's; "" for none
	Digest    string // of the parameters
}

// actor is who does what is done to an FSE of owner's.
func (c Call) actor(owner string) string {
	if owner == Practice {
		return c.Principal
	}
	return owner
}

func (c Call) key() *callKey {
	if c.Key == "" {
		return nil
	}
	name := url.PathEscape(c.Principal) + "/" + c.Method + "/" + c.Key // the first two hold no other slash
	return &callKey{Name: name, Digest: c.Digest}
}

// call is what a key was first used for.
type call struct {
	Digest  string `json:"digest"`
	Subject string `json:"sujet"`
}

// repeated returns the subject of the first call with c's key, "" if there was none.
func (c Call) repeated(s journal.State) (string, error) {
	key := c.key()
	if key == nil {
		return "", nil
	}
	first, err := get[call](s, keyCall(key.Name))
	switch {
	case err != nil || first == nil:
		return "", err
	case first.Digest != c.Digest:
		return "", ErrDuplicate
	}
	return first.Subject, nil
}

// done tells whether c was done before, about subject.
func (c Call) done(s journal.State, subject string) (bool, error) {
	first, err := c.repeated(s)
	if err == nil && first != "" && first != subject {
		err = ErrDuplicate
	}
	return first != "", err
}

// remember keeps what a key was first used for.
func (k *callKey) remember(w journal.Writer, subject string) error {
	if k == nil {
		return nil
	}
	return set(w, keyCall(k.Name), call{Digest: k.Digest, Subject: subject})
}
