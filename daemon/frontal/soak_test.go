package frontal_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/frontal"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/testdata"
)

var (
	soakDays = flag.Int("days", 5, "days of the soak test; 500 make the long form")
	soakSeed = flag.Uint64("seed", 20260105, "seed of the soak test")
)

// soakScript is how the payer answers: in every way that a script knows.
const soakScript = "réponse: rejet 6 % ; partiel 6 % ; arl négatif 5 % ; arl partiel 6 % ; silence 5 % ; doublon 20 % ; tronqué 15 % ; retard 3 j ; arl retard 1 j ; désordre ; graine %d"

// firstDay is a Monday.
var firstDay = time.Date(2026, time.January, 5, 8, 0, 0, 0, time.UTC)

// maxEnd bounds the days that it takes until everything is answered.
const maxEnd = 30

// soak is a practice and its payer, and what the practice was told.
type soak struct {
	t     *testing.T
	rng   *rand.Rand
	dir   string
	cfg   daemon.Config
	payer *frontal.Frontal
	opts  frontal.Options
	stop  func()
	at    atomic.Int64 // the payer's clock, Unix
	smtp  *brittle
	pop3  *brittle

	facts []fact
	sums  map[string]int
	codes map[string]int // of what was refused

	victim struct {
		sync.Mutex
		run  *exec.Cmd
		dots int // mails after which it is killed, 0 for never
	}
}

// Days of a practice, with a payer that answers in every way, a network that breaks at
// any byte and a service that is killed at any moment: at the end the books of both say
// the same, to the cent.
func TestSoak(t *testing.T) {
	t.Logf("seed %d, %d days", *soakSeed, *soakDays)
	s := newSoak(t)
	began := time.Now()
	for n := range *soakDays {
		s.day(n, false)
		if n%100 == 99 {
			t.Logf("%d days, %d FSE signed, killed %d times, %v", n+1, s.sums["signee"], s.sums["morts"], time.Since(began).Round(time.Second))
		}
	}
	s.smtp.healed.Store(true)
	s.pop3.healed.Store(true)
	for n := *soakDays; !s.day(n, true); n++ {
		if n > *soakDays+maxEnd {
			t.Fatalf("after %d days without trouble something still waits", maxEnd)
		}
	}
	s.check()
	t.Logf("%s", s.figures(time.Since(began)))
}

