//go:build pcscd

package pcsc_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
	"github.com/agrafe-fse/agrafe/reader/cps"
	"github.com/agrafe-fse/agrafe/reader/pcsc"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/agrafe-fse/agrafe/reader/virtual/cardtest"
	"github.com/agrafe-fse/agrafe/reader/virtual/rig"
	"github.com/agrafe-fse/agrafe/reader/vitale"
)

// kills is how often pcscd is killed: a short form for each run, the long one on
// demand (-kills=100).
var kills = flag.Int("kills", 10, "times that pcscd is killed")

// patience bounds every wait of these tests.
const patience = 10 * time.Second

func TestMain(m *testing.M) { rig.Main(m) }

// bench is a pcscd with two slots and a Monitor on it.
type bench struct {
	t    *testing.T
	rig  *rig.Rig
	pcsc *pcsc.Transport
	news chan reader.Snapshot
}

func start(t *testing.T) *bench {
	t.Helper()
	r, err := rig.Start(t.Context(), rig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	b := &bench{t: t, rig: r, pcsc: pcsc.New(), news: make(chan reader.Snapshot, 1000)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	m := reader.NewMonitor(b.pcsc, func(s reader.Snapshot) { b.news <- s })
	go func() { defer close(done); m.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-done:
		case <-time.After(patience):
			t.Error("the Monitor did not stop")
		}
	})
	return b
}

// await waits for a snapshot that ok accepts and returns it.
func (b *bench) await(what string, ok func(reader.Snapshot) bool) reader.Snapshot {
	b.t.Helper()
	deadline := time.After(patience)
	for {
		select {
		case s := <-b.news:
			if ok(s) {
				return s
			}
		case <-deadline:
			b.t.Fatalf("no snapshot with %s", what)
		}
	}
}

// plug serves c in slot i until the returned function yanks it.
func (b *bench) plug(i int, c virtual.Card) (yank func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); _ = virtual.Serve(ctx, b.rig.Addr(i), c) }()
	yank = func() { cancel(); <-done }
	b.t.Cleanup(yank)
	return yank
}

func (b *bench) slot(s reader.Snapshot, i int) reader.Slot {
	at := slices.IndexFunc(s.Slots, func(slot reader.Slot) bool { return slot.Reader == b.rig.Reader(i) })
	if at < 0 {
		return reader.Slot{}
	}
	return s.Slots[at]
}

// present accepts a snapshot with a card of family f in slot i.
func (b *bench) present(i int, f reader.Family) func(reader.Snapshot) bool {
	return func(s reader.Snapshot) bool {
		slot := b.slot(s, i)
		return slot.Presence == reader.Present && reader.Identify(slot.ATR) == f
	}
}

func (b *bench) empty(i int) func(reader.Snapshot) bool {
	return func(s reader.Snapshot) bool {
		return len(s.Slots) > 0 && b.slot(s, i).Presence == reader.Empty
	}
}

func (b *bench) owner(i int) *reader.Owner {
	o := reader.NewOwner(b.pcsc, b.rig.Reader(i))
	b.t.Cleanup(o.Close)
	return o
}

