package bridge

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"
)

// refuse is the one answer to whatever is not let in: it tells nothing of what
// there is.
func refuse(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) }

// behind serves the loopback addresses of one port, behind its gate.
func (s *Server) behind(g gate) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { s.handle(g, w, r) }
}

func (s *Server) handle(g gate, w http.ResponseWriter, r *http.Request) {
	v, status := g.admit(r)
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	switch path := r.URL.Path; {
	case v.local && path == "/v1":
		s.open(w, r, v, &s.upgrader, s.strangers, func(c *conn) {
			c.admit(principal{name: "local", scopes: allScopes, local: true})
			c.serve()
		})
	case v.web && path == "/v1" && s.book.Listed(v.origin) && opens(r, subprotocol):
		peer := s.peers.admitRequest(r)
		s.open(w, r, v, &s.upgrader, s.strangers, func(c *conn) {
			if c.meet(v.origin, peer) {
				c.serve()
			}
		})
	case v.web && path == "/v1/pair" && s.pairs(v) && opens(r, pairProtocol):
		peer := s.peers.admitRequest(r)
		s.open(w, r, v, &s.pairUpgrader, s.strangers, func(c *conn) { c.pair(v.origin, peer) })
	case v.web && path == "/healthz" && s.book.Listed(v.origin):
		serveHealth(w, r, v)
	case strings.HasPrefix(path, documentPath):
		s.serveDocument(w, r, v)
	case r.TLS == nil && s.console.Has(path):
		s.serveConsole(w, r, v)
	default:
		refuse(w)
	}
}

// pairs says whether a page may ask to be paired now. The console may always ask: it
// has to show the token that it was opened with.
func (s *Server) pairs(v visitor) bool {
	return v.origin == s.own || s.pairings.Opened() && s.book.Pairs(v.origin)
}

// opens says whether r is a page's request for a WebSocket that speaks protocol.
func opens(r *http.Request, protocol string) bool {
	return websocket.IsWebSocketUpgrade(r) && slices.Contains(websocket.Subprotocols(r), protocol) && fetched(r, "websocket")
}

// serveHealth tells a listed page that the daemon is there. Asking for it is also
// how a page has the browser ask the user about local addresses, which opening a
// WebSocket does not do; the header for private networks is what Chromium wanted
// before (Private Network Access, WICG).
func serveHealth(w http.ResponseWriter, r *http.Request, v visitor) {
	preflight := r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") == http.MethodGet
	if !preflight && r.Method != http.MethodGet || !fetched(r, "cors") {
		refuse(w)
		return
	}
	allow(w.Header(), v.origin)
	if preflight {
		w.Header().Set("Access-Control-Allow-Methods", http.MethodGet)
		w.Header().Set("Access-Control-Allow-Private-Network", "true")
	}
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusNoContent)
}

// serveConsole gives the console's page to a browser that goes to it, and its parts to
// that page. It has one origin: the other names of this machine lead to it.
func (s *Server) serveConsole(w http.ResponseWriter, r *http.Request, v visitor) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || !s.asksForConsole(r, v) || s.peers.admitRequest(r) != nil {
		refuse(w)
		return
	}
	w.Header().Set("Connection", "close")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(documentWrite))
	if "http://"+r.Host == s.own.String() {
		if r.Method == http.MethodGet && r.URL.Path == "/" {
			s.launches.arrive(r.URL.Query().Get(launchQuery))
		}
		s.console.ServeHTTP(w, r)
		return
	}
	if r.URL.Path != "/" {
		refuse(w)
		return
	}
	w.Header().Set("Location", s.own.String()+"/")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusPermanentRedirect)
}

// asksForConsole says whether the browser's account of the request (Fetch Metadata,
// W3C) is that of somebody who goes to the page or, for its parts, of the page itself.
// Some browsers send an Origin with scripts that are modules.
func (s *Server) asksForConsole(r *http.Request, v visitor) bool {
	said := func(name string) string { return strings.Join(r.Header[name], ",") }
	mode := said("Sec-Fetch-Mode")
	if r.URL.Path == "/" {
		return !v.web && mode == "navigate" && said("Sec-Fetch-Dest") == "document"
	}
	return (!v.web || v.origin == s.own) && said("Sec-Fetch-Site") == "same-origin" && (mode == "no-cors" || mode == "cors")
}

// handleControl serves the control socket, where the system tells who calls.
func (s *Server) handleControl(w http.ResponseWriter, r *http.Request) {
	if _, web := r.Header["Origin"]; web {
		refuse(w)
		return
	}
	peer, ok := programIn(r.Context())
	err := errUntold
	if ok {
		err = s.peers.admitProgram(peer)
	}
	if err != nil {
		refuseProgram(w, err)
		return
	}
	switch r.URL.Path {
	case "/v1":
		s.open(w, r, visitor{local: true}, &s.upgrader, s.programs, func(c *conn) {
			c.admit(principal{name: "uid:" + strconv.FormatUint(uint64(peer.owner), 10), scopes: allScopes, local: true})
			c.serve()
		})
	case "/prompt":
		s.servePrompt(w, r, peer.owner)
	case "/locked":
		s.serveLocked(w, r, peer.owner)
	default:
		refuse(w)
	}
}

// serveLocked wipes every code before it answers: a program of the one at the machine
// says that his screen is locked, which not every locker tells the system. Nothing can
// be asked here, and nobody else can make the others type their code again.
func (s *Server) serveLocked(w http.ResponseWriter, r *http.Request, who owner) {
	if err := s.peers.admit(who); err != nil {
		refuseProgram(w, err)
		return
	}
	if r.Method != http.MethodPost {
		refuse(w)
		return
	}
	s.log.Info("the screen is locked: codes forgotten")
	s.daemon.ForgetCodes()
	w.WriteHeader(http.StatusNoContent)
}

// open makes a WebSocket of r and runs run on it. It is a stranger until run says
// otherwise.
func (s *Server) open(w http.ResponseWriter, r *http.Request, v visitor, up *websocket.Upgrader, among *strangers, run func(*conn)) {
	if !s.places.take(v) {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.places.leave(v)
	if !s.enter() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.leave()
	defer among.met(socketOf(r.Context())) // also of one that the upgrader has closed
	ws, err := up.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	ctx, cancel := context.WithCancel(r.Context()) // of the door that it came by
	c := &conn{server: s, ws: ws, strangers: among, log: s.log, ctx: ctx}
	defer c.end(cancel)
	defer context.AfterFunc(ctx, func() { c.close(websocket.CloseGoingAway) })()
	run(c)
}

// newUpgrader speaks protocol. The gate has looked at the origin already. What it
// refuses is closed: it is no longer counted among the strangers.
func newUpgrader(protocol string) websocket.Upgrader {
	return websocket.Upgrader{
		HandshakeTimeout: headerTimeout,
		Subprotocols:     []string{protocol},
		CheckOrigin:      func(*http.Request) bool { return true },
		Error: func(w http.ResponseWriter, _ *http.Request, status int, _ error) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(status)
		},
	}
}

type socketKey struct{}

// socketContext notes the connection that a request came by.
func socketContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, socketKey{}, c)
}

func socketOf(ctx context.Context) net.Conn {
	c, _ := ctx.Value(socketKey{}).(net.Conn)
	return c
}

// since is the time since some start, by the monotonic clock, whatever becomes of
// the machine's own.
func since() func() time.Duration {
	start := time.Now()
	return func() time.Duration { return time.Since(start) }
}
