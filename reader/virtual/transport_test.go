package virtual

import (
	"bytes"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/reader"
)

// world is a transport with one reader, and the hands that put cards in it. The
// tests of this file hold for readers in memory and, in the test of the real
// stack, for pcscd with the cards plugged into vpcd.
type world interface {
	transport() reader.Transport
	reader() string
	insert(t *testing.T, card Card)
	remove(t *testing.T)
	swap(t *testing.T, card Card)
}

// memory is the world in memory.
type memory struct{ readers *Readers }

func newMemory(*testing.T) world { return memory{NewReaders("A")} }

func (m memory) transport() reader.Transport    { return m.readers }
func (m memory) reader() string                 { return "A" }
func (m memory) insert(t *testing.T, card Card) { must(t, m.readers.Insert("A", card)) }
func (m memory) remove(t *testing.T)            { must(t, m.readers.Remove("A")) }
func (m memory) swap(t *testing.T, card Card)   { must(t, m.readers.Swap("A", card)) }

func TestReadersAsTransport(t *testing.T) { testTransport(t, newMemory) }

func testTransport(t *testing.T, newWorld func(*testing.T) world) {
	tests := []struct {
		name string
		test func(t *testing.T, w world)
	}{
		{"empty reader", testEmptyReader},
		{"same bytes", testSameBytes},
		{"events", testEvents},
		{"mute card", testMuteCard},
		{"wake", testWake},
		{"transactions exclude each other", testExclusion},
		{"reset by another", testReset},
		{"the code belongs to the card", testCodeBelongsToCard},
		{"yank in a transaction", testYank},
		{"yank while another waits", testYankWhileWaiting},
		{"swap unseen", testSwap},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.test(t, newWorld(t)) })
	}
}

const (
	codeStatus = "00200001"
	readSerial = "00B09C000C"
)

