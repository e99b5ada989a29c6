//go:build pcscd

package integration

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/bridge/local"
	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/seal"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
)

// The campaigns have a short form for each run and a long one by flag.
var (
	yanks = flag.Int("yanks", 40, "times that a card is yanked or swapped while FSE are signed")
	kills = flag.Int("kills", 5, "times that pcscd, or agrafed, is killed while FSE are signed")
)

// draft is a consultation of the patient ADRTROIS, a public test identity.
const draft = `{"mode":"securise","dateSoins":"2025-08-08",
 "professionnel":{"numeroAM":"991000015","rpps":"99900000011","specialite":"01","convention":1,"optam":false,"zone":"metro","remplace":null},
 "beneficiaire":{"nir":"297022A02077878","nom":"ADRTROIS","nomFamille":"ADRTROIS","prenom":"DOMINIQUE","naissance":{"enCarte":"26021997","civile":"1997-02-26"},"rang":1,"qualite":"0"},
 "assure":null,"amo":{"regime":"01","caisse":"349","centre":"9881","ald":false,"aspa":false,"ame":false},
 "amc":null,"nature":{"code":"maladie"},"accidentTiers":null,"parcours":"T","doublonForce":"campagne de test","tiersPayant":{"amo":false,"amc":false},
 "actes":[{"code":"G","date":"2025-08-08","quantite":1,"coefficient":"1","honoraires":3000,"enRapportALD":false}]}`

// practice is that of the CPS, with invented addresses.
const practice = `{"cabinet":{"numeroAM":"991000015","rpps":"99900000011","nom":"ESSAI","prenom":"Claire","specialite":"01","convention":1,"optam":false,
 "zone":"metro","adresse":["1 rue de l’Exemple","75000 EXEMPLE"],"rattachement":{"nom":"CPAM d’exemple","adresse":["2 rue de l’Exemple","75000 EXEMPLE"]}}}`

// make1 makes and signs an FSE as a front end would.
func make1(ctx context.Context, c *local.Client) (lot.FSE, error) {
	var f lot.FSE
	if err := c.Call(ctx, "fse.create", map[string]any{"facture": json.RawMessage(draft)}, &f); err != nil {
		return f, err
	}
	err := c.Call(ctx, "fse.sign", map[string]string{"id": f.ID}, &f)
	return f, err
}

