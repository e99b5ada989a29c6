//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/rig"
	"github.com/agrafe-fse/agrafe/testdata"
)

// Cards of testdata that the rows are measured with.
const (
	doctor  = "medecin-secteur1"
	patient = "patient"
	family  = "patient-famille"
)

// keys are those of the virtual CPS of this run.
var keys = sync.OnceValue(virtual.NewKeyring)

// openCard makes a card of testdata, and gives its code, "" if it has none.
func openCard(name string) (card virtual.Card, code string, err error) {
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		return nil, "", err
	}
	card, err = virtual.Open(*spec, keys())
	return card, spec.PIN.Code, err
}

// build compiles a program of the module, once per run, as a release is.
func (b *bench) build(ctx context.Context, folder string) (string, error) {
	path := filepath.Join(b.dir, filepath.Base(folder))
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	text, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path,
		"github.com/agrafe-fse/agrafe/"+folder).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("cannot build %s (run this from the module's folder): %w: %s", folder, err, text)
	}
	return path, nil
}

// stand is agrafed in a process of its own on a pcscd of its own.
type stand struct {
	dir     string
	cfg     daemon.Config
	rig     *rig.Rig
	service *child
	header  http.Header
	cards   sync.WaitGroup
}

// openStand starts pcscd, then agrafed with an empty journal, and waits until it
// answers.
func (b *bench) openStand(ctx context.Context) (*stand, error) {
	program, err := b.build(ctx, "cmd/agrafed")
	if err != nil {
		return nil, err
	}
	s := &stand{cfg: daemon.DefaultConfig()}
	if s.dir, err = os.MkdirTemp(b.dir, "stand-"); err != nil {
		return nil, err
	}
	s.cfg.State = filepath.Join(s.dir, "state")
	s.cfg.Log.Level = slog.LevelWarn
	if s.rig, err = rig.Start(ctx, rig.Options{}); err != nil {
		return nil, err
	}
	if err := s.startService(ctx, program); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *stand) startService(ctx context.Context, program string) error {
	text, err := s.cfg.Print()
	if err != nil {
		return err
	}
	file := filepath.Join(s.dir, "agrafed.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	if s.service, err = start(ctx, nil, program, "-config", file); err != nil {
		return err
	}
	ready := func(hello state.Snapshot) bool { return hello.Service.Up && len(hello.Readers) == 2 }
	for limit := time.After(patience); ; {
		if c, err := s.dial(ctx, nil); err == nil {
			seen := c.Hello.Snapshot
			if err := c.Close(); err != nil {
				return err
			}
			if ready(seen) {
				s.header, err = bearer(s.cfg.TokenFile())
				return err
			}
		}
		select {
		case <-s.service.gone:
			return errors.New("cannot start agrafed: it ended at once")
		case <-limit:
			return errors.New("cannot start agrafed: it did not answer in time")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (s *stand) addr() string { return fmt.Sprintf("127.0.0.1:%d", s.cfg.Port) }

// dial connects as a local program.
func (s *stand) dial(ctx context.Context, onEvent func(state.Event)) (*local.Client, error) {
	return local.DialToken(ctx, s.addr(), s.cfg.TokenFile(), onEvent)
}

// connect opens a connection whose frames are read by the caller.
func (s *stand) connect(ctx context.Context) (*websocket.Conn, error) {
	return connect(ctx, "ws://"+s.addr()+"/v1", s.header)
}

// insert plugs card into a slot; remove pulls it out. A card that the slot drops
// is missed by whoever waits for it.
func (s *stand) insert(ctx context.Context, slot int, card virtual.Card) (remove func()) {
	ctx, remove = context.WithCancel(ctx)
	s.cards.Go(func() { _ = virtual.Serve(ctx, s.rig.Addr(slot), card) })
	return remove
}

// insertRead plugs the card of testdata in and waits until agrafed has read it.
func (s *stand) insertRead(ctx context.Context, slot int, name string, wanted state.CardState) (code string, err error) {
	card, code, err := openCard(name)
	if err != nil {
		return "", err
	}
	ws, err := s.connect(ctx)
	if err != nil {
		return "", err
	}
	defer ws.Close()
	seen := follow(ws)
	s.insert(ctx, slot, card)
	got, err := await(ctx, seen, "the reading of a card", func(s sighting) bool {
		return s.event.Card != nil && s.event.Card.State == wanted && s.event.Card.Read
	})
	if err == nil && got.event.Card.Problem != nil {
		err = got.event.Card.Problem
	}
	return code, err
}

// close ends agrafed, then pcscd; the context of insert ends the cards.
func (s *stand) close() error {
	var err error
	if s.service != nil {
		err = s.service.stop()
	}
	return errors.Join(err, s.rig.Stop())
}
