package release

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"os"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/durable"
)

// When questions are asked.
const (
	afterStart = 10 * time.Minute // at the earliest
	between    = 24 * time.Hour   // at the least
	jitter     = time.Hour        // later than that, at random: workstations start together
)

// Status is what is known of newer versions.
type Status struct {
	Version   string    // newer than the one that runs; "" for none
	Published time.Time // of that
	Notes     string    // where to read about it
	Asked     time.Time // when a manifest was last believed; zero: never
	Err       error     // why the last question taught nothing
}

// memory is what stays from one run to the next, in a file.
type memory struct {
	Asked     time.Time `json:"asked"`    // last question, answered or not
	Believed  time.Time `json:"believed"` // last manifest
	Version   string    `json:"version,omitempty"`
	Published time.Time `json:"published,omitzero"` // floor of what is believed next
	Notes     string    `json:"notes,omitempty"`
}

// Keeper asks once a day.
type Keeper struct {
	running string // version
	file    string
	check   func(ctx context.Context, now, floor time.Time) (Manifest, error)
	tell    func(Status)
	log     *slog.Logger
	now     func() time.Time
	random  func(time.Duration) time.Duration
}

// NewKeeper returns a Keeper for the version that runs. What it has learned is kept in
// file, and given to tell when it changes.
func NewKeeper(s Source, running, file string, log *slog.Logger, tell func(Status)) *Keeper {
	return &Keeper{running: running, file: file, check: s.Check, tell: tell, log: log, now: time.Now, random: rand.N[time.Duration]}
}

// Run tells what was known at the last stop, and asks until ctx ends.
func (k *Keeper) Run(ctx context.Context) {
	m := k.load()
	k.tell(k.status(m, nil))
	for wait := k.first(m); ; wait = between + k.random(jitter) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		m = k.ask(ctx, m)
	}
}

// first is how long the first question waits: the day since the last one has to be
// over, unless the clock was set back since.
func (k *Keeper) first(m memory) time.Duration {
	wait := afterStart
	if left := m.Asked.Add(between).Sub(k.now()); left <= between {
		wait = max(wait, left)
	}
	return wait + k.random(jitter)
}

// ask asks once. That is noted before: a program that dies of the answer and is
// started again may not ask all day.
func (k *Keeper) ask(ctx context.Context, m memory) memory {
	m.Asked = k.now().UTC()
	k.save(m)
	found, err := k.check(ctx, m.Asked, m.Published)
	if ctx.Err() != nil {
		return m
	}
	if err != nil {
		k.log.Info("update: nothing learned", "error", err)
	} else {
		m.Believed, m.Version, m.Published, m.Notes = m.Asked, found.Version, found.Published, found.Notes
		k.save(m)
	}
	k.tell(k.status(m, err))
	return m
}

func (k *Keeper) status(m memory, err error) Status {
	s := Status{Asked: m.Believed, Err: err}
	if Newer(m.Version, k.running) {
		s.Version, s.Published, s.Notes = m.Version, m.Published, m.Notes
	}
	return s
}

// load reads what was known. A file that can't be read is as none: it costs the
// memory of what was seen, and is told.
func (k *Keeper) load() (m memory) {
	text, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) {
		return memory{}
	}
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		k.log.Warn("update: what was seen of versions is lost", "error", err)
		return memory{}
	}
	return m
}

func (k *Keeper) save(m memory) {
	text, err := json.Marshal(m)
	if err == nil {
		err = durable.WriteFile(k.file, text)
	}
	if err != nil {
		k.log.Warn("update: what was seen of versions is not kept", "error", err)
	}
}