func TestFromCardsToLot(t *testing.T) {
	d := newDesk(t)
	d.answer()
	c := d.connect(nil)
	d.plug(0, cardtest.Open(t, "medecin-secteur1"))
	d.plug(1, cardtest.Open(t, "patient"))
	d.await(c, state.CardCPS)
	d.await(c, state.CardVitale)
	f, err := make1(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	var l state.Lot
	if err := c.Call(t.Context(), "lots.close", map[string]string{"id": f.Lot}, &l); err != nil {
		t.Fatal(err)
	}
	if f.State != fse.EnLot || f.Numero != 1 || l.FSE != 1 || l.Total != 3000 || l.AMO != 2100 || l.Certification != "S" {
		t.Errorf("FSE %+v in lot %+v", f, l)
	}
	checkSeal(t, c, f)
}

// checkSeal opens the seal of f and compares what it covers with f.
func checkSeal(t *testing.T, c *local.Client, f lot.FSE) {
	t.Helper()
	var sealed struct {
		Seal []byte `json:"sceau"`
	}
	if err := c.Call(t.Context(), "fse.seal", map[string]string{"id": f.ID}, &sealed); err != nil {
		t.Fatal(err)
	}
	opened, err := seal.Open(sealed.Seal)
	if err != nil {
		t.Fatalf("FSE %d: %v", f.Numero, err)
	}
	var content struct {
		Numero string `json:"numero"`
		Demo   bool   `json:"demonstration"`
	}
	if err := json.Unmarshal(opened.Content, &content); err != nil {
		t.Fatal(err)
	}
	if content.Numero != fmt.Sprintf("%09d", f.Numero) || !content.Demo {
		t.Errorf("the seal of FSE %d is about %+v", f.Numero, content)
	}
}

// signer signs one FSE after the other until stopped, and keeps what was
// acknowledged.
type signer struct {
	mu   sync.Mutex // protects done and odd
	done []lot.FSE
	odd  []error
}

// expected are the failures that cards which come and go may cause.
var expected = []state.Kind{state.NoCard, state.NoReader, state.CardRemoved, state.CardChanged, state.CardSilent,
	state.Busy, state.Timeout, state.PINRequired, state.Invalid, state.Unsupported}

func (s *signer) run(ctx context.Context, d *desk) {
	for ctx.Err() == nil {
		c, err := local.DialToken(ctx, d.addr, d.token(), nil)
		if err != nil {
			time.Sleep(10 * time.Millisecond) // agrafed is away
			continue
		}
		for ctx.Err() == nil {
			call, cancel := context.WithTimeout(ctx, patience)
			f, err := make1(call, c)
			cancel()
			if s.note(ctx, f, err) {
				break
			}
		}
		_ = c.Close()
	}
}

// startSigner has FSE signed until stop.
func startSigner(t *testing.T, d *desk) (s *signer, stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	s = new(signer)
	var ended sync.WaitGroup
	ended.Go(func() { s.run(ctx, d) })
	return s, func() { cancel(); ended.Wait() }
}

// note keeps the outcome of a call; it is true when the connection is lost.
func (s *signer) note(ctx context.Context, f lot.FSE, err error) (lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var e *state.Error
	switch {
	case err == nil:
		s.done = append(s.done, f)
	case errors.Is(err, local.ErrDown):
		return true
	case ctx.Err() != nil:
	case !errors.As(err, &e) || !slices.Contains(expected, e.Kind):
		s.odd = append(s.odd, err)
	}
	return false
}

// has waits until so many FSE were signed.
func (s *signer) has(d *desk, least int) {
	d.t.Helper()
	d.eventually("enough FSE were signed", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.done) >= least
	})
}

// check compares what was acknowledged with what the journal holds.
func (s *signer) check(t *testing.T, d *desk) {
	t.Helper()
	for _, err := range s.odd {
		t.Errorf("a call failed otherwise than expected: %v", err)
	}
	c := d.connect(nil)
	seen := make(map[int]string)
	for _, f := range s.done {
		if other, ok := seen[f.Numero]; ok {
			t.Errorf("FSE number %d was given to %s and to %s", f.Numero, other, f.ID)
		}
		seen[f.Numero] = f.ID
		var kept lot.FSE
		if err := c.Call(t.Context(), "fse.get", map[string]string{"id": f.ID}, &kept); err != nil {
			t.Fatalf("acknowledged FSE %d: %v", f.Numero, err)
		}
		if kept.State != fse.EnLot || kept.Numero != f.Numero || kept.Lot != f.Lot {
			t.Errorf("acknowledged FSE %d: kept as %s, number %d", f.Numero, kept.State, kept.Numero)
		}
		checkSeal(t, c, f)
	}
	checkLots(t, c)
	t.Logf("%d FSE acknowledged and kept", len(s.done))
}

// checkLots makes sure that no FSE is in two lots, and that counts agree.
func checkLots(t *testing.T, c *local.Client) {
	t.Helper()
	var all struct{ Lots []state.Lot }
	if err := c.Call(t.Context(), "lots.list", nil, &all); err != nil {
		t.Fatal(err)
	}
	in := make(map[string]string)
	for _, l := range all.Lots {
		var one struct {
			FSE []state.FSE `json:"fse"`
		}
		if err := c.Call(t.Context(), "lots.get", map[string]string{"id": l.ID}, &one); err != nil {
			t.Fatal(err)
		}
		if len(one.FSE) != l.FSE || int64(len(one.FSE))*3000 != l.Total {
			t.Errorf("lot %s says %d FSE for %d cents, and has %d", l.Numero, l.FSE, l.Total, len(one.FSE))
		}
		for _, f := range one.FSE {
			if other, ok := in[f.ID]; ok {
				t.Errorf("FSE %s is in lots %s and %s", f.Numero, other, l.ID)
			}
			in[f.ID] = l.ID
		}
	}
}

