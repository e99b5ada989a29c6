package virtual

import (
	"bytes"
	"fmt"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/agrafe-fse/agrafe/reader"
)

func TestFaults(t *testing.T) {
	const read = "00B09D0002"
	tests := []struct {
		name   string
		faults []Fault
		steps  []step
	}{
		{"none", nil, []step{{read, "8043 9000"}}},
		{"status at the second command", []Fault{{At: 2, Action: FaultStatus, Status: 0x6581}},
			[]step{{read, "8043 9000"}, {read, "6581"}, {read, "8043 9000"}}},
		{"status at each command", []Fault{{Action: FaultStatus, Status: 0x6581}},
			[]step{{read, "6581"}, {read, "6581"}}},
		{"at the second of an instruction", []Fault{{At: 2, INS: insReadBinary, Action: FaultStatus, Status: 0x6581}},
			[]step{{read, "8043 9000"}, {"00200001", "63C3"}, {read, "6581"}, {read, "8043 9000"}}},
		{"before the command", []Fault{{INS: insVerify, At: 1, Action: FaultStatus, Status: 0x6581}},
			[]step{{"0020000104 30303030", "6581"}, {"00200001", "63C3"}}},
		{"after the command", []Fault{{INS: insVerify, At: 1, After: true, Action: FaultStatus, Status: 0x6581}},
			[]step{{"0020000104 30303030", "6581"}, {"00200001", "63C2"}}},
		{"an event shows as a status word", []Fault{{At: 1, Action: FaultYank}}, []step{{read, "6F00"}, {read, "8043 9000"}}},
		{"reset", []Fault{{At: 2, Action: FaultReset}},
			[]step{{"0020000104 31323334", "9000"}, {read, "6F00"}, {"00200001", "63C3"}}},
		{"the first of two", []Fault{{At: 1, Action: FaultStatus, Status: 0x6581}, {Action: FaultStatus, Status: 0x6582}},
			[]step{{read, "6581"}, {read, "6582"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			play(t, WithFaults(open(t, "medecin-secteur1"), tt.faults...), tt.steps)
		})
	}
}

func TestDelay(t *testing.T) {
	card := open(t, "patient")
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		play(t, WithFaults(card, Fault{Action: FaultDelay, Delay: 3 * time.Second}), []step{{selectRoot, "9000"}})
		if d := time.Since(start); d != 3*time.Second {
			t.Errorf("answered after %s", d)
		}
	})
}

func TestFaultsOfACardFile(t *testing.T) {
	patient := "demonstration = true\ncard = \"vitale2\"\ntitle = \"x\"\n" +
		"[[personne]]\nnir = \"297022A02077878\"\nnom = \"ADRTROIS\"\nprenom = \"DOMINIQUE\"\nnaissance = \"19970226\"\n"
	files := fstest.MapFS{
		"a.toml": {Data: []byte(patient + `
[[panne]]
apdu = 3
ins = 0xB0
action = "echange"
carte = "b"
[[panne]]
apdu = 1
apres = true
action = "delai"
delaiMs = 250
[[panne]]
apdu = 9
action = "statut"
statut = 0x6F01
`)},
		"b.toml": {Data: []byte(patient)},
	}
	spec, err := Load(files, "a")
	if err != nil {
		t.Fatal(err)
	}
	faults, err := openFaults(spec.Faults, nil)
	if err != nil {
		t.Fatal(err)
	}
	if faults[0].Card == nil {
		t.Error("the other card is not open")
	}
	faults[0].Card = nil
	want := []Fault{
		{At: 3, INS: insReadBinary, Action: FaultSwap},
		{At: 1, After: true, Action: FaultDelay, Delay: 250 * time.Millisecond},
		{At: 9, Action: FaultStatus, Status: 0x6F01},
	}
	if diff := cmp.Diff(want, faults); diff != "" {
		t.Error(diff)
	}
	if _, err := Open(*spec, nil); err != nil {
		t.Error(err)
	}
	delete(files, "b.toml")
	if _, err := Load(files, "a"); err == nil {
		t.Error("loaded without the other card")
	}
}

