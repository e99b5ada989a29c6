package bridge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/trust"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
)

// address is an address that opens the console, in its parts: the page with the
// identifier, the identifier, and the token.
func (r *rig) address(t testing.TB) (page, id, token string) {
	t.Helper()
	var got openConsoleResult
	r.dial(t).mustCall("console.open", "", &got)
	page, token, ok := strings.Cut(got.URL, "#lancement=")
	bits := regexp.MustCompile(`^[0-9A-Za-z_-]{22}$`)
	if !ok || page != "http://"+r.addr()+"/?ouverture="+got.ID || !bits.MatchString(token) || !bits.MatchString(got.ID) || got.ID == token {
		t.Fatalf("the address is %s", got.URL)
	}
	return page, got.ID, token
}

// opened is the token of an address that opens the console.
func (r *rig) opened(t testing.TB) (token string) {
	t.Helper()
	_, _, token = r.address(t)
	return token
}

// launch has the page show a token at the pairing door.
func (p *webPage) launch(token string) (c *client, server, mine string) {
	p.t.Helper()
	c, _, err := p.open("/v1/pair", pairProtocol)
	if err != nil {
		p.t.Fatal(err)
	}
	server, mine = c.challenged().Nonce, nonce()
	params := p.pair(server, mine, "readers")
	params["launch"] = token
	c.sendCall("pair", params)
	return c, server, mine
}

// launched is the console, connected.
func (r *rig) launched(t testing.TB) (*webPage, *client) {
	t.Helper()
	p := r.page(t, "http://"+r.addr())
	c, _, _ := p.launch(r.opened(t))
	c.outcome()
	in, _ := p.dial("auth")
	return p, in
}

func TestConsoleIsLaunched(t *testing.T) {
	r := start(t)
	p := r.page(t, "http://"+r.addr())
	token := r.opened(t)
	c, server, mine := p.launch(token)
	done, why := c.outcome()
	if why != "" || string(done.KeyID) != p.keyID() || !slices.Equal(done.Scopes, allScopes) || !signedBy(t, done.Machine, "agrafe.v1.paired", p.origin, server, mine) {
		t.Fatalf("it ends with %+v %q", done, why)
	}
	for range 2 { // the key is kept as that of any page
		in, met := p.dial("auth")
		if in.alive(); !slices.Equal(met.Scopes, allScopes) {
			t.Errorf("it may %v", met.Scopes)
		}
	}
	if strings.Contains(r.log.String(), token) {
		t.Error("the token is in the log")
	}
	var listed originsResult
	r.dial(t).mustCall("origins.list", "", &listed)
	if len(listed.Origins) != 1 || listed.Origins[0].Origin != r.server.own || len(listed.Origins[0].Keys) != 1 {
		t.Errorf("the list is %+v", listed.Origins)
	}
}

// A token is good once, for a minute, for the console only.
func TestLaunchRefusals(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy = t.TempDir(), 0, ""
	h := &hand{}
	r := startChanged(t, cfg, func(s *Server, _ *daemon.Deps) { s.launches = newLaunches(h.since) })
	own := "http://" + r.addr()
	r.let(t, ehr, scopeReaders)
	tests := []struct {
		name, origin string
		token        func() string
	}{
		{"none", own, func() string { return "" }},
		{"wrong", own, func() string { r.opened(t); return strings.Repeat("A", 22) }},
		{"used", own, func() string {
			token := r.opened(t)
			c, _, _ := r.page(t, own).launch(token)
			c.outcome()
			return token
		}},
		{"expired", own, func() string { token := r.opened(t); h.add(60); return token }},
		{"another site", "https://other.example", func() string { return r.opened(t) }},
		{"a listed site", ehr, func() string { return r.opened(t) }},
		{"shown by another site before", own, func() string {
			token := r.opened(t)
			c, _, _ := r.page(t, ehr).launch(token)
			c.refused()
			return token
		}},
		{"the oldest of too many", own, func() string {
			token := r.opened(t)
			for range launchesMax {
				r.opened(t)
			}
			return token
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := r.page(t, tt.origin)
			c, _, _ := p.launch(tt.token())
			if kind, code := c.refused(); kind != state.Denied || code != closeDenied {
				t.Errorf("it is answered %q, closed with %d", kind, code)
			}
			if tt.origin != own {
				return
			}
			if _, err := r.server.book.Scopes(r.server.own, trust.KeyID(p.keyID())); err == nil {
				t.Error("it is let in")
			}
		})
	}
	c, _, _ := r.page(t, "http://localhost:"+r.port()).open("/v1/pair", pairProtocol)
	if c != nil {
		t.Error("another name of this machine has the door open")
	}
}

