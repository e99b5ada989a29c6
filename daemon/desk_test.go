package daemon

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/agrafe-fse/agrafe/daemon/fse"
	"github.com/agrafe-fse/agrafe/daemon/lot"
	"github.com/agrafe-fse/agrafe/daemon/state"
	"github.com/agrafe-fse/agrafe/reader/virtual"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// Why there is no card to work with has a kind and a code of its own.
func TestNoCardKinds(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(r *rig)
		reader  string
		kind    state.Kind
		code    string
	}{
		{"no card", func(*rig) {}, "", state.NoCard, "CPS_ABSENTE"},
		{"no such reader", func(*rig) {}, "absent", state.NoReader, "LECTEUR_ABSENT"},
		{"no reader", func(r *rig) {
			_, _ = r.readers.RemoveReader(left), r.readers.RemoveReader(right)
			r.wait("no reader", func(s state.Snapshot) bool { return len(s.Readers) == 0 })
		}, "", state.NoReader, "LECTEUR_ABSENT"},
		{"service stopped", func(r *rig) {
			r.readers.StopService()
			r.wait("service down", func(s state.Snapshot) bool { return !s.Service.Up })
		}, "", state.NoReader, "SERVICE_CARTES"},
		{"mute", func(r *rig) { r.insert(left, card(r.t, "carte-muette")) }, "", state.CardSilent, "CARTE_MUETTE"},
		{"unknown", func(r *rig) { r.insert(left, card(r.t, "carte-inconnue")) }, "", state.NoCard, "CPS_ABSENTE"},
		{"a Vitale instead", func(r *rig) { r.insert(left, card(r.t, "patient")) }, leftID, state.NoCard, "CPS_ABSENTE"},
		{"CPS2ter", func(r *rig) { r.insert(left, card(r.t, "cps2ter")) }, "", state.Unsupported, ""},
		{"two CPS", func(r *rig) {
			r.insert(left, card(r.t, "medecin-secteur1"))
			r.insert(right, card(r.t, "medecin-bis"))
		}, "", state.Invalid, "PLUSIEURS_CARTES"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.wait("two readers", func(s state.Snapshot) bool { return len(s.Readers) == 2 && s.Service.Up })
			tt.prepare(r)
			f := r.create(ehr, consultation(fse.Degrade))
			_, err := r.d.ReadCPS(t.Context(), tt.reader)
			wantKind(t, err, tt.kind, tt.code)
			_, err = r.d.OpenPINSession(t.Context(), ehr, tt.reader)
			wantKind(t, err, tt.kind, tt.code)
			if tt.reader == "" {
				_, err = r.sign(ehr, f.ID)
				wantKind(t, err, tt.kind, tt.code)
			}
		})
	}
}

// With two CPS the reader that is named decides.
func TestTwoCPS(t *testing.T) {
	r := newRig(t)
	r.insert(left, card(t, "medecin-secteur1"))
	r.insert(right, card(t, "medecin-bis"))
	for id, want := range map[string]string{leftID: "899900000011", rightID: "899900000037"} {
		if got, err := r.d.ReadCPS(t.Context(), id); err != nil || got.Holder.NationalID != want || !got.Demo {
			t.Errorf("reader %s: another card than the one in it, %v", id, err)
		}
	}
}

// Cards of every file of the demonstration are read, or refused with a kind.
func TestEveryCard(t *testing.T) {
	r := newRig(t)
	for _, name := range cardNames(t) {
		c := r.replace(left, card(t, name))
		if c.Problem != nil && (c.Problem.Kind == "" || c.Problem.Kind == state.Internal) {
			t.Errorf("%s: %v", name, c.Problem)
		}
		if !c.Read || c.State == "" {
			t.Errorf("%s: read %t, state %q", name, c.Read, c.State)
		}
	}
}

