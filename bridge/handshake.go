package bridge

import (
	"errors"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// strangerTime is what a page has to show who it is.
const strangerTime = 10 * time.Second

// checkTime is how often a page that is connected is looked at again: the
// administrator's files may have changed, or who sits at the machine. What a user
// of the machine changes is in force at once.
const checkTime = 5 * time.Second

// waits are how long a page, and the user who is asked about it, may take, and how
// long a page goes on unseen.
type waits struct{ show, answer, check time.Duration }

// maxShown bounds the frames of pages that are not let in: keys, signatures and
// names are far shorter.
const maxShown = 4 << 10

// Close codes of our own (RFC 6455, section 7.4.2): a page tells by them what to
// do next.
const (
	closeNotPaired = 4401 // be paired
	closeDenied    = 4403 // give up
	closeAPILevel  = 4406 // be updated
)

// refusal is why a page is not let in, as it is told, and the close code.
type refusal struct {
	err  *state.Error
	code int
}

func refuseNotPaired() *refusal {
	return &refusal{&state.Error{Kind: state.NotPaired, Code: "SITE_NON_ASSOCIE",
		Message: "Ce site n'est pas associé à ce poste, ou ne l'est plus."}, closeNotPaired}
}

func refuseProof() *refusal {
	return &refusal{&state.Error{Kind: state.Denied, Code: "SITE_PREUVE",
		Message: "Ce site n'a pas prouvé qui il est."}, closeDenied}
}

func refuseUser() *refusal {
	return &refusal{&state.Error{Kind: state.Denied, Code: "AUTRE_UTILISATEUR",
		Message: "Ce poste sert un autre utilisateur : celui qui est devant l'écran."}, closeDenied}
}

// refusePeer refuses a page for its user: another one, or one who can't be told.
func (c *conn) refusePeer(err error) *refusal {
	c.log.Warn("a page was refused for its user", "error", err)
	if errors.Is(err, errOtherUser) {
		return refuseUser()
	}
	return &refusal{&state.Error{Kind: state.Denied, Code: "UTILISATEUR_INCONNU", Retryable: true,
		Message: "Ce poste n'a pas pu savoir pour quel utilisateur ce site demande."}, closeDenied}
}

func refuseLevel() *refusal {
	return &refusal{&state.Error{Kind: state.Unsupported, Code: "NIVEAU_API",
		Message: "Ce site et ce poste n'ont pas de version commune : mettez à jour le plus ancien."}, closeAPILevel}
}

func refuseList() *refusal {
	return &refusal{&state.Error{Kind: state.Denied, Code: "SITE_NON_ENREGISTRE", Retryable: true,
		Message: "Ce poste n'a pas pu enregistrer ce site."}, closeDenied}
}

// challenge is the first message to a page.
type challenge struct {
	Nonce     string `json:"nonce"`
	APILevels []int  `json:"apiLevels,omitempty"`
	Enrol     bool   `json:"enrol"` // it may bring its key: it is listed
}

// showParams are those of auth, with KeyID, and of enrol, with PublicKey.
type showParams struct {
	APILevel    int             `json:"apiLevel"`
	KeyID       trust.KeyID     `json:"keyId,omitempty"`
	PublicKey   trust.PublicKey `json:"publicKey,omitempty"`
	ClientNonce string          `json:"clientNonce"`
	Signature   string          `json:"signature"`
}

// meeting is what a page that was let in is answered.
type meeting struct {
	KeyID   trust.KeyID `json:"keyId"`
	Scopes  []scope     `json:"scopes"`
	Machine trust.Proof `json:"machine"`
}

// meet has the page of origin show who it is, and makes it c's principal. It is
// false when the page did not, and has been told so. peer is why its user is not
// to be served.
func (c *conn) meet(origin trust.Origin, peer error) bool {
	said := trust.Statement{Origin: origin, Server: trust.Nonce()}
	first := challenge{Nonce: said.Server, APILevels: apiLevels, Enrol: c.server.book.Enrols(origin)}
	if c.write(notification{Version: "2.0", Method: "challenge", Params: first}) != nil {
		return false
	}
	r, ok := c.firstCall("auth", "enrol")
	if !ok {
		return false
	}
	if why := c.welcome(r, &said, peer); why != nil {
		c.refuse(r, why)
		return false
	}
	return true
}

// firstCall reads the one call that is answered before a page is let in.
func (c *conn) firstCall(methods ...string) (request, bool) {
	c.ws.SetReadLimit(maxShown)
	_ = c.ws.SetReadDeadline(time.Now().Add(c.server.waits.show))
	kind, frame, err := c.ws.ReadMessage()
	if err != nil {
		return request{}, false
	}
	if kind != websocket.TextMessage {
		c.close(websocket.CloseUnsupportedData)
		return request{}, false
	}
	r, e := parse(frame)
	switch {
	case e != nil:
		_ = c.answer(r, nil, e)
		c.close(closeDenied)
		return r, false
	case !slices.Contains(methods, r.Method), r.ID == nil: // whoever wants no answer has not asked
		c.refuse(r, refuseProof())
		return r, false
	}
	return r, true
}

// refuse tells the page why it is not let in, and ends the connection.
func (c *conn) refuse(r request, why *refusal) {
	_ = c.answer(r, nil, failed(why.err))
	c.close(why.code)
}

// welcome checks what the page shows and answers it. The client's nonce is put in
// said.
func (c *conn) welcome(r request, said *trust.Statement, peer error) *refusal {
	p, e := params[showParams](r.Params)
	switch {
	case e != nil:
		return refuseProof()
	case !slices.Contains(apiLevels, p.APILevel):
		return refuseLevel()
	case peer != nil:
		return c.refusePeer(peer)
	}
	said.Client = p.ClientNonce
	id, err := c.server.identify(r.Method, p, *said)
	if err != nil {
		return c.refusalOf(err)
	}
	scopes, err := c.server.book.Scopes(said.Origin, id)
	if err != nil {
		return c.refusalOf(err)
	}
	proof, err := c.server.book.Sign(trust.ForHello, *said)
	if err != nil {
		return c.refusalOf(err)
	}
	c.who = principal{name: pageName(said.Origin, id), scopes: scopes, origin: said.Origin, key: id, console: said.Origin == c.server.own}
	c.log = c.server.log.With("principal", c.who.name)
	c.server.pages.add(c)
	if code := c.server.outdated(c); code != 0 { // its rights changed just before it was added
		return refuseNotPaired()
	}
	c.strangers.met(c.ws.NetConn())
	if c.answer(r, meeting{KeyID: id, Scopes: scopes, Machine: proof}, nil) != nil {
		return refuseNotPaired() // nobody is there to read it
	}
	return nil
}

// identify returns the key that the page has shown to have.
func (s *Server) identify(method string, p showParams, said trust.Statement) (trust.KeyID, error) {
	if method == "auth" {
		return p.KeyID, s.book.Verify(said, p.KeyID, p.Signature)
	}
	if err := p.PublicKey.Verify(trust.ForEnrol, said, p.Signature); err != nil {
		return "", err
	}
	id, first, err := s.book.Enrol(said.Origin, p.PublicKey, time.Now())
	if err == nil && first {
		s.log.Info("a page of a listed site was let in", "principal", pageName(said.Origin, id))
		s.tellOrigin(said.Origin, state.OriginEnrolled, "")
	}
	return id, err
}

// refusalOf is the refusal that goes with an error of the trust package.
func (c *conn) refusalOf(err error) *refusal {
	switch {
	case errors.Is(err, trust.ErrNotPaired):
		return refuseNotPaired()
	case errors.Is(err, trust.ErrProof), errors.Is(err, trust.ErrKey), errors.Is(err, trust.ErrNonce):
		return refuseProof()
	}
	c.log.Error("a page could not be let in", "error", err)
	return refuseList()
}
