//go:build chromium

// Package e2e runs the built client in a real Chromium, on pages of public https
// sites, against a running daemon with virtual cards.
package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge"
	"github.com/agrafe-fse/agrafe/bridge/chromium"
	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/cabinet"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/port/porttest"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

const (
	listed   = "https://ehr.example"   // by the administrator's policy
	unlisted = "https://autre.example" // has to be paired
	code     = "1234"                  // of every CPS of the demonstration
)

// practice is a running daemon with a CPS and a Vitale, and somebody in front of it.
type practice struct {
	t       *testing.T
	cfg     daemon.Config
	addr    string
	readers *virtual.Readers
	cards   [2]virtual.Card
	stop    func()
	asked   chan local.Consent // each consent that was asked
	accepts func(local.Consent) bool
}

func newPractice(t *testing.T, change func(*daemon.Config)) *practice {
	t.Helper()
	p := &practice{t: t, cfg: daemon.DefaultConfig(), readers: virtual.NewReaders("A", "B"), asked: make(chan local.Consent, 10),
		accepts: func(local.Consent) bool { return true }}
	dir, err := os.MkdirTemp("", "agrafe-e2e-") // short: a socket's path is
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	p.cfg.State, p.cfg.Port = filepath.Join(dir, "s"), porttest.Free(t)
	p.cfg.Origins.Policy = filepath.Join(dir, "origins.d")
	if err := os.Mkdir(p.cfg.Origins.Policy, 0o755); err != nil {
		t.Fatal(err)
	}
	policy := fmt.Sprintf("[[origin]]\norigin = %q\nscopes = [\"readers\", \"cards\", \"fse\", \"lots\"]\n", listed)
	if err := os.WriteFile(filepath.Join(p.cfg.Origins.Policy, "ehr.toml"), []byte(policy), 0o644); err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&p.cfg)
	}
	for i, name := range []string{"medecin-secteur1", "patient"} {
		spec, err := virtual.Load(testdata.Cards(), name)
		if err == nil {
			p.cards[i], err = virtual.Open(*spec, virtual.TestKeyring())
		}
		if err == nil {
			err = p.readers.Insert(string(rune('A'+i)), p.cards[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	p.start()
	return p
}

// cabinetOfTheCard is the practice of the CPS, with invented addresses.
var cabinetOfTheCard = cabinet.Cabinet{NumeroAM: "991000015", RPPS: "99900000011", Nom: "ESSAI", Prenom: "Claire", Specialite: "01", Convention: 1,
	Zone: "metro", Adresse: []string{"1 rue de l’Exemple", "75000 EXEMPLE"},
	Rattachement: cabinet.Caisse{Nom: "CPAM d’exemple", Adresse: []string{"2 rue de l’Exemple", "75000 EXEMPLE"}}}

// start runs the daemon, and the user who answers it, until stop.
func (p *practice) start() {
	p.t.Helper()
	log := slog.New(slog.DiscardHandler)
	d, err := daemon.New(p.cfg, daemon.Deps{Transport: p.readers, Rights: vitale.Simulated{}, Prompter: new(bridge.Prompts), Log: log})
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := d.SetCabinet(p.t.Context(), "local", cabinetOfTheCard, lot.Call{}); err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() { _ = d.Run(ctx) })
	p.stop = sync.OnceFunc(func() { cancel(); ended.Wait() })
	p.t.Cleanup(p.stop)
	server, err := bridge.New(d, "test", log)
	if err != nil {
		p.t.Fatal(err)
	}
	p.addr = server.Addr()
	ended.Go(func() { _ = server.Serve(ctx) })
	ended.Go(func() {
		for ctx.Err() == nil {
			_ = local.Attach(ctx, p.cfg.ControlSocket(), local.Answers{
				Code: func(context.Context, local.Question) local.Reply { return local.Reply{Code: []byte(code)} },
				Consent: func(_ context.Context, c local.Consent) bool {
					p.asked <- c
					return p.accepts(c)
				},
			})
		}
	})
}

// page serves the client beside an empty page.
func page() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<!doctype html><title>EHR</title>")
	})
	mux.HandleFunc("/agrafe.js", func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, "../dist/agrafe.js") })
	return mux
}

