package bridge

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"slices"
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
//
// Beside its token an address has an identifier that the browser sends when it asks for
// the page. By that the program knows that the browser has read its file. The token
// would not tell: a browser that has the console's key already does not use it.
type launches struct {
	since func() time.Duration // since some start, by the monotonic clock

	mu   sync.Mutex // protects made and what it holds
	made []*launch  // the oldest first
}

type launch struct {
	id      string
	hash    [sha256.Size]byte
	end     time.Duration
	used    bool          // the token was shown
	arrived chan struct{} // closed when a browser has asked for the page
}

func (l *launch) came() bool {
	select {
	case <-l.arrived:
		return true
	default:
		return false
	}
}

func newLaunches(since func() time.Duration) *launches { return &launches{since: since} }

// add makes an identifier and a token, each of 128 bits.
func (l *launches) add() (id, token string) {
	id, token = random(), random()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.made) == launchesMax {
		l.made = l.made[1:]
	}
	l.made = append(l.made, &launch{id: id, hash: sha256.Sum256([]byte(token)), end: l.since() + launchTime, arrived: make(chan struct{})})
	return id, token
}

func random() string {
	bits := make([]byte, 16)
	_, _ = rand.Read(bits) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(bits)
}

// take says whether token may let a page in now. It is used up by that.
func (l *launches) take(token string) bool {
	hash := sha256.Sum256([]byte(token))
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.made, func(one *launch) bool { return one.hash == hash && !one.used })
	if i < 0 {
		return false
	}
	l.made[i].used = true
	return l.since() < l.made[i].end
}

// find is the launch of that identifier, nil if there is none.
func (l *launches) find(id string) *launch {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.IndexFunc(l.made, func(one *launch) bool { return one.id == id }); i >= 0 {
		return l.made[i]
	}
	return nil
}

// arrive notes that a browser has asked for the page at the address of id.
func (l *launches) arrive(id string) {
	one := l.find(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if one != nil && !one.came() {
		close(one.arrived)
	}
}

// await says whether a browser has asked for the page at the address of id, and waits
// for that as long as the address is good.
func (l *launches) await(ctx context.Context, id string) (came bool, err error) {
	one := l.find(id)
	if one == nil {
		return false, nil
	}
	over := time.NewTimer(one.end - l.since())
	defer over.Stop()
	select {
	case <-one.arrived:
	case <-over.C:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	return one.came(), nil
}

type openConsoleResult struct {
	ID  string `json:"id"`  // of the address, for console.await
	URL string `json:"url"` // opens the console once, within 60 s: a secret until then
}

// launchQuery names the identifier of an address in its query.
const launchQuery = "ouverture"

// openConsole gives the address as one that a program hands to a browser through a
// file of the user's, never on a command line, which others can read.
func openConsole(c call, _ keyed) (openConsoleResult, error) {
	id, token := c.server.launches.add()
	return openConsoleResult{ID: id, URL: c.server.own.String() + "/?" + launchQuery + "=" + id + "#lancement=" + token}, nil
}

type awaitConsoleResult struct {
	Came bool `json:"came"` // false: none did while the address was good, or there is no such address
}

func awaitConsole(c call, p idParams) (awaitConsoleResult, error) {
	came, err := c.server.launches.await(c.ctx, p.ID)
	return awaitConsoleResult{came}, err
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