func newSoak(t *testing.T) *soak {
	t.Helper()
	dir, err := os.MkdirTemp("", "agrafe-soak-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &soak{t: t, rng: rand.New(rand.NewPCG(*soakSeed, 0)), dir: dir, cfg: daemon.DefaultConfig(), sums: map[string]int{}, codes: map[string]int{}}
	s.at.Store(firstDay.Unix())
	s.cfg.State = filepath.Join(dir, "etat")
	s.cfg.Journal.Backup = filepath.Join(dir, "sauvegarde")
	s.cfg.PIN.Policy = daemon.PINEach
	s.makeCards()
	script, err := frontal.ParseScript(fmt.Sprintf(strings.ReplaceAll(soakScript, " % ", " %% "), *soakSeed%1_000_000))
	if err != nil {
		t.Fatal(err)
	}
	s.opts = frontal.Options{Dir: filepath.Join(dir, "payeur"), Script: script, Cards: s.cards(), Now: s.now,
		Listen: frontal.Addresses{SMTP: "127.0.0.1:0", POP3: "127.0.0.1:0"}}
	s.startPayer()
	t.Cleanup(func() { s.stop() })
	s.network()
	return s
}

func (s *soak) now() time.Time { return time.Unix(s.at.Load(), 0).UTC() }

func (s *soak) cards() string { return filepath.Join(s.dir, "cartes") }

// makeCards makes the keys of the cards, once: it takes long.
func (s *soak) makeCards() {
	s.t.Helper()
	keys, err := virtual.OpenKeyring(s.cards())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, d := range doctors {
		spec, err := virtual.Load(testdata.Cards(), d.card)
		if err == nil {
			_, err = virtual.Open(*spec, keys)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// startPayer opens the folder of the payer and serves.
func (s *soak) startPayer() {
	s.t.Helper()
	f, err := frontal.New(s.opts)
	if err != nil {
		s.t.Fatal(err)
	}
	s.payer = f
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-ended, f.Close()); err != nil {
			s.t.Errorf("the payer: %v", err)
		}
	})
}

// network puts brittle servers between the practice and the payer.
func (s *soak) network() {
	s.t.Helper()
	cert, err := tls.LoadX509KeyPair(filepath.Join(s.opts.Dir, "serveur.pem"), filepath.Join(s.opts.Dir, "serveur.key"))
	if err != nil {
		s.t.Fatal(err)
	}
	s.smtp = newBrittle(s.t, cert, func() string { return s.payer.Addresses().SMTP }, *soakSeed, s.taken, refuses, cutsAtByte, cutsAtByte, stallsAtByte, cutsBeforeDot, cutsAfterDot, cutsAfterDot)
	s.pop3 = newBrittle(s.t, cert, func() string { return s.payer.Addresses().POP3 }, *soakSeed+1, func() {}, refuses, cutsAtByte, cutsAtByte, stallsAtByte, cutsAfterQuit)
	text, err := s.payer.Config(frontal.DefaultMailbox)
	if err == nil {
		err = toml.Unmarshal([]byte(text), &s.cfg)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.cfg.Mail.SMTP, s.cfg.Mail.POP3 = s.smtp.Addr().String(), s.pop3.Addr().String()
	s.cfg.Mail.FetchMinutes = 0
}

// taken kills the day where that was decided: the payer has just taken a mail.
func (s *soak) taken() {
	s.victim.Lock()
	defer s.victim.Unlock()
	if s.victim.dots--; s.victim.dots == 0 && s.victim.run != nil {
		_ = s.victim.run.Process.Kill()
	}
}

// day is one day; a practice whose service was killed may start it again. When closing it
// tells whether all is over.
func (s *soak) day(n int, closing bool) (over bool) {
	s.t.Helper()
	s.at.Store(firstDay.AddDate(0, 0, n).Unix())
	if !closing && s.rng.IntN(10) == 0 {
		s.stop()
		s.startPayer()
		s.sums["redémarrages du payeur"]++
	}
	if err := s.payer.Tick(s.now()); err != nil {
		s.t.Fatal(err)
	}
	s.sums["jours"]++
	for try := range 3 {
		o := order{Config: s.cfg, Cards: s.cards(), Now: s.now().Add(time.Duration(3*try) * time.Hour), Seed: [2]uint64{*soakSeed, uint64(100*n + try)},
			Closed: closing, Taken: map[string]bool{}}
		o.vary(s)
		for _, e := range s.payer.Ledger() {
			o.Taken[billName(e.Professional, e.Number)] = true
		}
		killed, left := s.run(o, closing)
		if closing {
			return left == 0 && s.quiet()
		}
		if !killed || s.rng.IntN(3) == 0 {
			break
		}
	}
	return false
}

// vary gives some days other settings: lots that leave by themselves, no copy of what was
// sent, no network at all.
func (o *order) vary(s *soak) {
	if o.Closed {
		return
	}
	if s.rng.IntN(5) == 0 {
		o.Config.Mail.Send = daemon.SendByItself
	}
	o.Config.Mail.Copy = s.rng.IntN(4) > 0
	if s.rng.IntN(15) == 0 {
		o.Config.Mail.SMTP = "127.0.0.1:1"
	}
}

// run runs a day in a process of its own, kills it on some days, and keeps what it tells.
// left is what it says is not over.
func (s *soak) run(o order, closing bool) (killed bool, left int) {
	s.t.Helper()
	path := filepath.Join(s.dir, "ordre.json")
	data, err := json.Marshal(o)
	if err == nil {
		err = os.WriteFile(path, data, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	run := exec.CommandContext(s.t.Context(), os.Args[0])
	run.Env = append(os.Environ(), asDay+"="+path)
	var said strings.Builder
	run.Stderr = &said
	out, err := run.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	after := s.sentence(closing)
	if err := run.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.arm(run)
	if after.time > 0 {
		defer time.AfterFunc(after.time, func() { _ = run.Process.Kill() }).Stop()
	}
	ended := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var f fact
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			break // the line was cut by the kill: nobody was told
		}
		s.note(f)
		ended = ended || f.Did == "fin"
		if f.Did == "reste" {
			left = f.Count
		}
		if after.facts--; after.facts == 0 {
			_ = run.Process.Kill()
		}
	}
	err = run.Wait()
	s.arm(nil)
	if said.Len() > 0 || run.ProcessState.ExitCode() > 0 || !ended && err == nil { // -1: killed, be it after its last word
		s.t.Errorf("a day: %v: %s", err, said.String())
	}
	if !ended {
		s.sums["morts"]++
	}
	s.smtp.settle() // what was under way has ended, and the payer's book says how
	s.pop3.settle()
	return !ended, left
}

// sentence is when a day is killed: after so many facts, or so long; zero for never.
type sentence struct {
	facts int
	time  time.Duration
}

// sentence decides when the next day is killed, and arms the third way: after a mail.
func (s *soak) sentence(closing bool) (after sentence) {
	s.victim.Lock()
	defer s.victim.Unlock()
	s.victim.dots = 0
	if closing {
		return after
	}
	switch s.rng.IntN(9) {
	case 0, 1:
		after.facts = 1 + s.rng.IntN(20)
	case 2:
		after.time = time.Duration(1+s.rng.IntN(1500)) * time.Millisecond
	case 3, 4:
		s.victim.dots = 1 + s.rng.IntN(3)
	}
	return after
}

func (s *soak) arm(run *exec.Cmd) {
	s.victim.Lock()
	defer s.victim.Unlock()
	s.victim.run = run
}

// note keeps a fact.
func (s *soak) note(f fact) {
	switch f.Did {
	case "refus":
		s.codes[f.Text]++
		if !expected(f.Text) {
			s.t.Errorf("on %s, unexpected: %s", s.now().Format(time.DateOnly), f.Text)
		}
	case "releve", "etrangers":
		s.sums[f.Did] += f.Count
	case "fin", "reste":
	default:
		s.facts = append(s.facts, f)
		s.sums[f.Did]++
	}
}

// quiet tells whether the payer has answered everything, and all answers were fetched.
func (s *soak) quiet() bool {
	for _, e := range s.payer.Ledger() {
		if e.Pending {
			return false
		}
	}
	mails, err := filepath.Glob(filepath.Join(s.opts.Dir, "boites", frontal.DefaultMailbox, "*.eml"))
	return err == nil && len(mails) == 0
}