func do(o *reader.Owner, run func(*reader.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := o.Do(ctx, reader.Job{Op: "test", Run: run})
	return err
}

func readVitale(tx *reader.Tx) error {
	_, err := vitale.Read(tx, reader.Identify(tx.ATR()))
	return err
}

func TestCardsComeAndGo(t *testing.T) {
	b := start(t)
	b.await("both readers", func(s reader.Snapshot) bool { return len(s.Slots) == 2 })
	for range 3 {
		yank := b.plug(1, cardtest.Open(t, "patient"))
		in := b.await("the Vitale", b.present(1, reader.FamilyVitale2))
		yank()
		out := b.await("the empty slot", b.empty(1))
		if b.slot(in, 1).Events == b.slot(out, 1).Events {
			t.Error("the event counter did not move")
		}
	}
	b.plug(0, cardtest.Open(t, "medecin-secteur1"))
	b.await("the CPS", b.present(0, reader.FamilyCPS3))
}

func TestReadAndSign(t *testing.T) {
	b := start(t)
	b.plug(0, cardtest.Open(t, "medecin-secteur1"))
	b.plug(1, cardtest.Open(t, "patient"))
	b.await("the CPS", b.present(0, reader.FamilyCPS3))
	if err := do(b.owner(1), readVitale); err != nil {
		t.Errorf("Vitale: %v", err)
	}
	err := do(b.owner(0), func(tx *reader.Tx) error {
		tx.ResetAtEnd()
		c, err := cps.Open(tx, reader.FamilyCPS3)
		if err != nil {
			return err
		}
		var code cps.Command
		code.SetCode([]byte(cardtest.Code))
		if _, err := c.Verify(&code, new(cps.Refusals), false); err != nil {
			return err
		}
		_, err = c.Signer().Sign([]byte("une facture"))
		return err
	})
	if err != nil {
		t.Errorf("CPS: %v", err)
	}
	// The code was not left open for other programs.
	err = do(b.owner(0), func(tx *reader.Tx) error {
		c, err := cps.Open(tx, reader.FamilyCPS3)
		if err != nil {
			return err
		}
		pin, err := c.PIN()
		if pin.Verified {
			t.Error("the code is still verified after the job")
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestYankInATransaction(t *testing.T) {
	b := start(t)
	yank := b.plug(0, cardtest.Open(t, "patient"))
	b.await("the Vitale", b.present(0, reader.FamilyVitale2))
	o := b.owner(0)
	err := do(o, func(tx *reader.Tx) error {
		yank()
		return readVitale(tx)
	})
	if reader.KindOf(err) != reader.CardRemoved {
		t.Errorf("yank: %v, want CardRemoved", err)
	}
	b.await("the empty slot", b.empty(0))
	if err := do(o, readVitale); reader.KindOf(err) != reader.NoCard {
		t.Errorf("empty reader: %v, want NoCard", err)
	}
	b.plug(0, cardtest.Open(t, "patient"))
	b.await("the Vitale again", b.present(0, reader.FamilyVitale2))
	if err := do(o, readVitale); err != nil {
		t.Errorf("card back: %v", err)
	}
}

func TestForeignReset(t *testing.T) {
	b := start(t)
	b.plug(0, cardtest.Open(t, "patient"))
	b.await("the Vitale", b.present(0, reader.FamilyVitale2))
	// Another program resets the card between our connection and our transaction.
	other, err := pcsc.New().Connect(b.rig.Reader(0))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	mine, err := b.pcsc.Connect(b.rig.Reader(0))
	if err != nil {
		t.Fatal(err)
	}
	defer mine.Close()
	if err := other.Begin(); err != nil {
		t.Fatal(err)
	}
	if err := other.End(true); err != nil {
		t.Fatal(err)
	}
	if err := mine.Begin(); reader.KindOf(err) != reader.CardReset {
		t.Errorf("Begin after a foreign reset: %v, want CardReset", err)
	}
	if err := mine.Reconnect(); err != nil {
		t.Fatal(err)
	}
	if err := mine.Begin(); err != nil {
		t.Errorf("Begin after Reconnect: %v", err)
	}
	if err := mine.End(false); err != nil {
		t.Error(err)
	}
	if err := do(b.owner(0), readVitale); err != nil {
		t.Errorf("job after a foreign reset: %v", err)
	}
}

// A transaction of another program delays a job and does not break it.
func TestForeignTransaction(t *testing.T) {
	b := start(t)
	b.plug(0, cardtest.Open(t, "patient"))
	b.await("the Vitale", b.present(0, reader.FamilyVitale2))
	other, err := pcsc.New().Connect(b.rig.Reader(0))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if err := other.Begin(); err != nil {
		t.Fatal(err)
	}
	o := b.owner(0)
	result := make(chan error, 1)
	go func() { result <- do(o, readVitale) }()
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, err := o.Do(ctx, reader.Job{Op: "test", Run: readVitale}); reader.KindOf(err) != reader.Busy && reader.KindOf(err) != reader.Canceled {
		t.Errorf("second job meanwhile: %v", err)
	}
	if err := other.End(false); err != nil {
		t.Fatal(err)
	}
	if err := <-result; err != nil {
		t.Errorf("job after the transaction: %v", err)
	}
}

func TestMuteAndUnknownCards(t *testing.T) {
	b := start(t)
	b.plug(0, cardtest.Open(t, "carte-inconnue"))
	b.await("an unknown card", b.present(0, reader.FamilyUnknown))
	if err := do(b.owner(0), readVitale); reader.KindOf(err) != reader.Unsupported {
		t.Errorf("unknown card: %v, want Unsupported", err)
	}
}

func TestServiceKilled(t *testing.T) {
	b := start(t)
	b.await("both readers", func(s reader.Snapshot) bool { return len(s.Slots) == 2 })
	o := b.owner(0)
	for i := range *kills {
		yank := b.plug(0, cardtest.Open(t, "patient"))
		b.await("the Vitale", b.present(0, reader.FamilyVitale2))
		if err := do(o, readVitale); err != nil {
			t.Fatalf("before kill %d: %v", i, err)
		}
		if i%2 == 0 {
			b.rig.Kill()
		} else if err := b.rig.Shutdown(); err != nil {
			t.Fatal(err)
		}
		yank()
		b.await("the service down", func(s reader.Snapshot) bool { return !s.Up() })
		if err := do(o, readVitale); reader.KindOf(err) != reader.ServiceDown {
			t.Fatalf("while the service is down: %v, want ServiceDown", err)
		}
		if err := b.rig.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		restarted := time.Now()
		b.await("the service back", func(s reader.Snapshot) bool { return s.Up() && len(s.Slots) == 2 })
		if took := time.Since(restarted); took > 5*time.Second {
			t.Errorf("kill %d: seen again after %v", i, took)
		}
	}
}

func TestStartsBeforeTheService(t *testing.T) {
	m := make(chan reader.Snapshot, 100)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	transport := pcsc.New()
	go func() {
		defer close(done)
		reader.NewMonitor(transport, func(s reader.Snapshot) { m <- s }).Run(ctx)
	}()
	defer func() { cancel(); <-done }()
	select {
	case s := <-m:
		if s.Up() || reader.KindOf(s.Err) != reader.ServiceDown {
			t.Errorf("without pcscd: %+v", s)
		}
	case <-time.After(patience):
		t.Fatal("nothing was published")
	}
	r, err := rig.Start(t.Context(), rig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Stop()
	for deadline := time.After(patience); ; {
		select {
		case s := <-m:
			if s.Up() && len(s.Slots) == 2 {
				return
			}
		case <-deadline:
			t.Fatal("the service was not noticed")
		}
	}
}

// The Monitor sleeps while nothing happens: reports that do not concern a slot,
// or a report that is given back as it came, would keep it busy.
func TestMonitorIsIdle(t *testing.T) {
	b := start(t)
	b.plug(0, cardtest.Open(t, "patient"))
	b.await("the Vitale", b.present(0, reader.FamilyVitale2))
	for range 5 { // connections change the state's flags, not the slot
		if err := do(b.owner(0), readVitale); err != nil {
			t.Fatal(err)
		}
	}
	before := ticks(t)
	time.Sleep(2 * time.Second)
	if used := ticks(t) - before; used > 20 {
		t.Errorf("%d clock ticks of CPU in two idle seconds", used)
	}
	if n := len(b.news); n > 0 {
		t.Errorf("%d snapshots without news", n)
	}
}

// ticks is the CPU time of this process in clock ticks of 10 ms.
func ticks(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/stat")
	if err != nil {
		t.Fatal(err)
	}
	var skip string
	var user, system int
	fields := string(text[slices.Index(text, ')')+2:])
	if _, err := fmt.Sscanf(fields, "%s %s %s %s %s %s %s %s %s %s %s %d %d",
		&skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &skip, &user, &system); err != nil {
		t.Fatal(err)
	}
	return user + system
}
