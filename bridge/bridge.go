// Package bridge lets front ends talk to the daemon: JSON-RPC 2.0 in text frames
// of a WebSocket, on the loopback addresses and on a control socket.
//
// Its contract:
//
//   - Only loopback addresses listen, on one fixed port and, if it was asked for, on
//     another one with TLS, behind the same gate. Host must be exactly one of theirs.
//     Refusals are alike and say nothing of what there is.
//   - Local programs come by the control socket, where the system tells who they
//     are, or with the token that only the daemon's user can read.
//   - A web page is let in if its origin is listed, by the user or by policy, and
//     if it signs with the key that it brought when it was paired or enrolled; this
//     machine signs for it too. Its principal is origin and key, its rights are cut
//     by policy, and it sees what they allow (package trust). Of a page that is not
//     listed only the pairing door takes calls, and only while policy opens it.
//   - A page's process must run for the user at the machine, for the system or for
//     the daemon's own user; so must a program that answers for the user.
//   - A program of the one at the machine says on the control socket that the screen is
//     locked (POST /locked); every code is forgotten before it is answered. Programs
//     that the control socket does not serve are told why (Agrafe-Refused), and have few
//     places of their own.
//   - A revocation ends the connections of its pages within a second, with what they
//     had reserved. Within seconds so do a change of the administrator's policy and
//     another user at the machine.
//   - A connection begins with a hello that holds all that a front end shows, as
//     of event seq. Events after it carry the same objects with an increasing
//     seq; events.resync gives those that a front end missed.
//   - The methods stand in one table with the right that each needs. Frames are
//     read strictly and bounded; a call that fails has a kind of a closed set and
//     never closes a connection. No method takes or gives a raw command of a
//     card, a raw signature or a code.
//   - Documents are fetched over HTTP, once, within a minute, at an address that
//     can't be guessed and dies with the connection that was given it.
//   - The console (package console) is a page of the daemon's own origin. A program of
//     this machine opens it with a token that is good once, within a minute; by that
//     its key is let in with all rights, and it serves the whole practice. It is let
//     in in no other way. No other route does anything.
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
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/console"
	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
)

// subprotocol names the wire in the WebSocket handshake.
const subprotocol = "agrafe.v1"

// maxStrangers bounds the connections that have not shown yet who they are.
const maxStrangers = 128

// headerTimeout bounds the time to send a request.
const headerTimeout = 3 * time.Second

// Server is the daemon's door.
type Server struct {
	daemon   *daemon.Daemon
	version  string
	instance string
	log      *slog.Logger
	methods  map[string]method
	limits   *limits
	calls    *memory
	jobs     *jobs

	upgrader, pairUpgrader websocket.Upgrader

	book      *trust.Book // of the web pages that are let in
	pairings  *trust.Pairings
	peers     peers
	pages     *pages
	documents *documents
	waits     waits

	own      trust.Origin // of the console
	console  *console.Page
	launches *launches

	gate      gate
	listeners []net.Listener // loopback
	control   net.Listener   // nil where there is none
	secure    secureDoor     // wss beside them
	places    *places        // of all connections

	strangers         *strangers // on the loopback addresses
	programs, refused *strangers // on the control socket: those that it serves, and the others

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
		limits:   newLimits(),
		calls:    newMemory(time.Now),
		jobs:     newJobs(time.Now, d.PublishJob),

		upgrader:     newUpgrader(subprotocol),
		pairUpgrader: newUpgrader(pairProtocol),
		pairings:     trust.NewPairings(trust.Mode(d.Config().Origins.Pairing), since()),
		peers:        newPeers(),
		pages:        newPages(),
		documents:    newDocuments(),
		launches:     newLaunches(since()),
		waits:        waits{show: strangerTime, answer: trust.AnswerTime, check: checkTime},
		strangers:    newStrangers(maxStrangers, maxStrangers),
		programs:     newStrangers(maxStrangers, maxOfOwner),
		refused:      newStrangers(maxRefused, maxRefusedOfOwner),

		secure: secureDoor{now: time.Now},
		places: newPlaces(),
	}
	if err := s.listen(); err != nil {
		s.closeListeners()
		return nil, err
	}
	return s, nil
}

func (s *Server) listen() (err error) {
	cfg := s.daemon.Config()
	if s.listeners, err = listenLoopback(cfg.Port, s.log); err != nil {
		return err
	}
	port := portOf(s.listeners)
	if s.control, err = listenControl(cfg.ControlSocket(), s.log); err != nil {
		return err
	}
	token, err := writeToken(cfg.TokenFile())
	if err != nil {
		return err
	}
	s.gate = newGate(port, token)
	return s.openBook(port)
}

// listenLoopback listens on a port of 127.0.0.1 and, where the machine has it, ::1. It
// fails with *PortTakenError and leaves nothing behind then.
func listenLoopback(port int, log *slog.Logger) ([]net.Listener, error) {
	first, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if errors.Is(err, addressInUse) {
		return nil, &PortTakenError{Port: port, Err: err}
	} else if err != nil {
		return nil, fmt.Errorf("cannot listen: %w", err)
	}
	list := []net.Listener{first}
	port = portOf(list)
	second, err := net.Listen("tcp6", net.JoinHostPort("::1", strconv.Itoa(port)))
	switch {
	case errors.Is(err, addressInUse):
		_ = first.Close()
		return nil, &PortTakenError{Port: port, Err: err}
	case err != nil: // a machine without IPv6
		log.Info("not listening on ::1", "error", err)
	default:
		list = append(list, second)
	}
	return list, nil
}

func portOf(list []net.Listener) int { return list[0].Addr().(*net.TCPAddr).Port }

// openBook reads which web pages are let in, the console among them. A list that can't be trusted is no
// failure of the daemon, which local programs still need: it refuses pages.
func (s *Server) openBook(port int) error {
	cfg := s.daemon.Config()
	host := "127.0.0.1:" + strconv.Itoa(port)
	own, err := trust.ParseOrigin("http://" + host)
	if err != nil {
		return err
	}
	if s.console, err = console.New(host); err != nil {
		return err
	}
	s.own = own
	s.book = trust.Open(trust.Options{Dir: cfg.State, Policy: cfg.Origins.Policy, Dev: cfg.Origins.Dev, Own: own, Log: s.log})
	return nil
}

// Addr is where the WebSocket is: "127.0.0.1:17373".
func (s *Server) Addr() string { return s.listeners[0].Addr().String() }

// Serve answers until ctx ends, then closes every connection and returns.
func (s *Server) Serve(ctx context.Context) error {
	s.ctx = ctx
	public := s.httpServer(ctx, s.behind(s.gate), s.strangers, socketContext)
	local := s.httpServer(ctx, s.handleControl, s.programs, s.noteProgram)
	local.ConnState = s.seeProgram
	s.secure.start(s)
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
	s.secure.stop()
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

// httpServer serves until it is closed. Its WebSockets end with ctx.
func (s *Server) httpServer(ctx context.Context, h http.HandlerFunc, among *strangers, note func(context.Context, net.Conn) context.Context) *http.Server {
	return &http.Server{
		Handler:                      h,
		BaseContext:                  func(net.Listener) context.Context { return ctx },
		ConnContext:                  note,
		ReadTimeout:                  headerTimeout,
		IdleTimeout:                  headerTimeout,
		MaxHeaderBytes:               8 << 10,
		ConnState:                    among.see,
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
