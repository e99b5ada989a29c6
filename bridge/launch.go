package bridge

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Bounds of the addresses that open the console.
const (
	launchTime  = 60 * time.Second // life of one
	launchesMax = 8                // one more takes the oldest's place
)

// launches are the tokens by which programs of this machine let the console in. Who
// may make one may do all that the console may, so no dialog is needed: what has to be
// shown is that the page was opened by such a program. Tokens are kept as hashes, so
// that how long a look-up takes tells nothing of them, and in memory only.
type launches struct {
	since func() time.Duration // since some start, by the monotonic clock

	mu      sync.Mutex // protects waiting
	waiting []launch   // the oldest first
}

type launch struct {
	hash [sha256.Size]byte
	end  time.Duration
}

func newLaunches(since func() time.Duration) *launches { return &launches{since: since} }

// add makes a token of 128 bits.
func (l *launches) add() (token string) {
	secret := make([]byte, 16)
	_, _ = rand.Read(secret) // never fails (crypto/rand)
	token = base64.RawURLEncoding.EncodeToString(secret)
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == launchesMax {
		l.waiting = l.waiting[1:]
	}
	l.waiting = append(l.waiting, launch{sha256.Sum256([]byte(token)), l.since() + launchTime})
	return token
}

// take says whether token may let a page in now. It is used up by that.
func (l *launches) take(token string) bool {
	hash := sha256.Sum256([]byte(token))
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, one := range l.waiting {
		if one.hash == hash {
			l.waiting = append(l.waiting[:i:i], l.waiting[i+1:]...)
			return l.since() < one.end
		}
	}
	return false
}

type openConsoleResult struct {
	URL string `json:"url"` // opens the console once, within 60 s: a secret until then
}

// openConsole gives the address as one that a program hands to a browser through a
// file of the user's, never on a command line, which others can read.
func openConsole(c call, _ keyed) (openConsoleResult, error) {
	return openConsoleResult{c.server.own.String() + "/#lancement=" + c.server.launches.add()}, nil
}

func refuseLaunch() *refusal {
	return &refusal{&state.Error{Kind: state.Denied, Code: "LANCEMENT",
		Message: "Cette adresse de la console a déjà servi ou a plus d'une minute. Ouvrez la console depuis l'icône d'Agrafe ou avec « agrafe console »."}, closeDenied}
}

// launch lets the console's page in that shows a token, with all rights. Shown by
// another page, the token is used up too: it has got into the wrong hands.
func (c *conn) launch(r request, said trust.Statement, p pairParams) {
	if !c.server.launches.take(p.Launch) || said.Origin != c.server.own {
		c.refuse(r, refuseLaunch())
		return
	}
	id, err := c.server.book.Launch(p.PublicKey, p.Name, time.Now())
	if err != nil {
		c.refuse(r, c.refusalOf(err))
		return
	}
	if how := c.welcomed(said, p.Name, id, allScopes, nil); how != trust.Accepted {
		_ = c.write(notification{Version: "2.0", Method: "refused", Params: refused{how}})
	}
	c.close(websocket.CloseNormalClosure)
}
