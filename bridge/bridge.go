// Package bridge lets front ends talk to the daemon: JSON-RPC 2.0 in text frames
// of a WebSocket, on the loopback addresses and on a control socket.
//
// Its contract:
//
//   - Only loopback addresses listen, on one fixed port. Host must be exactly
//     one of theirs. Refusals are alike and say nothing of what there is.
//   - No web page is let in yet: any request with an Origin is refused, whatever
//     it says. Local programs come by the control socket, where the system tells
//     who they are, or with the token that only the daemon's user can read.
//   - A connection begins with a hello that holds all that a front end shows, as
//     of event seq. Events after it carry the same objects with an increasing
//     seq; events.resync gives those that a front end missed.
//   - The methods stand in one table with the right that each needs. Frames are
//     read strictly and bounded; a call that fails has a kind of a closed set and
//     never closes a connection. No method takes or gives a raw command of a
//     card, a raw signature or a code.
//   - A client that stops reading is closed and delays nobody.
//
// JSON-RPC is spoken here and not by a library: what is needed of it is one page,
// and the strict reading, the refusal of batches and the four errors that callers
// tell apart would each have to be built around one.
package bridge

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
)

// subprotocol names the wire in the WebSocket handshake.
const subprotocol = "agrafe.v1"

// Bounds of the connections of all clients together: those that were let in, and
// those that have not shown yet who they are.
const (
	maxConnections = 512
	maxStrangers   = 128
)

// headerTimeout bounds the time to send a request.
const headerTimeout = 3 * time.Second

// Server is the daemon's door.
type Server struct {
	daemon   *daemon.Daemon
	version  string
	instance string
	log      *slog.Logger
	methods  map[string]method
	upgrader websocket.Upgrader

	gate      gate
	listeners []net.Listener // loopback
	control   net.Listener   // nil where there is none
	places    chan struct{}  // one for each connection

	ctx context.Context // of Serve

	mu      sync.Mutex // protects closing, and active against additions after it
	closing bool
	active  sync.WaitGroup // connections and listeners
}

// PortTakenError says that another program has the port.
type PortTakenError struct {
	Port int
	Err  error
}

func (e *PortTakenError) Error() string {
	return fmt.Sprintf("cannot listen on port %d: another program has it; stop that program or set another port in the configuration of agrafed and of the web pages", e.Port)
}

func (e *PortTakenError) Unwrap() error { return e.Err }

// New returns a Server of d that listens already; Serve answers. It fails with
// *PortTakenError, and leaves nothing behind then.
func New(d *daemon.Daemon, version string, log *slog.Logger) (*Server, error) {
	s := &Server{
		daemon:   d,
		version:  version,
		instance: rand.Text(),
		log:      log,
		methods:  methodTable(),
		upgrader: websocket.Upgrader{
			HandshakeTimeout: headerTimeout,
			Subprotocols:     []string{subprotocol},
			CheckOrigin:      func(*http.Request) bool { return true }, // the gate has looked already
			Error:            func(w http.ResponseWriter, _ *http.Request, status int, _ error) { w.WriteHeader(status) },
		},
		places: make(chan struct{}, maxConnections),
	}
	if err := s.listen(); err != nil {
		s.closeListeners()
		return nil, err
	}
	return s, nil
}

func (s *Server) listen() error {
	cfg := s.daemon.Config()
	first, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(cfg.Port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return &PortTakenError{Port: cfg.Port, Err: err}
	} else if err != nil {
		return fmt.Errorf("cannot listen: %w", err)
	}
	s.listeners = append(s.listeners, first)
	port := first.Addr().(*net.TCPAddr).Port
	second, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return &PortTakenError{Port: port, Err: err}
	case err != nil: // a machine without IPv6
		s.log.Info("not listening on ::1", "error", err)
	default:
		s.listeners = append(s.listeners, second)
	}
	if s.control, err = listenControl(cfg.ControlSocket()); err != nil {
		return err
	}
	token, err := writeToken(cfg.TokenFile())
	if err != nil {
		return err
	}
	s.gate = newGate(port, token)
	return nil
}

// Addr is where the WebSocket is: "127.0.0.1:17373".
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// Serve answers until ctx ends, then closes every connection and returns.
func (s *Server) Serve(ctx context.Context) error {
	s.ctx = ctx
	public := s.httpServer(http.HandlerFunc(s.handle))
	local := s.httpServer(http.HandlerFunc(s.handleControl))
	local.ConnContext = peerContext
	failed := make(chan error, len(s.listeners)+1)
	for _, l := range s.listeners {
		s.active.Go(func() { failed <- public.Serve(l) })
	}
	if s.control != nil {
		s.active.Go(func() { failed <- local.Serve(s.control) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	s.mu.Lock()
	s.closing = true
	s.mu.Unlock()
	_ = public.Close()
	_ = local.Close()
	s.active.Wait()
	return err
}

// enter counts a connection in, unless the server is closing; leave counts it out.
func (s *Server) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.ctx.Err() != nil {
		return false
	}
	s.active.Add(1)
	return true
}

func (s *Server) leave() { s.active.Done() }

func (s *Server) httpServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:                      h,
		ReadTimeout:                  headerTimeout,
		IdleTimeout:                  headerTimeout,
		MaxHeaderBytes:               8 << 10,
		ConnState:                    newStrangers().see,
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}
}

func (s *Server) closeListeners() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
	if s.control != nil {
		_ = s.control.Close()
	}
}

// handle serves the loopback addresses.
func (s *Server) handle(w http.ResponseWriter, r *http.Request) {
	who, status := s.gate.admit(r)
	if status != 0 {
		w.WriteHeader(status)
		return
	}
	if r.URL.Path != "/v1" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	s.upgrade(w, r, who)
}

// handleControl serves the control socket, where the system tells who calls.
func (s *Server) handleControl(w http.ResponseWriter, r *http.Request) {
	peer, ok := peerOf(r.Context())
	if _, web := r.Header["Origin"]; web || !ok {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch r.URL.Path {
	case "/v1":
		s.upgrade(w, r, principal{name: peer, scopes: allScopes})
	case "/prompt":
		s.servePrompt(w, r)
	default:
		w.WriteHeader(http.StatusForbidden)
	}
}

func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, who principal) {
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if !s.enter() {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	defer s.leave()
	ws, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c := &conn{server: s, ws: ws, who: who, log: s.log.With("principal", who.name), slots: make(chan struct{}, maxInFlight)}
	c.serve()
}
