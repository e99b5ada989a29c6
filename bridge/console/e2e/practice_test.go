//go:build chromium

// Package e2e opens the console in a real Chromium, against a running daemon with
// virtual cards. It needs what npm ci installs beside the console.
package e2e

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/port/porttest"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

// slots are the readers: of the CPS, and of the Vitale.
var slots = []string{"CPS", "Vitale"}

// practice is a running daemon with a CPS in a reader, and its holder before it.
type practice struct {
	t       *testing.T
	cfg     daemon.Config
	readers *virtual.Readers
	stop    func()
	typing  chan struct{} // a code is typed once there is one to take
}

// newPractice runs the daemon of a practice that has said who bills.
func newPractice(t *testing.T) *practice {
	t.Helper()
	return newPracticeWith(t, func(*daemon.Config) {})
}

// newPracticeWith is newPractice with other settings than those by default.
func newPracticeWith(t *testing.T, change func(*daemon.Config)) *practice {
	t.Helper()
	p := unsettled(t, change)
	p.settle()
	return p
}

// unsettled runs the daemon of a practice on its first day: nobody has said who bills.
func unsettled(t *testing.T, change func(*daemon.Config)) *practice {
	t.Helper()
	dir, err := os.MkdirTemp("", "agrafe-e2e-") // short: a socket's path is
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p := &practice{t: t, cfg: daemon.DefaultConfig(), readers: virtual.NewReaders(slots...), typing: make(chan struct{}, 10)}
	p.cfg.State, p.cfg.Port = filepath.Join(dir, "s"), porttest.Free(t)
	change(&p.cfg)
	p.insert(0, "medecin-secteur1")
	p.start()
	return p
}

// insert puts a card of the test data in a slot.
func (p *practice) insert(slot int, name string) {
	p.t.Helper()
	if err := insert(p.readers, slot, name); err != nil {
		p.t.Fatal(err)
	}
}

func insert(readers *virtual.Readers, slot int, name string) error {
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		return err
	}
	card, err := virtual.Open(*spec, virtual.TestKeyring())
	if err != nil {
		return err
	}
	return readers.Insert(slots[slot], card)
}

// remove takes the card of a slot away.
func (p *practice) remove(slot int) {
	p.t.Helper()
	if err := p.readers.Remove(slots[slot]); err != nil {
		p.t.Fatal(err)
	}
}

// start runs the daemon until stop.
func (p *practice) start() {
	p.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	wait, err := serve(ctx, p.cfg, p.readers, p.typed)
	if err != nil {
		cancel()
		p.t.Fatal(err)
	}
	p.stop = sync.OnceFunc(func() { cancel(); wait() })
	p.t.Cleanup(p.stop)
}

// serve runs a daemon until ctx ends; wait waits until it has. Who sits before it types
// the code of the CPS when typed says so.
func serve(ctx context.Context, cfg daemon.Config, readers *virtual.Readers, typed func(asked context.Context) bool) (wait func(), err error) {
	log := slog.New(slog.DiscardHandler)
	d, err := daemon.New(cfg, daemon.Deps{Transport: readers, Rights: vitale.Simulated{}, Prompter: new(bridge.Prompts), Log: log})
	if err != nil {
		return nil, err
	}
	server, err := bridge.New(d, "0.1.0", log)
	if err != nil {
		return nil, err
	}
	code := func(asked context.Context, _ local.Question) local.Reply {
		if !typed(asked) {
			return local.Reply{}
		}
		return local.Reply{Code: []byte("1234")}
	}
	var ended sync.WaitGroup
	ended.Go(func() { _ = d.Run(ctx) })
	ended.Go(func() { _ = server.Serve(ctx) })
	ended.Go(func() {
		for ctx.Err() == nil {
			_ = local.Attach(ctx, cfg.ControlSocket(), local.Answers{Code: code})
		}
	})
	return ended.Wait, nil
}

// typed waits until a code is typed, once for each time that typing allows; false
// when the question ends before.
func (p *practice) typed(asked context.Context) bool {
	select {
	case <-p.typing:
		return true
	case <-asked.Done():
		return false
	}
}

// settle keeps settings for the card's number.
func (p *practice) settle() {
	p.t.Helper()
	c := cabinet.Cabinet{NumeroAM: "991000015", RPPS: "99900000011", Nom: "ESSAI", Prenom: "CLAIRE", Specialite: "01", Convention: 1, Zone: "metro",
		Adresse:      []string{"1 rue de l’Exemple", "75000 EXEMPLE"},
		Rattachement: cabinet.Caisse{Nom: "CPAM d’exemple", Adresse: []string{"2 rue de l’Exemple", "75000 EXEMPLE"}}}
	p.call("practice.set", map[string]any{"cabinet": c, "idempotencyKey": "e2e"}, nil)
}

// call calls as a program of the machine.
func (p *practice) call(method string, params, result any) {
	p.t.Helper()
	c, err := local.DialSocket(p.t.Context(), p.cfg.ControlSocket(), nil)
	if err == nil {
		defer c.Close()
		err = c.Call(p.t.Context(), method, params, result)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

// open opens the console on a page, as the tray does.
func (p *practice) open(b *chromium.Browser, page string) *chromium.Page {
	p.t.Helper()
	var launch struct {
		URL string `json:"url"`
	}
	p.call("console.open", map[string]any{}, &launch)
	tab := b.Open(launch.URL + page)
	await(p.t, tab, `document.querySelector("h1")`)
	return tab
}

// await waits until an expression of the page is true.
func await(t *testing.T, tab *chromium.Page, expression string) {
	t.Helper()
	awaitWith(t, tab, "", expression)
}

// awaitWith is await with functions that the expression calls.
func awaitWith(t *testing.T, tab *chromium.Page, functions, expression string) {
	t.Helper()
	const body = `
		const end = Date.now() + 20000;
		while (!(%EXPR%)) {
			if (Date.now() > end) return document.body.innerText;
			await new Promise((r) => setTimeout(r, 10));
		}
		return "";`
	if shown := chromium.Eval[string](tab, functions+strings.Replace(body, "%EXPR%", expression, 1)); shown != "" {
		t.Fatalf("%s did not become true; the page shows:\n%s", expression, shown)
	}
}
