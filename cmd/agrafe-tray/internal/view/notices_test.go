package view

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/agrafe-fse/agrafe/daemon/state"
)

// Each row is a series of states; only what is new in each is told.
func TestNotices(t *testing.T) {
	near, past := today.AddDate(0, 0, 30), today.AddDate(0, 0, -1)
	rejects := func(n int) *Seen { return but(with(empty), func(s *Seen) { s.Snapshot.Queue.Rejects = n }) }
	late := func(n int) *Seen { return but(with(empty), func(s *Seen) { s.Late.Open = n }) }
	damaged := but(with(empty), func(s *Seen) { s.Snapshot.Journal.Damaged = true })
	expiring := func(end *time.Time) *Seen { return with(pro(func(c *state.Card) { c.Expires = end })) }
	away := &Seen{Link: Down}
	w := french.Notice
	tests := []struct {
		name   string
		series []*Seen
		want   []string
	}{
		{"nothing", []*Seen{with(empty), away, with(empty)}, nil},
		{"rejects that were there", []*Seen{rejects(3)}, nil},
		{"a reject", []*Seen{rejects(0), rejects(1), rejects(1)}, []string{w.Reject}},
		{"two rejects", []*Seen{rejects(1), rejects(3), rejects(0), rejects(0)}, []string{"2 factures ont été rejetées."}},
		{"late once", []*Seen{late(2), late(2), late(1)}, []string{"2 factures ou lots sont à transmettre en priorité."}},
		{"later still", []*Seen{late(1), late(2)}, []string{w1(w.Late1), "2 factures ou lots sont à transmettre en priorité."}},
		{"damaged once", []*Seen{damaged, damaged, away, damaged}, []string{w.Journal}},
		{"card that expires", []*Seen{expiring(&near), expiring(&near)}, []string{"La CPS expire le 22/12/2026\u00a0: demandez la suivante."}},
		{"then has expired", []*Seen{expiring(&near), expiring(&past), expiring(&past)},
			[]string{"La CPS expire le 22/12/2026\u00a0: demandez la suivante.", w.CardExpired}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := NewNotices(french)
			var got []string
			for _, s := range tt.series {
				for _, one := range n.Of(s) {
					got = append(got, one.Text)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("told (-want +got):\n%s", d)
			}
		})
	}
}

func w1(text string) string { return french.Count(1, text, "") }

func TestEventNotices(t *testing.T) {
	lease := func(holder string, life time.Duration) state.Event {
		l := state.Lease{Reader: "a", Holder: holder}
		if life > 0 {
			l.Expires = today.Add(life)
		}
		return state.Event{At: today, Type: state.EventLease, Lease: &l}
	}
	origin := func(what state.OriginChange) state.Event {
		return state.Event{Type: state.EventOrigin, Origin: &state.Origin{Origin: "https://a.example", What: what}}
	}
	awaited := func(is bool) state.Event {
		return state.Event{Type: state.EventCard, Card: &state.Card{Reader: "a", CodeAwaited: is}}
	}
	tests := []struct {
		name   string
		events []state.Event
		want   []string
	}{
		{"acquired", []state.Event{lease("x", time.Minute)}, nil},
		{"renewed", []state.Event{lease("x", time.Minute), lease("x", 2*time.Minute)}, nil},
		{"stolen", []state.Event{lease("x", time.Minute), lease("y", time.Minute)}, []string{"La carte du lecteur Lecteur a été prise par un autre logiciel."}},
		{"given back, then acquired", []state.Event{lease("x", time.Minute), lease("", 0), lease("y", time.Minute)}, nil},
		{"code to be typed on the reader, twice", []state.Event{awaited(false), awaited(true), awaited(true), awaited(false), awaited(true)},
			[]string{"Tapez le code porteur sur le lecteur Lecteur.", "Tapez le code porteur sur le lecteur Lecteur."}},
		{"enrolled", []state.Event{origin(state.OriginEnrolled)}, []string{"https://a.example a été admis sans question, selon la liste de ce poste."}},
		{"paired by the user", []state.Event{origin(state.OriginPaired)}, nil},
		{"revoked", []state.Event{origin(state.OriginRevoked)}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n := NewNotices(french)
			n.Of(with(empty))
			var got []string
			for _, e := range tt.events {
				for _, one := range n.Event(e, func(string) string { return "Lecteur" }) {
					got = append(got, one.Text)
				}
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("told (-want +got):\n%s", d)
			}
		})
	}
}