// Cards are yanked and swapped in a loop while FSE are signed: whatever is
// acknowledged is right, and kept once.
func TestYanksAndSwaps(t *testing.T) {
	d := newDesk(t)
	d.answer()
	s, stop := startSigner(t, d)
	cards := [2][]string{{"medecin-secteur1", "medecin-secteur1", "medecin-bis"}, {"patient", "patient", "patient-ald"}}
	var yank [2]func()
	for slot := range yank {
		yank[slot] = d.plug(slot, cardtest.Open(t, cards[slot][0]))
	}
	for range *yanks {
		time.Sleep(time.Duration(rand.IntN(700)) * time.Millisecond)
		slot := rand.IntN(2)
		yank[slot]()
		yank[slot] = d.plug(slot, cardtest.Open(t, cards[slot][rand.IntN(3)]))
	}
	for slot := range yank {
		yank[slot]()
		d.plug(slot, cardtest.Open(t, cards[slot][0]))
	}
	c := d.connect(nil)
	d.eventually("an FSE is signed after it all", func() bool {
		_, err := make1(t.Context(), c)
		return err == nil
	})
	s.has(d, *yanks/4)
	stop()
	s.check(t, d)
}

func TestPCSCDKilled(t *testing.T) {
	d := newDesk(t)
	d.answer()
	d.plug(0, cardtest.Open(t, "medecin-secteur1"))
	d.plug(1, cardtest.Open(t, "patient"))
	s, stop := startSigner(t, d)
	c := d.connect(nil)
	for range *kills {
		d.await(c, state.CardCPS)
		d.await(c, state.CardVitale)
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond)
		d.rig.Kill()
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond)
		if err := d.rig.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	d.await(c, state.CardCPS)
	d.await(c, state.CardVitale)
	s.has(d, *kills)
	stop()
	s.check(t, d)
}

func TestAgrafedKilled(t *testing.T) {
	d := newDesk(t)
	d.answer()
	d.plug(0, cardtest.Open(t, "medecin-secteur1"))
	d.plug(1, cardtest.Open(t, "patient"))
	s, stop := startSigner(t, d)
	for range *kills {
		c := d.connect(nil)
		d.await(c, state.CardCPS)
		d.await(c, state.CardVitale)
		time.Sleep(100*time.Millisecond + time.Duration(rand.IntN(300))*time.Millisecond)
		d.kill(syscall.SIGKILL)
		d.start()
	}
	s.has(d, *kills)
	stop()
	s.check(t, d)
}

// The command line against a running service, and its exit codes.
func TestCommandLine(t *testing.T) {
	d := newDesk(t)
	c := d.connect(nil)
	agrafe := func(wantCode int, args ...string) string {
		t.Helper()
		cmd := exec.Command(filepath.Join(binaries, "agrafe"), append([]string{"--config", d.config()}, args...)...)
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != wantCode {
			t.Errorf("agrafe %v: exit code %d, want %d (%v)\n%s", args, got, wantCode, err, out)
		}
		return string(out)
	}
	contains := func(text string, wanted ...string) {
		t.Helper()
		for _, w := range wanted {
			if !strings.Contains(text, w) {
				t.Errorf("%q is not in:\n%s", w, text)
			}
		}
	}
	contains(agrafe(3, "card", "read"), "CPS")
	d.plug(0, cardtest.Open(t, "medecin-secteur1"))
	d.plug(1, cardtest.Open(t, "patient"))
	d.await(c, state.CardCPS)
	d.await(c, state.CardVitale)
	contains(agrafe(0, "readers"), "cps3", "vitale2", "virtual-pcd-00-00")
	contains(agrafe(0, "card", "read"), "CLAIRE ESSAI", "ADRTROIS", "2 97 **")
	contains(agrafe(0, "status"), "(demonstration)", "card service  up")
	if text := agrafe(0, "card", "read", "--json"); !json.Valid([]byte(text)) {
		t.Errorf("not JSON:\n%s", text)
	}
	agrafe(2, "no-such-verb")
	d.kill(syscall.SIGTERM)
	contains(agrafe(3, "status"), "cannot reach agrafed")
}
