package local_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

const patience = 20 * time.Second

type rig struct {
	readers *virtual.Readers
	cfg     daemon.Config
	addr    string
	stop    func()
}

// start runs a daemon with a CPS in its reader "A" until the test ends.
func start(t *testing.T) *rig {
	t.Helper()
	r := &rig{readers: virtual.NewReaders("A"), cfg: daemon.DefaultConfig()}
	r.cfg.State, r.cfg.Port, r.cfg.PIN.Policy = t.TempDir(), 0, daemon.PINEach
	spec, err := virtual.Load(testdata.Cards(), "medecin-secteur1")
	if err != nil {
		t.Fatal(err)
	}
	card, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		t.Fatal(err)
	}
	if err := r.readers.Insert("A", card); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	d, err := daemon.New(r.cfg, daemon.Deps{Transport: r.readers, Rights: vitale.Simulated{}, Prompter: &bridge.Prompts{}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	_, events := d.Hello()
	defer events.Close()
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	r.stop = sync.OnceFunc(func() { cancel(); ended.Wait() })
	ended.Go(func() { _ = d.Run(ctx) })
	t.Cleanup(r.stop)
	server, err := bridge.New(d, "test", log)
	if err != nil {
		t.Fatal(err)
	}
	r.addr = server.Addr()
	ended.Go(func() { _ = server.Serve(ctx) })
	for e := wait(t, events.Events()); e.Card == nil || !e.Card.Read; e = wait(t, events.Events()) {
	}
	return r
}

func (r *rig) dial(t *testing.T, onEvent func(state.Event)) *local.Client {
	t.Helper()
	c, err := local.DialSocket(t.Context(), r.cfg.ControlSocket(), onEvent)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func wait[T any](t *testing.T, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	return v
}

func TestDial(t *testing.T) {
	r := start(t)
	byToken, err := local.DialToken(t.Context(), r.addr, r.cfg.TokenFile(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer byToken.Close()
	for name, c := range map[string]*local.Client{"token": byToken, "socket": r.dial(t, nil)} {
		var s state.Snapshot
		if err := c.Call(t.Context(), "system.snapshot", nil, &s); err != nil || len(s.Readers) != 1 {
			t.Errorf("%s: %+v %v", name, s, err)
		}
		if c.Hello.Version != "test" || c.Hello.Instance == "" || len(c.Hello.Capabilities) == 0 {
			t.Errorf("%s: the hello is %+v", name, c.Hello)
		}
	}
}

func TestNoDaemon(t *testing.T) {
	gone := start(t)
	gone.stop()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	go func() {
		for {
			c, err := silent.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	tests := []struct {
		name string
		dial func() (*local.Client, error)
	}{
		{"no socket", func() (*local.Client, error) {
			return local.DialSocket(t.Context(), filepath.Join(t.TempDir(), "none"), nil)
		}},
		{"no token", func() (*local.Client, error) {
			return local.DialToken(t.Context(), gone.addr, filepath.Join(t.TempDir(), "none"), nil)
		}},
		{"stopped", func() (*local.Client, error) {
			return local.DialToken(t.Context(), gone.addr, gone.cfg.TokenFile(), nil)
		}},
		{"stopped socket", func() (*local.Client, error) {
			return local.DialSocket(t.Context(), gone.cfg.ControlSocket(), nil)
		}},
		{"another program that hangs up", func() (*local.Client, error) {
			return local.DialToken(t.Context(), silent.Addr().String(), gone.cfg.TokenFile(), nil)
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if c, err := tt.dial(); !errors.Is(err, local.ErrDown) {
				t.Errorf("%v %v", c, err)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	r, other := start(t), start(t)
	_, err := local.DialToken(t.Context(), r.addr, other.cfg.TokenFile(), nil)
	if err == nil || errors.Is(err, local.ErrDown) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("the error is %v", err)
	}
}

func TestErrorsAreTheDaemons(t *testing.T) {
	c := start(t).dial(t, nil)
	tests := []struct {
		name   string
		method string
		params any
		want   state.Kind
	}{
		{"not found", "fse.get", map[string]string{"id": "none"}, state.NotFound},
		{"no such method", "none", nil, state.Invalid},
		{"bad parameters", "fse.get", map[string]int{"id": 1}, state.Invalid},
		{"no card", "cards.readVitale", nil, state.NoCard},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, ok := errors.AsType[*state.Error](c.Call(t.Context(), tt.method, tt.params, nil))
			if !ok || e.Kind != tt.want || e.Message == "" {
				t.Errorf("the error is %v", e)
			}
		})
	}
}

func TestCallsAfterTheEnd(t *testing.T) {
	r := start(t)
	closed, dropped := r.dial(t, nil), r.dial(t, nil)
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	r.stop()
	wait(t, dropped.Done())
	for name, c := range map[string]*local.Client{"closed": closed, "dropped": dropped} {
		if err := c.Call(t.Context(), "system.ping", nil, nil); !errors.Is(err, local.ErrDown) {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
	_ = closed.Close() // a second time does no harm
}

func TestParallelCalls(t *testing.T) {
	c := start(t).dial(t, nil)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			var got struct{ Echo int }
			if err := c.Call(t.Context(), "system.ping", map[string]int{"echo": i}, &got); err != nil || got.Echo != i {
				t.Errorf("%d gives %v, %v", i, got, err)
			}
		})
	}
	all.Wait()
}

func TestCallEndsWithItsContext(t *testing.T) {
	r := start(t)
	c := r.dial(t, nil)
	asked, answer := make(chan local.Question, 1), make(chan local.Reply, 1)
	answering, stop := context.WithCancel(t.Context())
	defer stop()
	attached := make(chan error, 1)
	go func() {
		attached <- local.Answer(answering, r.cfg.ControlSocket(), func(q local.Question) local.Reply { asked <- q; return <-answer })
	}()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var err error
	for err == nil || state.KindOf(err) == state.PINRequired { // until the program is attached
		ended := make(chan error, 1)
		go func() { ended <- c.Call(ctx, "cards.openPinSession", nil, nil) }()
		select {
		case err = <-ended:
		case <-asked:
			cancel()
			err = wait(t, ended)
		}
	}
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
	var got struct{ Echo int }
	if err := c.Call(t.Context(), "system.ping", map[string]int{"echo": 5}, &got); err != nil || got.Echo != 5 {
		t.Errorf("the next call gives %v, %v", got, err)
	}
	answer <- local.Reply{Code: []byte("1234")}
	if err := c.Call(t.Context(), "cards.readCPS", nil, nil); err != nil {
		t.Error(err)
	}
	stop()
	if err := wait(t, attached); err != nil {
		t.Error(err)
	}
}

func TestAnswer(t *testing.T) {
	r := start(t)
	c := r.dial(t, nil)
	code := []byte("1234")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	attached := make(chan error, 1)
	questions := make(chan local.Question, 100)
	go func() {
		attached <- local.Answer(ctx, r.cfg.ControlSocket(), func(q local.Question) local.Reply {
			questions <- q
			return local.Reply{Code: code}
		})
	}()
	var found struct{ Situations []any }
	err := c.Call(t.Context(), "cards.openPinSession", nil, &found)
	for state.KindOf(err) == state.PINRequired && len(questions) == 0 { // until the program is attached
		err = c.Call(t.Context(), "cards.openPinSession", nil, &found)
	}
	if err != nil || len(found.Situations) == 0 {
		t.Fatalf("%v %v", found, err)
	}
	if q := <-questions; q.Reader != "A" || q.Tries != 3 || q.Holder == "" || !strings.HasPrefix(q.Principal, "uid:") {
		t.Errorf("the question is %+v", q)
	}
	cancel()
	if err := wait(t, attached); err != nil {
		t.Error(err)
	}
	if string(code) != "\x00\x00\x00\x00" { // wiped after it was sent, maybe after the answer to it
		t.Error("the code was not wiped")
	}
	if err := local.Answer(t.Context(), filepath.Join(t.TempDir(), "none"), nil); !errors.Is(err, local.ErrDown) {
		t.Errorf("without a daemon the error is %v", err)
	}
}

func TestEventsAreInOrder(t *testing.T) {
	r := start(t)
	events := make(chan state.Event, 1000)
	c := r.dial(t, func(e state.Event) { events <- e })
	for range 200 {
		if err := c.Call(t.Context(), "lease.steal", map[string]any{"reader": "a", "seconds": 9}, new(json.RawMessage)); err != nil {
			t.Fatal(err)
		}
	}
	last := c.Hello.Snapshot.Seq
	for range 200 {
		e := wait(t, events)
		if e.Seq != last+1 {
			t.Fatalf("event %d after %d", e.Seq, last)
		}
		last = e.Seq
	}
}