// Pages can't have the console opened, the console itself no more than others.
func TestConsoleOpenIsForLocalPrograms(t *testing.T) {
	r := start(t)
	_, c := r.launched(t)
	if kind := c.call("console.open", "").kind(); kind != state.Denied {
		t.Errorf("the console: %q", kind)
	}
	_, other := r.visitor(t, ehr, allScopes...)
	if kind := other.call("console.open", "").kind(); kind != state.Denied {
		t.Errorf("a page with all rights: %q", kind)
	}
	if kind := c.call("console.await", `{"id":""}`).kind(); kind != state.Denied {
		t.Errorf("the console waits for itself: %q", kind)
	}
}

// Whoever has opened the console is told when the browser comes to that address, whether
// it needs the token or has the console's key already; other visits tell nothing.
func TestConsoleIsAwaited(t *testing.T) {
	r := start(t)
	page, id, token := r.address(t)
	_, other, _ := r.address(t)
	came := func(c *client, id string) bool {
		var got awaitConsoleResult
		c.mustCall("console.await", fmt.Sprintf(`{"id":%q}`, id), &got)
		return got.Came
	}
	waiting, program := make(chan bool, 1), r.dial(t)
	go func() { waiting <- came(program, id) }()
	path := strings.TrimPrefix(page, "http://"+r.addr())
	for _, tt := range []struct {
		path    string
		headers []string
	}{
		{"/", goes}, {"/?ouverture=" + other, goes}, {path, []string{"Sec-Fetch-Mode: no-cors"}},
	} {
		r.get(t, "GET", tt.path, tt.headers...)
	}
	ask(t, "tcp", r.addr(), "HEAD "+path+" HTTP/1.1\r\nHost: "+r.addr()+"\r\nConnection: close\r\n"+strings.Join(goes, "\r\n")+"\r\n\r\n")
	c, _, _ := r.page(t, "http://"+r.addr()).launch(token) // by whoever has it, without the page
	c.outcome()
	if r.server.launches.find(id).came() {
		t.Fatal("it is told of a browser though none came to that address")
	}
	if code, _, _ := r.get(t, "GET", path, goes...); code != http.StatusOK {
		t.Fatalf("the page is answered %d", code)
	}
	if !<-waiting {
		t.Error("it is not told that the browser came")
	}
	r.get(t, "GET", path, goes...) // loaded anew
	late := r.dial(t)
	if !came(late, id) || !came(late, other) || came(late, token) || came(late, "") {
		t.Error("who asks later is told otherwise")
	}
}

// A wait ends with the address, and with whoever waits.
func TestAwaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLaunches(since())
		id, _ := l.add()
		begun := time.Now()
		if came, err := l.await(t.Context(), id); came || err != nil || time.Since(begun) != launchTime {
			t.Errorf("%v, %v after %v", came, err, time.Since(begun))
		}
		id, _ = l.add()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if came, err := l.await(ctx, id); came || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, %v", came, err)
		}
	})
}

// What the console makes is the console's, whatever port it is served on.
func TestConsoleKeepsItsDraftsOnAnotherPort(t *testing.T) {
	r := start(t)
	_, c := r.launched(t)
	var own made
	c.mustCall("fse.create", `{"facture":`+secretDraft+`}`, &own)
	r.stop()
	before := r.addr()
	again := startWith(t, r.cfg) // its port is any free one
	if again.addr() == before {
		t.Fatalf("the port is the same: %s", before)
	}
	_, c = again.launched(t)
	var list listResult
	c.mustCall("fse.list", `{}`, &list)
	if len(list.FSE) != 1 || list.FSE[0].ID != own.ID {
		t.Errorf("its own are %+v", list.FSE)
	}
	var f struct {
		Owner string `json:"proprietaire"`
	}
	c.mustCall("fse.update", fmt.Sprintf(`{"id":%q,"facture":%s}`, own.ID, secretDraft), &f)
	if f.Owner != "console" {
		t.Errorf("it belongs to %q", f.Owner)
	}
}

