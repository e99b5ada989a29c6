package bridge

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// pairProtocol is the subprotocol of the pairing door.
const pairProtocol = "agrafe.pair.v1"

// maxPageName bounds what a page calls itself, in characters.
const maxPageName = 64

// pairParams are what a page asks to be let in with.
type pairParams struct {
	PublicKey   trust.PublicKey `json:"publicKey"`
	ClientNonce string          `json:"clientNonce"`
	Signature   string          `json:"signature"`
	Scopes      []string        `json:"scopes"`
	Name        string          `json:"name"`
	Launch      string          `json:"launch,omitempty"` // of the console's own page: the token that it was opened with, instead of a question to the user
}

// asked is what a page shows while the user is asked.
type asked struct {
	Code    string `json:"code"`
	Seconds int    `json:"seconds"`
}

// refused ends a pairing that came to nothing.
type refused struct {
	Reason trust.Refusal `json:"reason"`
}

// pair is the pairing of a page of origin, from its first call to the end of the
// connection. peer is why its user is not to be served.
func (c *conn) pair(origin trust.Origin, peer error) {
	said := trust.Statement{Origin: origin, Server: trust.Nonce()}
	if c.write(notification{Version: "2.0", Method: "challenge", Params: pairChallenge{said.Server}}) != nil {
		return
	}
	r, ok := c.firstCall("pair")
	if !ok {
		return
	}
	p, scopes, why := c.readPair(r, &said, peer)
	if why != nil {
		c.refuse(r, why)
		return
	}
	if p.Launch != "" || origin == c.server.own {
		c.launch(r, said, p)
		return
	}
	how := c.askUser(r, origin, p, scopes)
	if how == trust.Accepted {
		how = c.keep(said, p, scopes)
	}
	if how != trust.Accepted {
		_ = c.write(notification{Version: "2.0", Method: "refused", Params: refused{how}})
	}
	c.close(websocket.CloseNormalClosure)
}

type pairChallenge struct {
	Nonce string `json:"nonce"`
}

// readPair checks what the page shows. The client's nonce is put in said.
func (c *conn) readPair(r request, said *trust.Statement, peer error) (p pairParams, scopes []scope, why *refusal) {
	p, e := params[pairParams](r.Params)
	if e != nil || !printable(p.Name) {
		return p, nil, refuseProof()
	}
	if peer != nil {
		return p, nil, c.refusePeer(peer)
	}
	said.Client = p.ClientNonce
	if err := p.PublicKey.Verify(trust.ForPair, *said, p.Signature); err != nil {
		return p, nil, c.refusalOf(err)
	}
	scopes, err := trust.ParseScopes(p.Scopes)
	if err != nil {
		return p, nil, refuseProof()
	}
	return p, scopes, nil
}

// printable says whether name may be shown to a user as it is: no control, no
// direction mark, no separator of lines, and not too long.
func printable(name string) bool {
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxPageName &&
		!strings.ContainsFunc(name, func(r rune) bool { return r != ' ' && !unicode.IsGraphic(r) || unicode.In(r, unicode.Zl, unicode.Zp) })
}

// askUser shows the user what the page wants, if it is its turn. Meanwhile the
// page may withdraw by going away.
func (c *conn) askUser(r request, origin trust.Origin, p pairParams, scopes []scope) (how trust.Refusal) {
	prompts, ok := c.server.daemon.Prompter().(*Prompts)
	if !ok || !prompts.there(consents) {
		return trust.RefusedNobody
	}
	code, how := c.server.pairings.Begin(origin)
	if how != trust.Accepted {
		return how
	}
	defer func() { c.server.pairings.End(how) }()
	c.strangers.met(c.ws.NetConn()) // there is one of these on the machine
	seconds := int(c.server.waits.answer.Seconds())
	if c.answer(r, asked{Code: code, Seconds: seconds}, nil) != nil {
		return trust.RefusedByUser
	}
	ctx, cancel := context.WithTimeout(c.ctx, c.server.waits.answer)
	defer cancel()
	c.calls.Go(func() { c.watch(cancel) })
	err := prompts.AskConsent(ctx, Consent{Origin: origin.String(), Unicode: origin.Unicode(), Letters: origin.Letters(),
		Name: p.Name, Code: code, Scopes: scopes, Seconds: seconds})
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return trust.RefusedExpired
	case errors.Is(err, daemon.ErrNobody):
		return trust.RefusedNobody
	case err != nil || ctx.Err() != nil:
		return trust.RefusedByUser
	}
	return trust.Accepted
}

// watch notices that the page goes away, or says what it has no business to say.
func (c *conn) watch(gone func()) {
	_ = c.ws.SetReadDeadline(time.Now().Add(2 * c.server.waits.answer))
	_, _, _ = c.ws.ReadMessage()
	gone()
}

// paired tells a page that it was let in.
type paired struct {
	KeyID   trust.KeyID `json:"keyId"`
	Scopes  []scope     `json:"scopes"`
	Machine trust.Proof `json:"machine"`
}

// keep lets the page in that the user has accepted.
func (c *conn) keep(said trust.Statement, p pairParams, scopes []scope) trust.Refusal {
	id, scopes, err := c.server.book.Pair(said.Origin, p.PublicKey, p.Name, scopes, time.Now())
	return c.welcomed(said, p.Name, id, scopes, err)
}

// welcomed tells a page that it was let in as id, unless that failed with err, and
// proves to it which machine this is.
func (c *conn) welcomed(said trust.Statement, name string, id trust.KeyID, scopes []scope, err error) trust.Refusal {
	var proof trust.Proof
	if err == nil {
		c.server.review() // a page that had the key with other rights
		proof, err = c.server.book.Sign(trust.ForPaired, said)
	}
	if err != nil {
		c.log.Error("a page could not be paired", "error", err)
		return trust.RefusedByUser
	}
	c.server.log.Info("a page was paired", "principal", pageName(said.Origin, id))
	c.server.tellOrigin(said.Origin, state.OriginPaired, name)
	_ = c.write(notification{Version: "2.0", Method: "paired", Params: paired{KeyID: id, Scopes: scopes, Machine: proof}})
	return trust.Accepted
}
