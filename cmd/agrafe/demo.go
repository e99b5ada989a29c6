package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/durable"
	"github.com/agrafe-fse/agrafe/daemon/printer"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

type demoCmd struct {
	Run    demoRunCmd    `cmd:"" default:"withargs" help:"play the main job; with --keep, leave the service running"`
	Insert demoInsertCmd `cmd:"" help:"put a card in a slot of a demonstration that was left running"`
	Remove demoRemoveCmd `cmd:"" help:"take the card out of a slot of a demonstration that was left running"`
	Payer  demoPayerCmd  `cmd:"" help:"have the payer of a demonstration that was left running answer otherwise"`
}

type demoRunCmd struct {
	Reader  string `enum:"virtual,pcsc" default:"virtual" help:"virtual: readers in memory; pcsc: a pcscd of its own with vpcd cards (Linux, packages pcscd and vsmartcard-vpcd)"`
	CPS     string `default:"medecin-secteur1" help:"card of the professional, a name of testdata/cards"`
	Patient string `default:"patient" help:"card of the patient, a name of testdata/cards"`
	Dir     string `type:"path" help:"where to keep what is made; default: a new folder among the temporary files"`
	Keep    bool   `help:"leave the service running, with the cards in, until interrupted"`
	Answer  bool   `name:"answer-code" help:"with --keep, go on typing the demonstration code when it is asked for, and say so"`
	Port    int    `help:"port of the service; default: 17373 with --keep, else any free one"`
	Full    bool   `help:"go on from the lot to the payment, with a payer that is played: ADRi, degraded mode, soins médicaux gratuits, sending, returns, a reject that is made again"`
}

// patience bounds each step of the demo.
const patience = 15 * time.Second

// Run plays the main job from card to lot, with --full to payment.
func (d *demoRunCmd) Run(e *env) error {
	if d.Full && d.Patient == pensioner {
		return &usageError{fmt.Errorf("cannot play --full with %s as the patient: he comes second; give another card", pensioner)}
	}
	desk, done, err := openDesk(e, d.Reader)
	if err != nil || done {
		return err
	}
	defer desk.close()
	if d.Dir == "" {
		if d.Dir, err = os.MkdirTemp("", "agrafe-demo-"); err != nil {
			return err
		}
	}
	lock, err := d.enter()
	if err != nil {
		return err
	}
	defer lock.Close()
	s, err := d.start(e, desk)
	if err != nil {
		return err
	}
	defer func() { s.stop(); d.leave(s.state) }()
	story, err := d.play(e, s)
	if err != nil {
		return err
	}
	if err := e.print(story, story.text); err != nil {
		return err
	}
	if !d.Keep {
		return nil
	}
	return d.keep(e, s)
}