// A hostile card gives a problem within bounds and harms nothing else.
func TestHostile(t *testing.T) {
	manners := []virtual.Manner{virtual.EndlessMore, virtual.EndlessLength, virtual.Oversize, virtual.NoData,
		virtual.WrongLengths, virtual.DeepNesting, virtual.ImpossibleState}
	for _, kind := range []virtual.Kind{virtual.KindCPS3, virtual.KindCPS4, virtual.KindVitale2} {
		for _, manner := range manners {
			t.Run(fmt.Sprintf("%s %s", kind, manner), func(t *testing.T) {
				r := newRig(t)
				r.insert(right, card(t, "patient"))
				hostile, log := virtual.Record(openSpec(t, virtual.Spec{Demonstration: true, Kind: virtual.KindHostile,
					Hostile: &virtual.Hostile{Imitates: kind, Manners: []virtual.Manner{manner}}}))
				c := r.insert(left, hostile)
				if c.Problem == nil || c.Problem.Kind == state.Internal || c.Problem.Kind == "" {
					t.Errorf("problem %v", c.Problem)
				}
				received := 0
				for _, e := range log.Exchanges() {
					received += e.Length
				}
				if log.Count() > 1000 || received > 1<<20 {
					t.Errorf("%d commands, %d bytes", log.Count(), received)
				}
				if _, err := r.d.ReadVitale(t.Context(), rightID); err != nil {
					t.Errorf("the other reader: %v", err)
				}
				r.replace(left, card(t, "medecin-secteur1"))
				if err := r.signNew(ehr); err != nil {
					t.Errorf("the card after it: %v", err)
				}
			})
		}
	}
}

// fold is a front end: it takes a snapshot and applies events to it.
type fold struct {
	seq     uint64
	service state.Service
	readers map[string]state.Reader
	cards   map[string]state.Card
}

func newFold(s state.Snapshot) *fold {
	f := &fold{seq: s.Seq, service: s.Service, readers: map[string]state.Reader{}, cards: map[string]state.Card{}}
	for _, r := range s.Readers {
		f.readers[r.ID] = r
	}
	for _, c := range s.Cards {
		f.cards[c.Reader] = c
	}
	return f
}

// apply takes one event in; it is an error if one is missing.
func (f *fold) apply(e state.Event) error {
	if e.Seq != f.seq+1 {
		return fmt.Errorf("event %d after %d", e.Seq, f.seq)
	}
	f.seq = e.Seq
	switch {
	case e.Service != nil:
		f.service = *e.Service
	case e.Reader != nil && e.Reader.State == "removed":
		delete(f.readers, e.Reader.ID)
		delete(f.cards, e.Reader.ID)
	case e.Reader != nil:
		f.readers[e.Reader.ID] = *e.Reader
	case e.Card != nil:
		f.cards[e.Card.Reader] = *e.Card
	}
	return nil
}

// The snapshot at an event is what the events up to it make.
func TestSnapshotIsTheFoldOfEvents(t *testing.T) {
	r := newRig(t)
	cards := []virtual.Card{card(t, "medecin-secteur1"), card(t, "patient"), card(t, "patient-famille"), card(t, "carte-inconnue"),
		card(t, "carte-muette"), card(t, "medecin-cps4"), card(t, "hostile-cps"), card(t, "vitale1")}
	names := []string{left, right, "Tiers"}
	rapid.Check(t, func(rt *rapid.T) {
		first, sub := r.d.Hello()
		defer sub.Close()
		front := newFold(first)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			r.disturb(rt, names, cards)
			s := r.d.Snapshot()
			for front.seq < s.Seq {
				e, open := <-sub.Events()
				if !open {
					rt.Fatal("dropped")
				}
				if err := front.apply(e); err != nil {
					rt.Fatal(err)
				}
			}
			if diff := cmp.Diff(newFold(s), front, cmp.AllowUnexported(fold{}), cmpopts.IgnoreFields(state.Error{}, "Err")); diff != "" {
				rt.Fatalf("-snapshot +events\n%s", diff)
			}
			if len(s.Readers) != len(s.Cards) {
				rt.Fatalf("%d readers and %d cards", len(s.Readers), len(s.Cards))
			}
		}
	})
}

// disturb does one random thing to the readers.
func (r *rig) disturb(rt *rapid.T, names []string, cards []virtual.Card) {
	name := rapid.SampledFrom(names).Draw(rt, "reader")
	c := rapid.SampledFrom(cards).Draw(rt, "card")
	switch rapid.SampledFrom([]string{"insert", "insert", "insert", "remove", "swap", "reset", "unplug", "plug", "stop", "start"}).Draw(rt, "what") {
	case "insert":
		_ = r.readers.Insert(name, c)
	case "remove":
		_ = r.readers.Remove(name)
	case "swap":
		_ = r.readers.Swap(name, c)
	case "reset":
		_ = r.readers.ForeignReset(name)
	case "unplug":
		_ = r.readers.RemoveReader(name)
	case "plug":
		r.readers.AddReader(name)
	case "stop":
		r.readers.StopService()
	case "start":
		r.readers.StartService()
	}
}