func connect(t *testing.T, w world) reader.Link {
	t.Helper()
	l, err := w.transport().Connect(w.reader())
	must(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

func transmit(t *testing.T, l reader.Link, command string) string {
	t.Helper()
	answer, err := l.Transmit(unhex(t, command))
	must(t, err)
	return fmt.Sprintf("%X", answer)
}

func wantKind(t *testing.T, err error, kinds ...reader.Kind) {
	t.Helper()
	for _, k := range kinds {
		if err != nil && reader.KindOf(err) == k {
			return
		}
	}
	t.Errorf("got %v, want %v", err, kinds)
}

// slotsOf returns what a transport shows now.
func slotsOf(t *testing.T, transport reader.Transport) []reader.Slot {
	t.Helper()
	w, err := transport.Watch()
	must(t, err)
	defer w.Close()
	slots, err := w.Wait(nil, time.Millisecond)
	must(t, err)
	return slots
}

// slotWith waits until the reader is in the wanted state.
func slotWith(t *testing.T, w world, presence reader.Presence) reader.Slot {
	t.Helper()
	watch, err := w.transport().Watch()
	must(t, err)
	defer watch.Close()
	var known []reader.Slot
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		slots, err := watch.Wait(known, time.Second)
		must(t, err)
		for _, s := range slots {
			if s.Reader == w.reader() && s.Presence == presence {
				return s
			}
		}
		known = slots
	}
	t.Fatalf("presence %d was not reached", presence)
	return reader.Slot{}
}

func testEmptyReader(t *testing.T, w world) {
	_, err := w.transport().Connect(w.reader())
	wantKind(t, err, reader.NoCard)
	_, err = w.transport().Connect("nulle part")
	wantKind(t, err, reader.NoReader)
}

func testSameBytes(t *testing.T, w world) {
	script := []string{
		readSerial, "00A40904043F00D003", "00C0000027", codeStatus, "00B09D0039", "00B0000101",
		"00CB3FFF0A4D087006BF810102A080", "00C0000018", "00A40904023F00", "00C0000020", "00B0B00000", "FFFFFFFF",
	}
	direct, plugged := open(t, "medecin-secteur1"), open(t, "medecin-secteur1")
	w.insert(t, plugged)
	l := connect(t, w)
	if !bytes.Equal(l.ATR(), direct.ATR()) {
		t.Errorf("answer to reset % X", l.ATR())
	}
	must(t, l.Begin())
	for _, command := range script {
		if got, want := transmit(t, l, command), fmt.Sprintf("%X", direct.Transmit(unhex(t, command))); got != want {
			t.Errorf("%s: got %s, want %s", command, got, want)
		}
	}
	must(t, l.End(false))
}

func testEvents(t *testing.T, w world) {
	empty := slotWith(t, w, reader.Empty)
	card := open(t, "patient")
	w.insert(t, card)
	full := slotWith(t, w, reader.Present)
	if full.Events == empty.Events || !bytes.Equal(full.ATR, card.ATR()) {
		t.Errorf("before %+v, after %+v", empty, full)
	}
	l := connect(t, w)
	w.remove(t)
	gone := slotWith(t, w, reader.Empty)
	if gone.Events == full.Events || gone.ATR != nil {
		t.Errorf("before %+v, after %+v", full, gone)
	}
	w.insert(t, card)
	if again := slotWith(t, w, reader.Present); again.Events == full.Events {
		t.Errorf("two insertions with %d events", again.Events)
	}
	_, err := l.Transmit(unhex(t, selectRoot))
	wantKind(t, err, reader.CardRemoved)
}

func testMuteCard(t *testing.T, w world) {
	w.insert(t, open(t, "carte-muette"))
	slotWith(t, w, reader.Mute)
	_, err := w.transport().Connect(w.reader())
	wantKind(t, err, reader.CardMute)
}

func testWake(t *testing.T, w world) {
	known := slotsOf(t, w.transport())
	watch, err := w.transport().Watch()
	must(t, err)
	defer watch.Close()
	ended := make(chan struct{})
	go func() { // again and again: a Wake that comes before the Wait is not remembered
		again := time.NewTicker(time.Millisecond)
		defer again.Stop()
		for {
			select {
			case <-ended:
				return
			case <-again.C:
				watch.Wake()
			}
		}
	}()
	slots, err := watch.Wait(known, time.Hour)
	close(ended)
	must(t, err)
	if len(slots) != len(known) {
		t.Errorf("slots %+v", slots)
	}
}

func testExclusion(t *testing.T, w world) {
	w.insert(t, open(t, "medecin-secteur1"))
	first, second := connect(t, w), connect(t, w)
	must(t, first.Begin())
	var ended atomic.Bool
	begun := make(chan error)
	go func() {
		err := second.Begin()
		if !ended.Load() {
			t.Error("two transactions at once")
		}
		begun <- err
	}()
	for range 100 {
		transmit(t, first, codeStatus)
	}
	ended.Store(true)
	must(t, first.End(false))
	must(t, <-begun)
	must(t, second.End(false))
}

func testReset(t *testing.T, w world) {
	w.insert(t, open(t, "medecin-secteur1"))
	first, second := connect(t, w), connect(t, w)
	transmit(t, first, verifyRight)
	must(t, second.Begin())
	must(t, second.End(true))
	for _, l := range []reader.Link{first, second} { // the one that reset it is told, too
		wantKind(t, l.Begin(), reader.CardReset)
		_, err := l.Transmit(unhex(t, codeStatus))
		wantKind(t, err, reader.CardReset)
		must(t, l.Reconnect())
		must(t, l.Begin())
		if got := transmit(t, l, codeStatus); got != "63C3" {
			t.Errorf("after the reset: %s", got)
		}
		must(t, l.End(false))
	}
}

func testCodeBelongsToCard(t *testing.T, w world) {
	w.insert(t, open(t, "medecin-secteur1"))
	first, second := connect(t, w), connect(t, w)
	transmit(t, first, verifyRight)
	if got := transmit(t, second, codeStatus); got != "9000" {
		t.Errorf("status %s", got)
	}
	must(t, first.Close())
	if got := transmit(t, second, codeStatus); got != "9000" {
		t.Errorf("after the first link closed: %s", got)
	}
}

func testYank(t *testing.T, w world) {
	w.insert(t, open(t, "medecin-secteur1"))
	l := connect(t, w)
	must(t, l.Begin())
	transmit(t, l, verifyRight)
	w.remove(t)
	_, err := l.Transmit(unhex(t, codeStatus))
	wantKind(t, err, reader.CardRemoved)
	slotWith(t, w, reader.Empty)
	wantKind(t, l.End(false), reader.CardRemoved)
	_, err = w.transport().Connect(w.reader())
	wantKind(t, err, reader.NoCard)
}

func testYankWhileWaiting(t *testing.T, w world) {
	w.insert(t, open(t, "medecin-secteur1"))
	first, second := connect(t, w), connect(t, w)
	must(t, first.Begin())
	begun := make(chan error)
	go func() { begun <- second.Begin() }()
	w.remove(t)
	slotWith(t, w, reader.Empty)
	_ = first.End(false) // fails: the card left
	wantKind(t, <-begun, reader.CardRemoved)
}

func testSwap(t *testing.T, w world) {
	other := open(t, "medecin-bis")
	w.insert(t, open(t, "medecin-secteur1"))
	before := slotWith(t, w, reader.Present)
	l := connect(t, w)
	must(t, l.Begin())
	transmit(t, l, verifyRight)
	w.swap(t, other)
	failures := 0
	answer, err := l.Transmit(unhex(t, codeStatus))
	for deadline := time.Now().Add(5 * time.Second); err != nil && time.Now().Before(deadline); failures++ {
		wantKind(t, err, reader.CardRemoved)
		answer, err = l.Transmit(unhex(t, codeStatus))
	}
	must(t, err)
	if got := fmt.Sprintf("%X", answer); failures == 0 || got != "63C3" {
		t.Errorf("after %d failures, the code of the other card: %s", failures, got)
	}
	if got, want := transmit(t, l, readSerial), fmt.Sprintf("%X", other.Transmit(unhex(t, readSerial))); got != want {
		t.Errorf("serial number %s, want the other card's %s", got, want)
	}
	must(t, l.End(false))
	if after := slotWith(t, w, reader.Present); after.Events != before.Events {
		t.Errorf("%d events, then %d", before.Events, after.Events)
	}
}