// sites are the web sites that there are.
func sites() map[string]http.Handler {
	return map[string]http.Handler{"ehr.example": page(), "autre.example": page()}
}

// grant lets the pages of the sites reach this machine, as their users would.
func grant(b *chromium.Browser) {
	for _, origin := range []string{listed, unlisted} {
		b.Permit(origin, "loopback-network", "granted")
		b.Permit(origin, "local-network-access", "granted")
	}
}

// connected is the script that connects as window.agrafe, or gives the diagnosis.
func (p *practice) connected(options string) string {
	return fmt.Sprintf(`
const { connect, Diagnosis } = await import("/agrafe.js");
try {
  window.agrafe = await connect({ url: "ws://%s", name: "EHR de test", scopes: ["readers", "cards", "fse", "lots"], %s });
  return "open";
} catch (e) {
  if (!(e instanceof Diagnosis)) return "no diagnosis: " + e.stack;
  if (!e.sentence.fr || !e.sentence.en) return "no sentence: " + e.code;
  return e.code;
}`, p.addr, options)
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// S39: the outcomes of Chromium's local network access, each with its diagnosis.
func TestS39LocalNetworkAccess(t *testing.T) {
	p := newPractice(t, nil)
	t.Run("undecided", func(t *testing.T) {
		b := chromium.Start(t, chromium.Options{Sites: sites()})
		tab := b.Open(listed)
		end := chromium.Eval[string](tab, p.connected("onState: (s) => { (window.states ??= []).push(s.error?.code ?? s.status); }"))
		if !chromium.Eval[bool](tab, `return states.includes("LNA_PROMPT")`) {
			t.Error("the page is not told that the browser asks")
		}
		want(t, "connect, as this browser without a window answers no by itself", end, "LNA_DENIED")
	})
	t.Run("denied", func(t *testing.T) {
		b := chromium.Start(t, chromium.Options{Sites: sites()})
		b.Permit(listed, "loopback-network", "denied")
		b.Permit(listed, "local-network-access", "denied")
		want(t, "connect", chromium.Eval[string](b.Open(listed), p.connected("")), "LNA_DENIED")
	})
	t.Run("granted by the user", func(t *testing.T) {
		b := chromium.Start(t, chromium.Options{Sites: sites()})
		grant(b)
		want(t, "connect", chromium.Eval[string](b.Open(listed), p.connected("")), "open")
	})
	t.Run("granted by policy", func(t *testing.T) {
		b := chromium.Start(t, chromium.Options{Sites: sites(), Policy: map[string]any{
			"LoopbackNetworkAllowedForUrls": []string{listed}, "LocalNetworkAccessAllowedForUrls": []string{listed},
		}})
		want(t, "connect", chromium.Eval[string](b.Open(listed), p.connected("")), "open")
	})
}

// What is in the way when it is not the browser.
func TestDiagnoses(t *testing.T) {
	p := newPractice(t, func(c *daemon.Config) { c.Origins.Pairing = daemon.PairingWindow })
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	want(t, "an origin that is not listed, its door shut", chromium.Eval[string](b.Open(unlisted), p.connected("onCode() {}")), "ORIGIN_REFUSED")
	p.stop()
	want(t, "no daemon", chromium.Eval[string](b.Open(listed), p.connected("")), "DAEMON_ABSENT")
}

// A page that nobody listed is paired once its user has accepted the code that it
// shows; its key stays in the browser, and it is let in again without being asked.
func TestPairing(t *testing.T) {
	p := newPractice(t, nil)
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	tab := b.Open(unlisted)
	want(t, "without onCode", chromium.Eval[string](tab, p.connected("")), "NOT_PAIRED")

	want(t, "paired", chromium.Eval[string](tab, p.connected("onCode(c) { window.shown = c.code; }")), "open")
	select {
	case asked := <-p.asked:
		shown := chromium.Eval[string](tab, "return window.shown")
		if asked.Code != shown || asked.Origin != unlisted || asked.Name != "EHR de test" {
			t.Errorf("the user saw %+v, the page showed %q", asked, shown)
		}
	default:
		t.Fatal("nobody was asked")
	}

	tab.Go(unlisted + "/?again")
	want(t, "again", chromium.Eval[string](tab, p.connected("")), "open")
	want(t, "who", chromium.Eval[string](tab, `return (await agrafe.call("origins.me")).origin`), unlisted)
	if len(p.asked) != 0 {
		t.Error("the user was asked again")
	}

	// Revoked: the connection ends, and the page has to be paired again.
	client, err := local.DialSocket(t.Context(), p.cfg.ControlSocket(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if err := client.Call(t.Context(), "origins.revoke", map[string]any{"origin": unlisted}, nil); err != nil {
		t.Fatal(err)
	}
	tab.Go(unlisted + "/?revoked")
	want(t, "revoked", chromium.Eval[string](tab, p.connected("")), "NOT_PAIRED")
}

func TestPairingRefused(t *testing.T) {
	p := newPractice(t, nil)
	p.accepts = func(local.Consent) bool { return false }
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	want(t, "refused", chromium.Eval[string](b.Open(unlisted), p.connected("onCode() {}")), "PAIRING_USER")
}

// facture is the draft of a consultation with the cards that are in.
const facture = `
const cps = await agrafe.call("cards.readCPS", {});
const { situations: [cabinet] } = await agrafe.call("cards.openPinSession", {});
const droits = await agrafe.call("rights.fromCard", { personne: 0 });
const facture = {
  mode: "securise", dateSoins: new Date().toLocaleDateString("sv"), parcours: "T",
  professionnel: { numeroAM: cabinet.numeroAM, rpps: cps.holder.nationalId.slice(1), specialite: cabinet.specialite,
                   convention: cabinet.convention, optam: cabinet.optam, zone: "metro" },
  beneficiaire: droits.beneficiaire, amo: droits.amo, amc: droits.amc ?? null,
  nature: { code: "maladie" }, actes: [{ code: "G" }], doublonForce: "essai",
};`

// consultation bills one, and gives what was signed.
const consultation = facture + `
const draft = await agrafe.call("fse.create", { facture });
const fse = await agrafe.call("fse.sign", { id: draft.id });
const { lot } = await agrafe.call("lots.get", { id: fse.lot });
return { numero: fse.numero, etat: fse.etat, lot: lot.numero };`

type signed struct {
	Numero int    `json:"numero"`
	Etat   string `json:"etat"`
	Lot    string `json:"lot"`
}

// From card to lot in a web page; the daemon is stopped and started under it, and the
// page goes on without losing an event or doubling an FSE.
func TestFirstFSE(t *testing.T) {
	p := newPractice(t, nil)
	b := chromium.Start(t, chromium.Options{Sites: sites()})
	grant(b)
	tab := b.Open(listed)
	want(t, "connect", chromium.Eval[string](tab, p.connected("onState: (s) => { (window.states ??= []).push(s.status); }")), "open")
	if got := chromium.Eval[signed](tab, consultation); got != (signed{1, "en-lot", "001"}) {
		t.Errorf("signed %+v", got)
	}

	// A card that leaves and comes back, as the page sees it.
	chromium.Eval[bool](tab, `window.cards = []; agrafe.on("card", (e) => cards.push(e.card.reader + " " + e.card.state)); return true`)
	p.readers.Remove("B")
	await(t, tab, `cards.includes("b absent")`)
	if err := p.readers.Insert("B", p.cards[1]); err != nil {
		t.Fatal(err)
	}
	await(t, tab, `cards.at(-1) === "b vitale"`)

	p.stop()
	await(t, tab, `states.at(-1) !== "open"`)
	p.start()
	await(t, tab, `states.at(-1) === "open"`)
	if got := chromium.Eval[signed](tab, consultation); got != (signed{2, "en-lot", "001"}) {
		t.Errorf("signed after a restart %+v", got)
	}
}

// await waits until an expression is true in the page.
func await(t *testing.T, p *chromium.Page, expression string) {
	t.Helper()
	limit := time.Now().Add(40 * time.Second)
	for !chromium.Eval[bool](p, "return "+expression) {
		if time.Now().After(limit) {
			t.Fatalf("never: %s", expression)
		}
		time.Sleep(50 * time.Millisecond)
	}
}