// A subscriber that does not read is dropped; one that reads misses nothing.
func TestSlowSubscriber(t *testing.T) {
	r := newRig(t)
	r.wait("two readers", func(s state.Snapshot) bool { return len(s.Readers) == 2 })
	start, slow := r.d.Hello()
	_, quick := r.d.Hello()
	defer quick.Close()
	const events = 2 * eventRoom
	for n := range events {
		begin := time.Now()
		r.d.hub.publish(state.Event{Type: state.EventQueue, Queue: &state.Queue{Drafts: n}})
		if e := <-quick.Events(); e.Seq != start.Seq+uint64(n)+1 {
			t.Fatalf("event %d, want %d", e.Seq, start.Seq+uint64(n)+1)
		}
		if took := time.Since(begin); took > 10*time.Second {
			t.Fatalf("publishing took %s", took)
		}
	}
	got := 0
	for range slow.Events() { // closed: it ends
		got++
	}
	if got != eventRoom {
		t.Errorf("the slow one was given %d events, want %d", got, eventRoom)
	}
	slow.Close() // a second time does nothing
	missed, ok := r.d.Resync(start.Seq + uint64(got))
	if !ok || len(missed) != events-got || missed[0].Seq != start.Seq+uint64(got)+1 {
		t.Errorf("resync gave %d events, %t", len(missed), ok)
	}
}

func TestResync(t *testing.T) {
	h := newHub(func() time.Time { return openDay })
	const published = kept + 10
	for range published {
		h.publish(state.Event{Type: state.EventQueue})
	}
	tests := []struct {
		name  string
		since uint64
		ok    bool
		count int
	}{
		{"nothing missed", published, true, 0},
		{"one missed", published - 1, true, 1},
		{"all that is kept", 10, true, kept},
		{"one more than is kept", 9, false, 0},
		{"from the beginning", 0, false, 0},
		{"not of this run", published + 1, false, 0},
		{"absurd", 1<<64 - 1, false, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events, ok := h.since(tt.since)
			if ok != tt.ok || len(events) != tt.count {
				t.Fatalf("%d events, %t", len(events), ok)
			}
			for i, e := range events {
				if e.Seq != tt.since+uint64(i)+1 {
					t.Fatalf("event %d is number %d", i, e.Seq)
				}
			}
		})
	}
}

// A lease keeps others out, ends with the card, and can be taken over.
func TestLeases(t *testing.T) {
	r := newRig(t)
	plain := card(t, "medecin-secteur1")
	r.insert(left, plain)
	mine, err := r.d.AcquireLease(ehr, leftID, "", time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.d.AcquireLease(other, leftID, "", time.Minute)
	wantKind(t, err, state.Busy, "")
	_, err = r.d.AcquireLease(other, leftID, string(mine.ID), time.Minute)
	wantKind(t, err, state.Busy, "")
	wantKind(t, r.d.ReleaseLease(other, leftID, string(mine.ID)), state.Busy, "")
	wantKind(t, r.signNew(other), state.Busy, "CARTE_OCCUPEE")
	theirs, err := r.d.StealLease(other, leftID, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	f := r.create(ehr, consultation(fse.Degrade))
	_, err = r.d.SignFSE(context.Background(), ehr, SignRequest{ID: f.ID, Lease: mine.ID}, lot.Call{})
	wantKind(t, err, state.Busy, "RESERVATION_PERDUE")
	if err := r.d.ReleaseLease(other, leftID, string(theirs.ID)); err != nil {
		t.Fatal(err)
	}
	if _, err = r.d.AcquireLease(other, leftID, "", time.Minute); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	r.replace(left, plain)
	r.mustSign(ehr, f.ID)
	if took := time.Since(begin); took > 20*time.Second { // it was given for a minute
		t.Errorf("the lease was freed after %s", took)
	}
	_, err = r.d.AcquireLease(ehr, "absent", "", time.Minute)
	wantKind(t, err, state.NoReader, "")
}

// Only the readers that are wanted are followed.
func TestWantedReaders(t *testing.T) {
	r := newRig(t, func(c *Config, _ *Deps) { c.Readers = []string{"Dro"} })
	s := r.wait("a reader", func(s state.Snapshot) bool { return len(s.Readers) > 0 })
	if len(s.Readers) != 1 || s.Readers[0].ID != rightID {
		t.Errorf("readers %v", s.Readers)
	}
}
