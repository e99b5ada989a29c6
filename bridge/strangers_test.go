package bridge

import (
	"context"
	"errors"
	"net"
	"net/http"
	"testing"

	"github.com/agrafe-fse/agrafe/daemon"
)

// end is one end of a connection that notes that it was closed.
type end struct {
	net.Conn
	closed bool
}

func (e *end) Close() error { e.closed = true; return nil }

func left(list []*end) (n int) {
	for _, e := range list {
		if !e.closed {
			n++
		}
	}
	return n
}

// One more ends the oldest of the same owner, then the oldest of all.
func TestStrangersAreBounded(t *testing.T) {
	s := newStrangers(10, 4)
	come := func(who owner, n int) (list []*end) {
		for range n {
			list = append(list, &end{})
			s.add(list[len(list)-1], who)
		}
		return list
	}
	first, second := come(1, 6), come(2, 4)
	if first[0].closed != true || first[1].closed != true || left(first) != 4 || left(second) != 4 {
		t.Fatalf("%d and %d are left", left(first), left(second))
	}
	third := come(3, 4)
	if s.count() != 10 || left(first) != 2 || left(second) != 4 || left(third) != 4 {
		t.Errorf("%d, %d and %d are left", left(first), left(second), left(third))
	}
	for c := range s.place {
		s.met(c)
		s.met(c)
	}
	if s.count() != 0 || len(s.owned) != 0 {
		t.Errorf("%d are left, of %d owners", s.count(), len(s.owned))
	}
}

// S27: users whom the control socket does not serve, with however many numbers, end no
// connection of one that it serves, and have few themselves.
func TestS27OtherUsersTakeNoPlaces(t *testing.T) {
	s := &Server{peers: peers{own: 990, active: func() (owner, bool, error) { return 1000, true, nil }},
		programs: newStrangers(maxStrangers, maxOfOwner), refused: newStrangers(maxRefused, maxRefusedOfOwner)}
	come := func(p program, told bool, n int) (list []*end) {
		for range n {
			list = append(list, &end{})
			s.sort(list[len(list)-1], p, told)
		}
		return list
	}
	tray := come(program{owner: 1000}, true, 1)
	one := come(program{owner: 1001}, true, 500)
	var lent []*end
	for id := range owner(500) {
		lent = append(lent, come(program{owner: 100_000 + id}, true, 1)...)
	}
	untold := come(program{}, false, 500)
	if left(tray) != 1 || s.programs.count() != 1 {
		t.Errorf("the tray was put out; %d programs are served", s.programs.count())
	}
	if n := left(one) + left(lent) + left(untold); n > maxRefused || n != s.refused.count() {
		t.Errorf("%d connections of others, %d counted", n, s.refused.count())
	}
	come(program{owner: 1002, member: true}, true, 500) // one of the group has its share
	if left(tray) != 1 || s.programs.count() != 1+maxOfOwner {
		t.Errorf("the tray was put out, or %d programs are served", s.programs.count())
	}
	for _, c := range append(tray, one...) {
		s.seeProgram(c, http.StateClosed)
	}
	if s.programs.count() != maxOfOwner {
		t.Errorf("%d programs are served", s.programs.count())
	}
}

// A program that is refused is told why, and its connection ends.
func TestS27RefusalSaysWhy(t *testing.T) {
	for _, tt := range []struct {
		name string
		one  program
		sits owner
		kept bool
		err  error
		want string
	}{
		{"another is there", program{owner: 1001}, 1000, true, nil, refusedOther},
		{"no seats are kept", program{owner: 1001}, 0, false, nil, refusedStranger},
		{"the seat can't be read", program{owner: 1001}, 0, true, errors.New("unreadable"), refusedUnknown},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := peers{own: 990, active: func() (owner, bool, error) { return tt.sits, tt.kept, tt.err }}
			cfg := daemon.DefaultConfig()
			cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
			r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.peers = p })
			for _, path := range []string{"/v1", "/prompt", "/locked", "/none"} {
				w := &answered{header: http.Header{}}
				request, err := http.NewRequestWithContext(withProgram(t.Context(), tt.one), http.MethodPost, "http://control"+path, nil)
				if err != nil {
					t.Fatal(err)
				}
				r.server.handleControl(w, request)
				if w.status != http.StatusForbidden || w.header.Get(refusedHeader) != tt.want || w.header.Get("Connection") != "close" {
					t.Errorf("%s: %d %v, want %s", path, w.status, w.header, tt.want)
				}
			}
		})
	}
}

// answered is a ResponseWriter that keeps the answer.
type answered struct {
	header http.Header
	status int
}

func (w *answered) Header() http.Header         { return w.header }
func (w *answered) Write(p []byte) (int, error) { return len(p), nil }
func (w *answered) WriteHeader(status int)      { w.status = status }

// controlHTTP asks the control socket without a WebSocket.
func (r *rig) controlHTTP(t *testing.T, method, path string, header http.Header) int {
	t.Helper()
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", r.cfg.ControlSocket())
	}}
	request, err := http.NewRequestWithContext(t.Context(), method, "http://control"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		request.Header[name] = values
	}
	answer, err := (&http.Client{Transport: transport, Timeout: patience}).Do(request)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

// A screen that is locked: every code is wiped before the tray is answered.
func TestLockedScreenWipesCodes(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy, cfg.PIN.Policy = t.TempDir(), 0, "", daemon.PINSession
	r := startWith(t, cfg, "medecin-secteur1")
	c, ws := r.dial(t), r.prompter(t)
	c.settled(r)
	c.send(openSession)
	question(t, ws)
	reply(t, ws, "\x00"+code)
	if m := c.answer(); m.Error != nil {
		t.Fatal(m.text)
	}
	kept := func() bool { return r.daemon.Snapshot().Cards[0].CodeKept }
	for _, tt := range []struct {
		name, method string
		header       http.Header
		status       int
		kept         bool
	}{
		{"not so asked", http.MethodGet, nil, http.StatusForbidden, true},
		{"by a page", http.MethodPost, http.Header{"Origin": {"https://ehr.example"}}, http.StatusForbidden, true},
		{"locked", http.MethodPost, nil, http.StatusNoContent, false},
		{"locked again", http.MethodPost, nil, http.StatusNoContent, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := r.controlHTTP(t, tt.method, "/locked", tt.header); got != tt.status || kept() != tt.kept {
				t.Errorf("status %d, code kept: %t", got, kept())
			}
		})
	}
}