// The console is let in whatever the door for other pages is, and shut out as they are.
func TestS19ConsoleIsRevoked(t *testing.T) {
	cfg := daemon.DefaultConfig()
	cfg.State, cfg.Port, cfg.Origins.Policy, cfg.Origins.Pairing = t.TempDir(), 0, "", daemon.PairingPolicyOnly
	r := startWith(t, cfg)
	p, c := r.launched(t)
	begun := time.Now()
	r.dial(t).mustCall("origins.revoke", fmt.Sprintf(`{"origin":%q,"keyId":%q}`, p.origin, p.keyID()), nil)
	if err := c.end(); !closedWith(err, closeNotPaired) || time.Since(begun) > starving { // less than checkTime
		t.Errorf("its connection ends with %v after %v", err, time.Since(begun))
	}
	if code := p.status("/v1", subprotocol); code != http.StatusForbidden {
		t.Errorf("then it gets %d", code)
	}
	_, again := r.launched(t)
	again.alive()
}

// The console serves the practice: what other front ends have made it reads, is told
// of and cancels; what it makes is its own; what others reserve stays theirs.
func TestConsoleServesThePractice(t *testing.T) {
	r := start(t)
	r.dial(t).settled(r)
	_, ehrPage := r.visitor(t, ehr, scopeFSE)
	p, c := r.launched(t)
	var theirs, own made
	ehrPage.mustCall("fse.create", `{"facture":`+secretDraft+`}`, &theirs)
	if e := c.event(); e.Type != state.EventFSE || e.FSE.ID != theirs.ID {
		t.Errorf("it is told of %+v", e)
	}
	c.mustCall("fse.get", fmt.Sprintf(`{"id":%q}`, theirs.ID), nil)
	c.mustCall("fse.create", `{"facture":`+secretDraft+`}`, &own)
	var all, mine listResult
	c.mustCall("fse.list", `{"all":true}`, &all)
	c.mustCall("fse.list", `{}`, &mine)
	if len(all.FSE) != 2 || len(mine.FSE) != 1 || mine.FSE[0].ID != own.ID {
		t.Errorf("it lists %+v, its own %+v", all.FSE, mine.FSE)
	}
	if kind := ehrPage.call("fse.get", fmt.Sprintf(`{"id":%q}`, own.ID)).kind(); kind != state.NotFound {
		t.Errorf("another site reads what it made: %q", kind)
	}
	if kind := ehrPage.call("fse.list", `{"all":true}`).kind(); kind != state.Denied {
		t.Errorf("another site lists all: %q", kind)
	}
	var me meResult
	c.mustCall("origins.me", "", &me)
	if me.Principal != p.name() {
		t.Errorf("it is %q", me.Principal)
	}
	c.mustCall("fse.cancel", fmt.Sprintf(`{"id":%q}`, theirs.ID), nil)
}

// What becomes of the list is told to the programs of this machine, to no page.
func TestOriginEvents(t *testing.T) {
	r := start(t)
	watcher := r.dial(t)
	watcher.settled(r)
	_, console := r.launched(t)
	r.visitor(t, ehr, scopeReaders)
	r.dial(t).mustCall("origins.revoke", fmt.Sprintf(`{"origin":%q}`, ehr), nil)
	want := []state.Origin{{Origin: "http://" + r.addr(), What: state.OriginPaired, Name: "Logiciel du cabinet"},
		{Origin: ehr, What: state.OriginEnrolled}, {Origin: ehr, What: state.OriginRevoked}}
	for _, w := range want {
		if e := watcher.event(); e.Type != state.EventOrigin || *e.Origin != w {
			t.Errorf("the event %+v, want %+v", e, w)
		}
	}
	console.alive()
	select {
	case e := <-console.events:
		text, _ := json.Marshal(e)
		t.Errorf("a page is told %s", text)
	default:
	}
}
