package bridge

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

// patience bounds every wait of the tests: it is only reached by a defect.
const patience = 20 * time.Second

// starving is how long one waits who is not served, or whose turn never comes: less than
// any time-out of the server's lasts, and more than a busy machine takes.
const starving = 2 * time.Second

// rig is a daemon with its door, on readers in memory.
type rig struct {
	readers *virtual.Readers
	prompts *Prompts
	cfg     daemon.Config
	daemon  *daemon.Daemon
	server  *Server
	log     *journalOfLog
	stop    func()
}

// journalOfLog keeps all that was logged.
type journalOfLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *journalOfLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *journalOfLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs a daemon and its door until the test ends. The readers "A" and "B"
// hold the cards named.
func start(t testing.TB, cards ...string) *rig {
	t.Helper()
	cfg := daemon.DefaultConfig()
	cfg.State = t.TempDir()
	cfg.Port = 0
	cfg.PIN.Policy = daemon.PINEach
	cfg.Origins.Policy = filepath.Join(cfg.State, "origins.d")
	return startWith(t, cfg, cards...)
}

func startWith(t testing.TB, cfg daemon.Config, cards ...string) *rig {
	t.Helper()
	return startChanged(t, cfg, nil, cards...)
}

// startChanged is startWith with a change of the door, and of what the daemon is
// given, before they run.
func startChanged(t testing.TB, cfg daemon.Config, change func(*Server, *daemon.Deps), cards ...string) *rig {
	t.Helper()
	r := &rig{readers: virtual.NewReaders("A", "B"), prompts: &Prompts{}, cfg: cfg, log: &journalOfLog{}}
	for i, name := range cards {
		if err := r.readers.Insert(string(rune('A'+i)), virtualCard(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	deps := daemon.Deps{Transport: r.readers, Rights: vitale.Simulated{}, Prompter: r.prompts, Log: log}
	if change != nil {
		change(&Server{}, &deps)
	}
	var err error
	r.daemon, err = daemon.New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.daemon.SetCabinet(t.Context(), "local", practice(), lot.Call{}); err != nil && state.KindOf(err) != state.JournalDamaged {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	r.stop = sync.OnceFunc(func() { cancel(); ended.Wait() })
	ended.Go(func() { _ = r.daemon.Run(ctx) })
	t.Cleanup(r.stop)
	if r.server, err = New(r.daemon, "test", log); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(r.server, &daemon.Deps{})
	}
	ended.Go(func() { _ = r.server.Serve(ctx) })
	return r
}

// practice is that of the médecin of the card "medecin-secteur1".
func practice() cabinet.Cabinet {
	return cabinet.Cabinet{NumeroAM: "991000015", RPPS: "99900000011", Titre: "Docteur", Nom: "ESSAI", Prenom: "Claire", Specialite: "01", Convention: 1,
		Zone: "metro", Adresse: []string{"1 rue de l’Exemple", "75000 EXEMPLE"},
		Rattachement: cabinet.Caisse{Nom: "CPAM d’exemple", Adresse: []string{"2 rue de l’Exemple", "75000 EXEMPLE"}}}
}

func virtualCard(t testing.TB, name string) virtual.Card {
	t.Helper()
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		t.Fatal(err)
	}
	card, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	return card
}

func (r *rig) addr() string { return r.server.Addr() }

func (r *rig) port() string {
	_, port, _ := net.SplitHostPort(r.addr())
	return port
}

func (r *rig) token(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile(r.cfg.TokenFile())
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// message is whatever the daemon sends.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Method  string          `json:"method"`
	Params  json.RawMessage `json:"params"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    int          `json:"code"`
		Message string       `json:"message"`
		Data    *state.Error `json:"data"`
	} `json:"error"`
	text []byte
}

// kind is the kind of the error, "" for a result.
func (m message) kind() state.Kind {
	if m.Error == nil || m.Error.Data == nil {
		return ""
	}
	return m.Error.Data.Kind
}

// client is a front end that does nothing by itself: frames go out as they are
// given, and answers and events come in on two queues.
type client struct {
	t       testing.TB
	ws      *websocket.Conn
	hello   hello
	answers chan message
	events  chan state.Event
	ended   chan error
	next    int
}

// dialer connects with the token.
func (r *rig) dialer(t testing.TB) (*websocket.Dialer, http.Header) {
	return &websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{subprotocol}},
		http.Header{"Authorization": {"Bearer " + r.token(t)}}
}

// dial connects and reads the hello.
func (r *rig) dial(t testing.TB) *client {
	t.Helper()
	dialer, header := r.dialer(t)
	return dialWith(t, dialer, "ws://"+r.addr()+"/v1", header)
}

// dialControl connects by the control socket.
func (r *rig) dialControl(t testing.TB) *client {
	t.Helper()
	return dialWith(t, controlDialer(r.cfg.ControlSocket()), "ws://control/v1", nil)
}

func controlDialer(path string) *websocket.Dialer {
	return &websocket.Dialer{HandshakeTimeout: patience, Subprotocols: []string{subprotocol},
		NetDialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		}}
}

func dialWith(t testing.TB, dialer *websocket.Dialer, url string, header http.Header) *client {
	t.Helper()
	ws, _, err := dialer.Dial(url, header)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	c := &client{t: t, ws: ws, answers: make(chan message, 4096), events: make(chan state.Event, 4096), ended: make(chan error, 1)}
	first := c.read()
	if first.Method != "hello" {
		t.Fatalf("the first message is %s", first.text)
	}
	if err := json.Unmarshal(first.Params, &c.hello); err != nil {
		t.Fatal(err)
	}
	go c.follow()
	return c
}

// read takes the next message of a client that is not followed yet.
func (c *client) read() message {
	c.t.Helper()
	_ = c.ws.SetReadDeadline(time.Now().Add(patience))
	_, text, err := c.ws.ReadMessage()
	if err != nil {
		c.t.Fatal(err)
	}
	_ = c.ws.SetReadDeadline(time.Time{})
	m := message{text: text}
	if err := json.Unmarshal(text, &m); err != nil {
		c.t.Fatal(err)
	}
	return m
}

func (c *client) follow() {
	for {
		_, text, err := c.ws.ReadMessage()
		m := message{text: text}
		if err == nil {
			err = json.Unmarshal(text, &m)
		}
		if err != nil {
			c.ended <- err
			return
		}
		var e state.Event
		if m.Method != "event" {
			c.answers <- m
		} else if err := json.Unmarshal(m.Params, &e); err == nil {
			c.events <- e
		}
	}
}

// send writes one text frame.
func (c *client) send(frame string) {
	c.t.Helper()
	if err := c.ws.WriteMessage(websocket.TextMessage, []byte(frame)); err != nil {
		c.t.Fatal(err)
	}
}

// answer waits for the next answer.
func (c *client) answer() message {
	c.t.Helper()
	select {
	case m := <-c.answers:
		return m
	case err := <-c.ended:
		c.t.Fatalf("the connection ended: %v", err)
	case <-time.After(patience):
		c.t.Fatal("no answer")
	}
	return message{}
}

// event waits for the next event.
func (c *client) event() state.Event {
	c.t.Helper()
	select {
	case e := <-c.events:
		return e
	case err := <-c.ended:
		c.t.Fatalf("the connection ended: %v", err)
	case <-time.After(patience):
		c.t.Fatal("no event")
	}
	return state.Event{}
}

// end waits for the connection's end.
func (c *client) end() error {
	c.t.Helper()
	select {
	case err := <-c.ended:
		return err
	case <-time.After(patience):
		c.t.Fatal("the connection goes on")
	}
	return nil
}

// call makes one call, with none other under way, and checks the answer's form.
func (c *client) call(method, params string) message {
	c.t.Helper()
	c.next++
	if params == "" {
		c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q}`, c.next, method))
	} else {
		c.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`, c.next, method, params))
	}
	m := c.answer()
	if m.Version != "2.0" || string(m.ID) != fmt.Sprint(c.next) {
		c.t.Fatalf("%s: the answer is %s", method, m.text)
	}
	return m
}

// mustCall is call for a call that has to work; its result goes to result.
func (c *client) mustCall(method, params string, result any) {
	c.t.Helper()
	m := c.call(method, params)
	if m.Error != nil {
		c.t.Fatalf("%s: %s", method, m.text)
	}
	if result == nil {
		return
	}
	if err := json.Unmarshal(m.Result, result); err != nil {
		c.t.Fatalf("%s: %v in %s", method, err, m.text)
	}
}

// alive checks that the connection still answers.
func (c *client) alive() {
	c.t.Helper()
	var r pingParams
	c.mustCall("system.ping", `{"echo":"alive"}`, &r)
	if string(r.Echo) != `"alive"` {
		c.t.Fatalf("the echo is %s", r.Echo)
	}
}

// settled waits until every card was read and all events have come, and returns
// what is shown then.
func (c *client) settled(r *rig) state.Snapshot {
	c.t.Helper()
	for {
		s := r.daemon.Snapshot()
		ready := s.Service.Up
		for _, card := range s.Cards {
			ready = ready && card.Read
		}
		if ready && r.daemon.Snapshot().Seq == s.Seq && len(s.Readers) > 0 {
			return s
		}
		c.event()
	}
}

// reopened is a daemon on the state of one that has stopped, without a door.
func (r *rig) reopened(t testing.TB) *daemon.Daemon {
	t.Helper()
	d, err := daemon.New(r.cfg, daemon.Deps{Transport: virtual.NewReaders(), Rights: vitale.Simulated{}, Prompter: r.prompts, Log: r.server.log})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = d.Run(ctx) })
	t.Cleanup(func() { cancel(); ended.Wait() })
	return d
}

// listenUnixAndLeave makes a socket whose file stays when it is closed, as after
// a kill.
func listenUnixAndLeave(path string) (net.Listener, error) {
	l, err := net.Listen("unix", path)
	if err == nil {
		l.(*net.UnixListener).SetUnlinkOnClose(false)
	}
	return l, err
}