func TestFaultThatNeedsAnotherCard(t *testing.T) {
	spec := loadSpec(t, "patient")
	spec.Faults = []FaultSpec{{Action: FaultSwap, Card: "patient-ald"}}
	if _, err := Open(*spec, nil); err == nil {
		t.Error("opened without the other card")
	}
	o := exchange(WithFaults(open(t, "patient"), Fault{Action: FaultSwap}), unhex(t, selectRoot))
	if o.event != FaultYank {
		t.Errorf("event %q, want a yank", o.event)
	}
}

// A fault at the n-th command strikes the n-th command and no other.
func TestLawFaultStrikesOnce(t *testing.T) {
	inner := open(t, "patient")
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(1, 20).Draw(t, "at")
		card := WithFaults(inner, Fault{At: at, Action: FaultStatus, Status: 0x6581})
		for i := 1; i <= 25; i++ {
			answer := card.Transmit([]byte{0x00, insSelect, 0x00, 0x00, 2, 0x3F, 0x00})
			if struck := bytes.Equal(answer, []byte{0x65, 0x81}); struck != (i == at) {
				t.Fatalf("command %d: % X", i, answer)
			}
		}
	})
}

// What a fault does to a link, at each place of a reading.
func TestFaultsInAReader(t *testing.T) {
	tests := []struct {
		name  string
		fault Fault
		want  reader.Kind // of the command that is struck
		next  reader.Kind // of the one after, NoCard standing for success
		slot  reader.Presence
	}{
		{"yank", Fault{Action: FaultYank}, reader.CardRemoved, reader.CardRemoved, reader.Empty},
		{"swap", Fault{Action: FaultSwap, Card: open(t, "patient-ald")}, reader.CardRemoved, reader.CardRemoved, reader.Present},
		{"replace", Fault{Action: FaultReplace, Card: open(t, "patient-ald")}, reader.CardRemoved, reader.CardRemoved, reader.Present},
		{"reset", Fault{Action: FaultReset}, reader.CardReset, reader.CardReset, reader.Present},
		{"mute", Fault{Action: FaultMute}, reader.CardMute, reader.NoCard, reader.Present},
	}
	for _, tt := range tests {
		for at := 1; at <= 4; at++ {
			t.Run(fmt.Sprintf("%s at command %d", tt.name, at), func(t *testing.T) {
				fault := tt.fault
				fault.At = at
				r := NewReaders("A")
				must(t, r.Insert("A", WithFaults(open(t, "patient"), fault)))
				l, err := r.Connect("A")
				must(t, err)
				must(t, l.Begin())
				for range at - 1 {
					_, err := l.Transmit(unhex(t, selectRoot))
					must(t, err)
				}
				_, err = l.Transmit(unhex(t, selectRoot))
				if err == nil || reader.KindOf(err) != tt.want {
					t.Errorf("struck: %v", err)
				}
				_, err = l.Transmit(unhex(t, selectRoot))
				if tt.next == reader.NoCard {
					must(t, err)
				} else if err == nil || reader.KindOf(err) != tt.next {
					t.Errorf("next: %v", err)
				}
				if got := slotsOf(t, r)[0].Presence; got != tt.slot {
					t.Errorf("presence %d, want %d", got, tt.slot)
				}
			})
		}
	}
}

func TestDelayedAnswerAndYank(t *testing.T) {
	card := open(t, "patient")
	synctest.Test(t, func(t *testing.T) {
		r := NewReaders("A")
		must(t, r.Insert("A", WithFaults(card, Fault{Action: FaultDelay, Delay: time.Hour})))
		l, err := r.Connect("A")
		must(t, err)
		time.AfterFunc(time.Second, func() {
			if err := r.Remove("A"); err != nil {
				t.Error(err)
			}
		})
		start := time.Now()
		_, err = l.Transmit(unhex(t, selectRoot))
		if reader.KindOf(err) != reader.CardRemoved || time.Since(start) != time.Second {
			t.Errorf("%v after %s", err, time.Since(start))
		}
		must(t, r.Insert("A", WithFaults(card, Fault{Action: FaultDelay, Delay: time.Minute})))
		l, err = r.Connect("A")
		must(t, err)
		start = time.Now()
		_, err = l.Transmit(unhex(t, selectRoot))
		must(t, err)
		if time.Since(start) != time.Minute {
			t.Errorf("answered after %s", time.Since(start))
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
