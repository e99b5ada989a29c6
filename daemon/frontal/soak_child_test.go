package frontal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"github.com/agrafe-fse/agrafe/daemon"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/vitale"
	"github.com/agrafe-fse/agrafe/testdata"
)

// asDay is the variable by which this program, started by itself, is the daemon of a
// practice for a day and nothing else: a process that can be killed. Its value is the
// file of the order.
const asDay = "AGRAFE_SOAK_DAY"

// order is what such a day is given.
type order struct {
	Config daemon.Config
	Cards  string // folder of the keys of the cards
	Now    time.Time
	Seed   [2]uint64
	Closed bool            // nothing new is begun: all that is there is brought to its end
	Taken  map[string]bool // FSE that the payer has, as billName writes them: what one is told by telephone
}

// fact is what the day tells, a line of JSON, once it is acknowledged and before anything
// else is done.
type fact struct {
	Did    string `json:"did"`
	FSE    string `json:"fse,omitempty"` // FSE.ID
	Lot    string `json:"lot,omitempty"` // Lot.ID
	By     string `json:"par,omitempty"` // AM number
	Number int    `json:"numero,omitempty"`
	Seal   string `json:"sceau,omitempty"` // SHA-256, hex
	Count  int    `json:"nombre,omitempty"`
	Text   string `json:"texte,omitempty"`
}

// billName names an invoice for everybody.
func billName(professional string, number int) string {
	return fmt.Sprintf("%s %09d", professional, number)
}

// The package has its TestMain, of other tests; a day begins before it.
func init() {
	if path := os.Getenv(asDay); path != "" {
		if err := beDay(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
}

func beDay(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var o order
	if err := json.Unmarshal(data, &o); err != nil {
		return err
	}
	keys, err := virtual.OpenKeyring(o.Cards)
	if err != nil {
		return err
	}
	began := time.Now()
	c := &clerk{order: o, keys: keys, readers: virtual.NewReaders(slots...), out: json.NewEncoder(os.Stdout)}
	c.rng = rand.New(rand.NewPCG(o.Seed[0], o.Seed[1]))
	c.now = func() time.Time { return o.Now.Add(time.Since(began)) }
	c.d, err = daemon.New(o.Config, daemon.Deps{Transport: c.readers, Rights: vitale.Simulated{}, Prompter: typist{}, Log: slog.New(slog.DiscardHandler), Now: c.now})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.d.Run(ctx) }()
	err = c.work(ctx)
	cancel()
	if err := errors.Join(err, <-ended); err != nil {
		return err
	}
	return c.out.Encode(fact{Did: "fin"})
}

// typist types the code of all cards of the demonstration at once.
type typist struct{}

func (typist) AskPIN(context.Context, daemon.PINRequest) (daemon.PINAnswer, error) {
	return daemon.PINAnswer{Code: []byte("1234")}, nil
}

// slots are the readers: of the CPS, and of the Vitale.
var slots = []string{"CPS", "Vitale"}

// The user, and what the user sees.
const user = "https://ehr.example"

var console = daemon.Viewer{Principal: user, Owner: user, FSE: true, Lots: true, Local: true, Practice: true}

// clerk is the user of a day.
type clerk struct {
	order
	d       *daemon.Daemon
	keys    *virtual.Keyring
	readers *virtual.Readers
	rng     *rand.Rand
	now     func() time.Time
	out     *json.Encoder
	in      [2]string // card files in the slots
}

// tell writes a fact; the test that reads it may kill this process then.
func (c *clerk) tell(f fact) {
	if err := c.out.Encode(f); err != nil {
		os.Exit(1) // the test is gone
	}
}

// chance is true once in n times.
func (c *clerk) chance(n int) bool { return c.rng.IntN(n) == 0 }

// refused tells of a call that was refused, by its code. What is expected of a day is a
// matter of the test.
func (c *clerk) refused(what string, err error) {
	if err == nil {
		return
	}
	e := daemon.Failure(err)
	text := what + " " + e.Code
	for _, i := range e.Issues {
		if i.Blocking {
			text += " " + i.Code
		}
	}
	if e.Kind == state.Internal {
		text += " : " + err.Error()
	}
	c.tell(fact{Did: "refus", Text: text})
}

// put has the card of a file in a slot, "" for none, and waits until it was read.
func (c *clerk) put(slot int, name string) error {
	if c.in[slot] == name {
		return nil
	}
	if c.in[slot] != "" {
		if err := c.readers.Remove(slots[slot]); err != nil {
			return err
		}
		if err := c.await(func(s state.Snapshot) bool {
			one := cardIn(s, slots[slot])
			return one != nil && one.State == state.CardAbsent
		}); err != nil {
			return err
		}
	}
	c.in[slot] = name
	if name == "" {
		return nil
	}
	spec, err := virtual.Load(testdata.Cards(), name)
	if err != nil {
		return err
	}
	card, err := virtual.Open(*spec, c.keys)
	if err != nil {
		return err
	}
	if err := c.readers.Insert(slots[slot], card); err != nil {
		return err
	}
	return c.await(func(s state.Snapshot) bool {
		one := cardIn(s, slots[slot])
		return one != nil && one.State != state.CardAbsent && one.Read
	})
}

// await waits until the state is as it should be.
func (c *clerk) await(is func(state.Snapshot) bool) error {
	limit := time.After(30 * time.Second)
	s, events := c.d.HelloTo(console)
	defer func() { events.Close() }()
	for !is(s) {
		select {
		case _, open := <-events.Events():
			if !open { // too slow: start again
				s, events = c.d.HelloTo(console)
				continue
			}
			s = c.d.SnapshotTo(console)
		case <-limit:
			return errors.New("a card is not read in 30 s")
		}
	}
	return nil
}

// cardIn finds the card of the reader with this name.
func cardIn(s state.Snapshot, name string) *state.Card {
	for _, r := range s.Readers {
		for i := range s.Cards {
			if r.Name == name && s.Cards[i].Reader == r.ID {
				return &s.Cards[i]
			}
		}
	}
	return nil
}

// settle sets the practices up at the first start.
func (c *clerk) settle(ctx context.Context) error {
	known, err := c.d.Cabinets()
	if err != nil {
		return err
	}
	for _, doctor := range doctors[min(len(known), len(doctors)):] {
		if _, err := c.d.SetCabinet(ctx, user, doctor.practice(), lot.Call{}); err != nil {
			return err
		}
	}
	return nil
}
