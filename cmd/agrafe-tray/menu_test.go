package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

func TestLook(t *testing.T) {
	one := 1
	reader := []state.Reader{{ID: "a", Name: "Lecteur"}}
	with := func(c state.Card) *state.Snapshot {
		c.Reader = "a"
		return &state.Snapshot{Service: state.Service{Up: true}, Readers: reader, Cards: []state.Card{c}}
	}
	tests := []struct {
		name string
		s    *state.Snapshot
		want view
	}{
		{"no service", nil, view{moodOff, french.Down, nil, nil}},
		{"no card service", &state.Snapshot{}, view{moodError, french.NoService, nil, nil}},
		{"no reader", &state.Snapshot{Service: state.Service{Up: true}}, view{moodError, french.NoReader, nil, nil}},
		{"empty reader", with(state.Card{State: state.CardAbsent, Read: true}), view{moodOK, french.Ready, []string{"Lecteur : vide"}, nil}},
		{"card being read", with(state.Card{State: state.CardVitale}), view{moodWorking, french.Working, []string{"Lecteur : Carte Vitale, lecture…"}, nil}},
		{"mute card", with(state.Card{State: state.CardMute, Read: true}), view{moodAttention, french.Attention, []string{"Lecteur : carte muette ou à l'envers"}, nil}},
		{"unknown card", with(state.Card{State: state.CardUnknown, Read: true}), view{moodOK, french.Ready, []string{"Lecteur : carte inconnue"}, nil}},
		{"one try left", with(state.Card{State: state.CardCPS, Read: true, PINTriesLeft: &one, Demo: true, Holder: &state.Holder{Nom: "ESSAI", Prenom: "CLAIRE"}}),
			view{moodAttention, french.Attention, []string{"Lecteur : CPS CLAIRE ESSAI (démonstration)"}, nil}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, look(tt.s, &french), cmp.AllowUnexported(view{})); d != "" {
				t.Errorf("look (-want +got):\n%s", d)
			}
		})
	}
}

func TestLookCountsWhatWaits(t *testing.T) {
	s := &state.Snapshot{Service: state.Service{Up: true}, Readers: []state.Reader{{ID: "a"}}, Queue: state.Queue{ToSign: 2, Lots: 1, Closed: 2}}
	if d := cmp.Diff([]string{"2 FSE à signer", "3 lots à transmettre"}, look(s, &french).queue); d != "" {
		t.Errorf("queue (-want +got):\n%s", d)
	}
}

func TestCatalogsAreComplete(t *testing.T) {
	for name, c := range map[string]catalog{"french": french, "english": english} {
		v := reflect.ValueOf(c)
		for i := range v.NumField() {
			field := v.Type().Field(i).Name
			if v.Field(i).String() == "" {
				t.Errorf("%s: %s is missing", name, field)
			}
			other := reflect.ValueOf(french).Field(i).String()
			if strings.Count(v.Field(i).String(), "%d") != strings.Count(other, "%d") {
				t.Errorf("%s: %s does not take the same values", name, field)
			}
		}
	}
}

func TestIconsDiffer(t *testing.T) {
	seen := make(map[string]mood)
	for m := range badges {
		drawn := string(icon(m))
		if other, ok := seen[drawn]; ok {
			t.Errorf("moods %d and %d look alike", m, other)
		}
		seen[drawn] = m
	}
	if len(seen) != 5 {
		t.Errorf("%d icons", len(seen))
	}
}
