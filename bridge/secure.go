package bridge

import (
	"context"
	"crypto/tls"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/localca"
)

// secureDoor answers wss on a port of its own, with the handlers and the gate of ws.
// It is shut unless the configuration or the command line asked for it, and whatever
// fails in it is told and stops nothing else.
type secureDoor struct {
	now    func() time.Time
	issued atomic.Pointer[localca.Issued] // what handshakes show; nil: nothing

	// behind is what serves a port, given by start: the methods, which what serves
	// leads to, can't name it themselves.
	behind func(ctx context.Context, port int) *http.Server

	mu      sync.Mutex // protects the fields below; held while files are changed
	server  *Server    // nil unless it serves
	close   func()     // nil unless the door is open
	address string     // "wss://127.0.0.1:17374", of the open door
	fault   error      // why it is not open though it should be
}

// errCertificate ends a handshake before anything is shown.
var errCertificate = errors.New("cannot show a certificate: none that is good, or not of the host that was asked for")

// start opens the door of s if it is to be open.
func (d *secureDoor) start(s *Server) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.server = s
	d.behind = func(ctx context.Context, port int) *http.Server {
		return s.httpServer(ctx, s.behind(s.gate.at(port)), s.strangers, socketContext)
	}
	cfg := s.daemon.Config()
	issued, err := localca.Load(cfg.State)
	if errors.Is(err, fs.ErrNotExist) {
		if !cfg.TLS.Enabled {
			return
		}
		issued, _, err = localca.Ensure(cfg.State, d.now())
	}
	d.open(issued, err)
}

// stop shuts the door for good.
func (d *secureDoor) stop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.server = nil
	d.shut()
}

// open opens the door with issued, or replaces what an open one shows. err is why
// there is nothing to show.
func (d *secureDoor) open(issued *localca.Issued, err error) {
	d.fault = err
	if err == nil {
		d.issued.Store(issued)
		if d.close == nil {
			d.fault = d.listen()
		}
	}
	log := d.server.log
	switch {
	case d.fault != nil:
		log.Error("wss is not answered; ws is", "error", d.fault)
	case issued.Phase(d.now()) != localca.Good:
		log.Warn("the certificate of wss is over or will be soon; see agrafe tls status", "end", issued.Expires())
	}
}

func (d *secureDoor) listen() error {
	s := d.server
	listeners, err := listenLoopback(s.daemon.Config().TLS.Port, s.log)
	if err != nil {
		return err
	}
	port := portOf(listeners)
	ctx, cancel := context.WithCancel(s.ctx)
	web := d.behind(ctx, port)
	web.Protocols = new(http.Protocols)
	web.Protocols.SetHTTP1(true) // a WebSocket begins with a request that HTTP/2 does not have
	for _, l := range listeners {
		s.active.Go(func() {
			if err := web.Serve(tls.NewListener(l, d.config())); !errors.Is(err, http.ErrServerClosed) {
				s.log.Error("wss is no longer answered; ws is", slog.Any("error", err))
			}
		})
	}
	d.address = "wss://127.0.0.1:" + strconv.Itoa(port)
	d.close = func() {
		cancel()
		_ = web.Close()
	}
	return nil
}

// shut ends the connections that came by the door, and it listens no more.
func (d *secureDoor) shut() {
	if d.close != nil {
		d.close()
	}
	d.close, d.address, d.fault = nil, "", nil
	d.issued.Store(nil)
}

// config has each handshake begin anew: no tickets, so that nothing outlives a
// certificate that was removed.
func (d *secureDoor) config() *tls.Config {
	return &tls.Config{
		MinVersion:             tls.VersionTLS12,
		NextProtos:             []string{"http/1.1"},
		SessionTicketsDisabled: true,
		Time:                   d.now,
		GetCertificate:         d.certificate,
	}
}

// certificate is what a handshake shows. Browsers name no host when they go to an
// address (RFC 6066, section 3).
func (d *secureDoor) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	issued := d.issued.Load()
	if issued == nil || issued.Phase(d.now()) == localca.Dead || hello.ServerName != "" && hello.ServerName != "localhost" {
		return nil, errCertificate
	}
	return &issued.Leaf, nil
}