// enter takes the folder for this run. What the run before has said of its slots goes:
// who changes cards meanwhile would believe that they are changed.
func (d *demoRunCmd) enter() (*os.File, error) {
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(d.Dir, "verrou"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := durable.Lock(lock); err != nil {
		return nil, fmt.Errorf("cannot use the folder of a demonstration that is running: %w", errors.Join(err, lock.Close()))
	}
	if err := os.RemoveAll(slotsOf(d.Dir)); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// stage is a daemon of the demo's own, with a client on its WebSocket.
type stage struct {
	desk   desk
	cards  map[string]virtual.Card
	code   string              // of the CPS
	typed  chan local.Question // those that the code was typed for; what nobody takes is dropped
	quiet  func()              // ends the typing
	keys   *virtual.Keyring
	server *bridge.Server
	client *local.Client
	payer  *payer // nil without --full
	config string
	state  string
	events chan state.Event
	full   map[string]bool // ids of the readers whose card was seen
	in     [2]string       // names of the cards in the slots
	stop   func()
}

// desk is where the demo puts cards: readers in memory or a pcscd.
type desk interface {
	transport() reader.Transport
	insert(slot int, c virtual.Card) error
	remove(slot int) error
	close()
}

func (d *demoRunCmd) start(e *env, desk desk) (*stage, error) {
	keys, err := virtual.OpenKeyring(d.keys())
	if err != nil {
		return nil, err
	}
	s := &stage{desk: desk, keys: keys, cards: make(map[string]virtual.Card), events: make(chan state.Event, 1000), full: make(map[string]bool),
		typed: make(chan local.Question, 1)}
	for slot, name := range []string{d.CPS, d.Patient} {
		spec, err := s.open(name)
		if err != nil {
			return nil, err
		}
		if slot == slotCPS {
			s.code = spec.PIN.Code
		}
	}
	log := slog.New(slog.NewTextHandler(e.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s.stop = func() {}
	if d.Full {
		if s.payer, err = d.openPayer(d.keys(), log); err != nil {
			return nil, err
		}
		s.stop = func() { _ = s.payer.end() }
	}
	cfg, err := d.settings(s.payer)
	if err != nil {
		s.stop()
		return nil, err
	}
	s.config, s.state = filepath.Join(d.Dir, "agrafed.toml"), cfg.State
	service, err := daemon.New(cfg, daemon.Deps{Transport: desk.transport(), Rights: vitale.Simulated{}, Prompter: new(bridge.Prompts),
		Printer: printer.New(), Log: log})
	if err != nil {
		s.stop()
		return nil, err
	}
	return s, s.run(e, service, log)
}

// keys is the folder of the keys of the demonstration's cards.
func (d *demoRunCmd) keys() string { return filepath.Join(d.Dir, "cles-de-demonstration") }

// card reads the file of a card of testdata/cards.
func card(name string) (*virtual.Spec, error) {
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		known, _ := virtual.Names(testdata.Cards())
		return nil, &usageError{fmt.Errorf("cannot find the card %q; there are %s", name, strings.Join(known, ", "))}
	}
	return spec, nil
}

// open makes a card that was not made before. One that was keeps what was done to it.
func (s *stage) open(name string) (*virtual.Spec, error) {
	spec, err := card(name)
	if err != nil || s.cards[name] != nil {
		return spec, err
	}
	s.cards[name], err = virtual.Open(*spec, s.keys)
	return spec, err
}

// settings writes and returns the configuration of the demo's daemon, which sends to p
// if there is one.
func (d *demoRunCmd) settings(p *payer) (daemon.Config, error) {
	cfg := daemon.DefaultConfig()
	dir, err := os.MkdirTemp(d.Dir, "etat-") // each run begins with an empty journal
	if err != nil {
		return cfg, err
	}
	cfg.State = dir
	if err := d.bring(dir); err != nil {
		return cfg, err
	}
	cfg.Origins.Dev = d.Keep // pages that are being written are served by this machine
	cfg.Port = d.Port
	if d.Port == 0 && d.Keep {
		cfg.Port = daemon.DefaultPort
	}
	if p != nil {
		if err := p.configure(&cfg); err != nil {
			return cfg, err
		}
	}
	text, err := cfg.Print()
	if err == nil {
		err = os.WriteFile(filepath.Join(d.Dir, "agrafed.toml"), []byte(text), 0o600)
	}
	return cfg, err
}

// identity is what the pages of the demo before know the machine by, and the machine
// them: kept beside the state, which is new each time.
var identity = []string{"identity.key", "origins.json"}

// bring puts what the demo before has left in dir into the new state.
func (d *demoRunCmd) bring(state string) error {
	for _, name := range identity {
		err := durable.Copy(filepath.Join(d.Dir, name), filepath.Join(state, name))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// leave keeps it for the next one. It is of use, not needed.
func (d *demoRunCmd) leave(state string) {
	for _, name := range identity {
		_ = durable.Copy(filepath.Join(state, name), filepath.Join(d.Dir, name))
	}
}

// run sets the daemon going and connects to it as an EHR would.
func (s *stage) run(e *env, service *daemon.Daemon, log *slog.Logger) error {
	ctx, cancel := context.WithCancel(e)
	var ended sync.WaitGroup
	ended.Go(func() { _ = service.Run(ctx) })
	last := s.stop
	s.stop = func() { cancel(); ended.Wait(); last() }
	server, err := bridge.New(service, version, log)
	if err != nil {
		s.stop()
		return err
	}
	s.server = server
	ended.Go(func() { _ = server.Serve(ctx) })
	ready := make(chan struct{})
	typing, quiet := context.WithCancel(ctx)
	s.quiet = quiet
	ended.Go(func() { s.types(typing, service.Config().ControlSocket(), sync.OnceFunc(func() { close(ready) })) })
	select {
	case <-ready:
	case <-time.After(patience):
		s.stop()
		return local.ErrDown
	}
	s.client, err = local.DialToken(ctx, server.Addr(), service.Config().TokenFile(), func(e state.Event) { s.events <- e })
	if err != nil {
		s.stop()
		return err
	}
	stop := s.stop
	s.stop = func() { _ = s.client.Close(); stop() }
	return nil
}

// await waits for the event that a card of the wanted state was read in a reader that
// was empty: what happens to the cards that are in already is told of too.
func (s *stage) await(wanted state.CardState) (state.Card, error) {
	for limit := time.After(patience); ; {
		select {
		case e := <-s.events:
			if e.Card == nil || !e.Card.Read || e.Card.State == state.CardAbsent || s.full[e.Card.Reader] {
				continue
			}
			s.full[e.Card.Reader] = true
			return *e.Card, unlike(*e.Card, wanted)
		case <-s.client.Done():
			return state.Card{}, local.ErrDown
		case <-limit:
			return state.Card{}, &state.Error{Kind: state.NoCard, Code: "DEMO", Message: fmt.Sprintf("La carte (%s) n'a pas été vue.", wanted)}
		}
	}
}

// awaitGone waits for the event that a card was taken out of a reader.
func (s *stage) awaitGone() error {
	for limit := time.After(patience); ; {
		select {
		case e := <-s.events:
			if e.Card != nil && e.Card.State == state.CardAbsent && s.full[e.Card.Reader] {
				delete(s.full, e.Card.Reader)
				return nil
			}
		case <-s.client.Done():
			return local.ErrDown
		case <-limit:
			return &state.Error{Kind: state.CardSilent, Code: "DEMO", Message: "Le retrait de la carte n'a pas été vu."}
		}
	}
}

// unlike says what is wrong with a card that was read, if it is not the wanted one.
func unlike(c state.Card, wanted state.CardState) error {
	e := &state.Error{Kind: state.NoCard, Code: "DEMO"}
	switch {
	case c.State == state.CardMute:
		e.Kind, e.Message = state.CardSilent, "La carte est muette ou à l'envers."
	case c.State != wanted:
		e.Message = "La carte insérée n'est ni une CPS ni une Carte Vitale, ou n'est pas celle qu'il faut dans ce lecteur."
	case c.Problem != nil:
		return c.Problem
	default:
		return nil
	}
	return e
}

// inMemory is the desk of readers in memory.
type inMemory struct{ readers *virtual.Readers }

var slots = []string{"Lecteur CPS (démonstration)", "Lecteur Vitale (démonstration)"}

func newInMemory() inMemory { return inMemory{virtual.NewReaders(slots...)} }

func (d inMemory) transport() reader.Transport        { return d.readers }
func (d inMemory) insert(i int, c virtual.Card) error { return d.readers.Insert(slots[i], c) }
func (d inMemory) remove(i int) error                 { return d.readers.Remove(slots[i]) }
func (d inMemory) close()                             {}

// write keeps a file that the demo made and returns its path.
func (d *demoRunCmd) write(name string, data []byte) (string, error) {
	path := filepath.Join(d.Dir, name)
	return path, os.WriteFile(path, data, 0o600)
}

// writePEM keeps a certificate.
func (d *demoRunCmd) writePEM(name string, der []byte) (string, error) {
	return d.write(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
